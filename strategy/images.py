"""Images in updates: keeping them, and placing them where a text names them.

A text names an image of its update by its number, ``![](image:2)``; any other address of a picture
shows nothing. Pages show the picture, mails and texts to pass on what it says.
"""

from collections.abc import Iterable, Mapping

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Max, QuerySet
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from web import content_version, markdown

from . import language_versions
from .image_files import Size
from .models import Image, ImageFile, Update
from .translating import states


@transaction.atomic
def add(image: Image, sizes: list[Size], *, by) -> Image:
    """Keep a new image of its update under the next number; ``sizes`` come from ``sizes_of``."""
    files = [_kept(size) for size in sizes]
    image.file, image.small = files[0], files[1] if len(files) > 1 else None
    # One after the other, so that two images do not take the same number.
    Update.objects.select_for_update(no_key=True).only("pk").get(pk=image.update_id)
    last = Image.objects.filter(update=image.update_id).aggregate(last=Max("number"))["last"] or 0
    image.number = last + 1
    return _saved(image, by)


@transaction.atomic
def save(images: Iterable[Image], *, by, meaning_is_same=False, translated=()) -> None:
    """Save what is said of some images of one update; see ``translating.states.record``."""
    images = list(images)
    for image in images:
        image.save()
    states.record_all(images, by=by, meaning_is_same=meaning_is_same, confirmed=translated)
    content_version.bump()


@transaction.atomic
def remove(images: Iterable[Image]) -> None:
    """Take images of a draft away, and files that belong to no other."""
    images = list(images)
    states.forget(images)
    for image in images:
        image.delete()
    forget_unused_files()


def forget_unused_files() -> None:
    """Delete the files of images that are gone."""
    for name in ImageFile.objects.unused().values_list("pk", flat=True):
        try:
            with transaction.atomic():
                ImageFile.objects.unused().filter(pk=name).delete()
        except IntegrityError:  # The same picture was added again meanwhile.
            continue


def _kept(size: Size) -> ImageFile:
    found, _is_new = ImageFile.objects.get_or_create(
        name=size.name,
        defaults={
            "content": size.content,
            "width": size.width,
            "height": size.height,
            "size": len(size.content),
        },
    )
    return found


def _saved(image: Image, by) -> Image:
    image.save()
    states.record(image, by=by)
    content_version.bump()
    return image


# --- In texts -------------------------------------------------------------------------------------


def of(update: Update, text: str) -> dict[int, Image]:
    """The images that a text of an update names, by number; no query where it names none."""
    if update.pk is None or not markdown.names_images(text):
        return {}
    return {image.number: image for image in with_files(update.images.all())}


def with_files(images: QuerySet[Image]) -> QuerySet[Image]:
    """The same with what is known of their files, and without the bytes."""
    return images.select_related("file", "small").defer("file__content", "small__content")


def as_html(
    update: Update, text: str, language: str, alts: Mapping[int, str] | None = None
) -> SafeString:
    """The body of an update as HTML for a page, with its images.

    ``alts`` are alternative texts in the language of the body, where that is none of the site's.
    """
    found = of(update, text)
    shown = {
        number: figure(image, language, (alts or {}).get(number, ""))
        for number, image in found.items()
    }
    return markdown.render(text, shown)


def as_html_without(update: Update, text: str, language: str) -> SafeString:
    """The same where no picture is shown: what each one says stands in its place."""
    said = words_of(update, text, language)
    return markdown.render(
        text, {number: format_html("<p>{}</p>", words) for number, words in said.items()}
    )


def words_of(update: Update, text: str, language: str) -> dict[int, str]:
    """What stands for each image in plain text in ``language``, which is active."""
    said = {}
    for number, image in of(update, text).items():
        alt, _code = language_versions.field_for(image, "alt", language)
        # Translators: stands in a mail in place of a picture.
        said[number] = _("[Image: %(text)s]") % {"text": alt}
    return said


def figure(image: Image, language: str, alt: str = "") -> SafeString:
    """One image on a page, for a text in ``language``.

    ``alt`` is what it says in the language of that text; else it is looked up.
    """
    known, code = language_versions.field_for(image, "alt", language)
    context = {
        "image": image,
        "alt": alt or known,
        # An own one needs no mark: the text around it says in which language it is.
        "language": "" if alt else code,
        "page_language": get_language(),
    }
    return SafeString(render_to_string("strategy/_image.html", context).strip())


def misplaced(update: Update) -> tuple[list[int], list[int]]:
    """Numbers that the English body names and no image has; those of images it does not name."""
    english = language_versions.Version(update, settings.LANGUAGE_CODE, settings.LANGUAGE_CODE)
    named = set(markdown.numbers_of_images(english.text("body")))
    there = set(update.images.values_list("number", flat=True)) if update.pk else set()
    return sorted(named - there), sorted(there - named)
