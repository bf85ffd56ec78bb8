"""Images in updates: uploaded in the admin, shown on pages, told in words everywhere else."""

import pytest
from django.core.cache import caches
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from strategy import images, updates
from strategy.image_files import sizes_of
from strategy.models import Image, ImageFile, Update
from strategy.translating import queue, states, texts
from strategy.translating.checks import check
from strategy.translating.publishing import put_in
from strategy.translating.states import Standings, State
from tests.harness.corpus import XSS
from tests.pictures import bytes_of, picture, upload
from web import markdown
from web.models import Installation

from .factories import UpdateFactory
from .test_admin import form_of, page_of

pytestmark = pytest.mark.django_db
BODY = "Before.\n\n![](image:1)\n\nAfter."


@pytest.fixture
def desk(erin, as_person):
    Installation.objects.update_or_create(pk=1, defaults={"is_demo": True})
    return as_person(erin)


def with_image(update, *, by, width=900, **values):
    said = {"alt_en": "Nine people at a table", "credit": "Demo author", "licence": "cc0"}
    image = Image(update=update, **{**said, **values})
    return images.add(image, sizes_of(upload("a.jpg", width=width)), by=by)


@pytest.fixture
def update(erin):
    """A published update with an image in its text."""
    made = UpdateFactory(published=True, body_en=BODY, in_arabic=True, body_ar=BODY)
    with_image(made, by=erin)
    return made


def typed(number=0, **values):
    """What a browser sends of one image in the form."""
    said = {
        "alt_en": "A table",
        "credit": "Demo author",
        "licence": "cc0",
        "upload": upload("a.png"),
    }
    return {f"images-{number}-{name}": value for name, value in {**said, **values}.items()}


def saved(desk, update, **values):
    data = form_of(desk.get(page_of(update)), _save="1") | {"images-TOTAL_FORMS": "1"}
    return desk.post(page_of(update), {**data, **typed(), **values})


def errors_of(response):
    assert response.status_code == 200
    return str(response.context["inline_admin_formsets"][0].formset.errors)


# --- Uploading ------------------------------------------------------------------------------------


def test_an_image_comes_with_a_new_update_and_gets_its_number(desk):
    data = form_of(desk.get(reverse("admin:strategy_update_add")))
    data |= {"title_en": "News", "short_en": "In short.", "_save": "1", "images-TOTAL_FORMS": "2"}
    data |= typed(0) | typed(1, upload=upload("b.jpg", width=900), alt_fr="Une table")
    assert desk.post(reverse("admin:strategy_update_add"), data).status_code == 302
    first, second = Update.objects.get().images.all()
    assert (first.number, first.small) == (1, None)
    assert (second.number, second.alt_fr, second.small.width) == (2, "Une table", 640)
    assert ImageFile.objects.count() == 3


def test_the_admin_shows_the_image_and_how_to_place_it(desk, erin):
    update = UpdateFactory()
    image = with_image(update, by=erin)
    page = desk.get(page_of(update)).content.decode()
    assert "<code>![](image:1)</code>" in page
    assert f'src="{image.small.get_absolute_url()}"' in page
    assert "The body does not show image 1." in page
    updates.save(Update.objects.get(pk=update.pk), actor=erin)
    Update.objects.update(body_en="![](image:1) ![](image:7)")
    page = desk.get(page_of(update)).content.decode()
    assert "The body does not show" not in page
    assert "The body names image 7, which is not there." in page


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"images-0-alt_en": ""}, "alt_en"),
        ({"images-0-credit": ""}, "credit"),
        ({"images-0-licence": ""}, "licence"),
        ({"images-0-licence": "all-rights"}, "licence"),
        ({"images-0-upload": ""}, "This field is required."),
        ({"images-0-upload": upload("a.png", b"")}, "The submitted file is empty."),
        ({"images-0-upload": upload("a.svg", b"<svg/>")}, "no picture that can be read"),
        (
            {"images-0-upload": upload("a.png", bytes_of(picture(), "JPEG"))},
            "By its name this file is not what it is",
        ),
    ],
)
def test_what_cannot_be_kept_is_said_beside_the_field(desk, values, said):
    update = UpdateFactory()
    assert said in errors_of(saved(desk, update, **values))
    assert not Image.objects.exists()
    assert not ImageFile.objects.exists()


def test_what_is_said_of_an_image_can_be_changed_and_its_file_not(desk, erin):
    update = UpdateFactory()
    image = with_image(update, by=erin)
    data = form_of(desk.get(page_of(update)), _save="1")
    data |= {"images-0-alt_en": "Ten people", "images-0-upload": upload("other.png")}
    assert desk.post(page_of(update), data).status_code == 302
    image.refresh_from_db()
    assert image.alt_en == "Ten people"
    assert set(ImageFile.objects.values_list("pk", flat=True)) == {image.file_id, image.small_id}


def test_an_image_of_a_draft_can_go_and_takes_its_files_along(desk, erin):
    update, other = UpdateFactory(), UpdateFactory()
    with_image(update, by=erin)
    with_image(update, by=erin, width=300)
    kept = with_image(other, by=erin, width=300)
    data = form_of(desk.get(page_of(update)), _save="1")
    data |= {"images-0-DELETE": "on", "images-1-DELETE": "on"}
    assert desk.post(page_of(update), data).status_code == 302
    assert not update.images.exists()
    # The other update shows the same picture.
    assert list(ImageFile.objects.values_list("pk", flat=True)) == [kept.file_id]
    desk.post(reverse("admin:strategy_update_delete", args=[other.pk]), {"post": "yes"})
    assert not ImageFile.objects.exists()


def test_a_published_update_keeps_its_images(desk, update):
    data = form_of(desk.get(page_of(update)), _save="1") | {"images-0-DELETE": "on"}
    assert desk.post(page_of(update), data).status_code == 302
    assert update.images.count() == 1


def test_who_may_not_write_the_update_may_not_touch_its_images(as_person, dave, client, update):
    for browser in (client, as_person(dave)):
        data = typed() | {"images-TOTAL_FORMS": "1", "images-INITIAL_FORMS": "0"}
        assert browser.post(page_of(update), data).status_code in (302, 403, 404)
    assert update.images.count() == 1


def test_the_database_holds_that_an_image_says_what_it_shows(update):
    for lacking in (None, ""):
        with pytest.raises(IntegrityError), transaction.atomic():
            update.images.update(alt_en=lacking)


# --- On pages -------------------------------------------------------------------------------------


def page(client, address):
    return client.get(address).content.decode()


def test_the_page_shows_the_image_with_room_kept_and_sizes_to_choose(client, update):
    image = update.images.get()
    shown = page(client, f"/en/updates/{update.slug}/")
    figure = shown[shown.index("<figure") : shown.index("</figure>")]
    assert f'src="{image.file.get_absolute_url()}"' in figure
    assert f"{image.small.get_absolute_url()} 640w, {image.file.get_absolute_url()} 900w" in figure
    assert 'width="900" height="30"' in figure
    assert 'alt="Nine people at a table"' in figure
    assert 'loading="lazy"' in figure
    assert "<bdi>Demo author</bdi>" in figure
    assert "creativecommons.org/publicdomain/zero" in figure
    # A block of its own: no paragraph around it, and none left empty.
    assert "<p>Before.</p>\n<figure" in shown
    assert "<p></p>" not in shown


def test_the_alternative_text_is_the_reader_s_or_says_which_language_it_is(client, update, erin):
    assert 'alt="Nine people at a table" lang="en" dir="ltr"' in page(
        client, f"/ar/updates/{update.slug}/"
    )
    image = update.images.get()
    image.alt_ar = "تسعة أشخاص"
    images.save([image], by=erin)
    caches["pages"].clear()
    assert 'alt="تسعة أشخاص" lang="ar" dir="rtl"' in page(client, f"/ar/updates/{update.slug}/")


@pytest.mark.parametrize(
    "body",
    [
        "![](image:2)",
        "![](image:0)",
        "![](image:1x)",
        "![](https://tracker.example.org/p.png)",
        "![](/images/00000000000000000000000000000000.webp)",
        "![](//tracker.example.org/image:1)",
        "![](data:image/png;base64,AAAA)",
        '<img src="image:1">',
        "`![](image:1)`",
    ],
)
def test_a_text_shows_only_images_of_its_own_update(client, update, erin, body):
    Update.objects.update(body_en=body)
    with_image(UpdateFactory(), by=erin)
    caches["pages"].clear()
    assert "<img" not in page(client, f"/en/updates/{update.slug}/")


@pytest.mark.parametrize("text", XSS)
def test_hostile_words_about_an_image_stay_words(client, update, text):
    update.images.update(alt_en=text, credit=text)
    caches["pages"].clear()
    shown = page(client, f"/en/updates/{update.slug}/")
    figure = shown[shown.index("<figure") : shown.index("</figure>")]
    assert figure.count("<") == figure.count("<img") + figure.count("<figcaption") + 1 + sum(
        figure.count(tag) for tag in ("</figcaption>", "<bdi>", "</bdi>", "<a ", "</a>")
    )


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        ("a ![](image:1) b", "<p>a  b</p>\nIMAGE"),
        ("- one\n- ![](image:1)\n- two", "<li>\nIMAGE\n</li>"),
        ("# Big ![](image:1)", "<h2>Big </h2>\nIMAGE"),
        ("| a |\n|---|\n| ![](image:1) |", "</table>\nIMAGE"),
        ("![](image:1)\n![](image:1)", "IMAGE\nIMAGE"),
        ("> ![](image:1)", "<blockquote>\nIMAGE\n</blockquote>"),
        ("[![](image:1)](https://example.org)", "IMAGE"),
    ],
)
def test_an_image_stands_below_the_block_that_names_it(body, wanted):
    html = markdown.render(body, {1: "IMAGE"})
    assert wanted in html
    assert "slot" not in html


def test_a_page_without_images_asks_for_none(client, update):
    Update.objects.update(body_en="None here.")
    caches["pages"].clear()
    with CaptureQueriesContext(connection) as captured:
        page(client, f"/en/updates/{update.slug}/")
    assert not [one for one in captured if "strategy_image" in one["sql"]]


def test_no_page_reads_the_bytes(client, update):
    caches["pages"].clear()
    with CaptureQueriesContext(connection) as captured:
        assert "<figure" in page(client, f"/en/updates/{update.slug}/")
    asked = [one["sql"] for one in captured if "strategy_imagefile" in one["sql"]]
    assert len(asked) == 1
    assert '"content"' not in asked[0]


# --- In words -------------------------------------------------------------------------------------


def test_kit_and_feed_say_what_the_image_shows(client, update):
    kit = page(client, f"/en/updates/{update.slug}/kit/")
    assert kit.count("[Image: Nine people at a table]") >= 1
    feed = page(client, "/en/updates/feed/")
    assert "[Image: Nine people at a table]" in feed
    assert "&lt;img" not in feed
    arabic = page(client, f"/ar/updates/{update.slug}/kit/")
    assert "Nine people at a table" in arabic


# --- The file -------------------------------------------------------------------------------------


def test_the_file_is_sent_to_be_kept_for_ever(client, update):
    file = update.images.get().file
    response = client.get(file.get_absolute_url())
    assert response.content == bytes(ImageFile.objects.get(pk=file.pk).content)
    assert response["Content-Type"] == "image/webp"
    assert response["Cache-Control"] == "public, max-age=31536000, immutable"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "Set-Cookie" not in response
    assert "Cookie" not in response.get("Vary", "")
    again = client.get(file.get_absolute_url(), HTTP_IF_NONE_MATCH=response["ETag"])
    assert (again.status_code, again.content) == (304, b"")
    assert client.head(file.get_absolute_url()).content == b""
    assert client.post(file.get_absolute_url()).status_code == 405
    assert client.get(f"/images/{'0' * 32}.webp").status_code == 404


def test_what_is_not_published_is_for_the_core_team_alone(client, desk, as_person, dave, erin):
    draft = UpdateFactory()
    address = with_image(draft, by=erin).file.get_absolute_url()
    for browser in (client, as_person(dave)):
        assert browser.get(address).status_code == 404
    response = desk.get(address)
    assert (response.status_code, response["Cache-Control"]) == (200, "private, no-store")
    updates.publish(draft, actor=erin)
    assert client.get(address).status_code == 200
    updates.withdraw(Update.objects.get(pk=draft.pk), why={"en": "Wrong."}, actor=erin)
    assert client.get(address).status_code == 404


# --- Translating ----------------------------------------------------------------------------------


def test_what_an_image_says_is_translated_with_its_update(update, erin, grace):
    (thing,) = texts.with_parts([update])
    keys = [text.key for text in texts.texts_of(thing)]
    key = f"image-{update.images.get().pk}-alt"
    assert keys == ["title", "short", "body", key]
    # All but this is there in Arabic.
    states.record(update, by=erin)
    assert Standings([thing]).of_thing(thing, "ar") == State.INCOMPLETE
    assert update.pk in [entry.object_id for entry in queue.entries("ar") if entry.kind == "update"]
    put_in(thing, "ar", {key: "تسعة أشخاص"}, by=erin)
    assert update.images.get().alt_ar == "تسعة أشخاص"
    (thing,) = texts.with_parts([Update.objects.get(pk=update.pk)])
    assert Standings([thing]).of_thing(thing, "ar") == State.CURRENT
    image = update.images.get()
    image.alt_en = "Twelve people at a table"
    images.save([image], by=erin)
    (thing,) = texts.with_parts([Update.objects.get(pk=update.pk)])
    assert Standings([thing]).of_thing(thing, "ar") == State.OUTDATED


def test_a_translation_without_its_image_is_doubted(update):
    (thing,) = texts.with_parts([update])
    body = next(text for text in texts.texts_of(thing) if text.field == "body")
    assert check(body, "Avant.\n\n![](image:1)\n\nAprès.").doubts == []
    assert "![](image:1)" in " ".join(check(body, "Avant.\n\nImage.\n\nAprès.").doubts)


def test_what_a_correction_changed_names_the_image_instead_of_its_sign(client, update, erin):
    update.body_en = "![](image:1)\n\nOtherwise."
    updates.save(update, actor=erin)
    shown = page(client, f"/en/updates/{update.slug}/changes/2/")
    assert "[Image 1]" in shown
    assert "image:1" not in shown
