"""Images in updates: what each one is and says, and the files that everyone is sent."""

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from .updates import Update

MAX_ALT = 300
ADDRESSES_OF_LICENCES = {
    "cc-by-sa-4.0": "https://creativecommons.org/licenses/by-sa/4.0/",
    "cc-by-4.0": "https://creativecommons.org/licenses/by/4.0/",
    "cc0": "https://creativecommons.org/publicdomain/zero/1.0/",
}


class ImageFileQuerySet(models.QuerySet):
    def published(self):
        """Files of images whose update everyone can read."""
        its = Image.objects.filter(Q(file=OuterRef("pk")) | Q(small=OuterRef("pk")))
        return self.filter(Exists(its.filter(update__status=Update.Status.PUBLISHED)))

    def unused(self):
        """Files of no image."""
        its = Image.objects.filter(Q(file=OuterRef("pk")) | Q(small=OuterRef("pk")))
        return self.filter(~Exists(its))


class ImageFile(models.Model):
    """One size of an image as it is sent: WebP, made by us. Its name is the hash of its bytes.

    Never changed; the same picture in two updates is kept once.
    """

    name = models.CharField(max_length=32, primary_key=True)
    content = models.BinaryField()
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    size = models.PositiveIntegerField()

    objects = ImageFileQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        verbose_name = _("file of an image")
        verbose_name_plural = _("files of images")

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("strategy:image_file", args=[self.name])


class Image(models.Model):
    """A picture in an update, with what it shows in words for who does not see it.

    Its ``number`` in the update is how the text names it: ``![](image:2)``.
    """

    class Licence(models.TextChoices):
        BY_SA = "cc-by-sa-4.0", "CC BY-SA 4.0"
        BY = "cc-by-4.0", "CC BY 4.0"
        ZERO = "cc0", "CC0"
        # Translators: a licence: nobody holds rights in the picture any more.
        FREE = "public-domain", _("Public domain")

    update = models.ForeignKey(
        Update, verbose_name=_("update"), on_delete=models.CASCADE, related_name="images"
    )
    number = models.PositiveSmallIntegerField(_("number"))
    alt = models.CharField(
        # Translators: what stands in place of a picture for people who do not see it.
        _("alternative text"),
        max_length=MAX_ALT,
        help_text=_(
            "What the picture says, for people who do not see it. Mails show it in its place."
        ),
    )
    credit = models.CharField(
        _("made by"), max_length=200, help_text=_("As the licence wants it: a name, or a source.")
    )
    licence = models.CharField(_("licence"), max_length=20, choices=Licence)
    file = models.ForeignKey(ImageFile, on_delete=models.PROTECT, related_name="+")
    # For phones; empty where the picture is no wider than that.
    small = models.ForeignKey(
        ImageFile, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )

    class Meta:
        ordering = ["update", "number"]
        verbose_name = _("image")
        verbose_name_plural = _("images")
        constraints = [
            models.UniqueConstraint(
                fields=["update", "number"], name="one_image_per_update_and_number"
            ),
            models.CheckConstraint(
                condition=Q(alt_en__isnull=False) & ~Q(alt_en=""),
                name="an_image_has_its_alternative_text",
                violation_error_message=_("Say in English what the picture shows."),
            ),
        ]

    def __str__(self):
        return _("Image %(number)s") % {"number": self.number}

    @property
    def licence_url(self) -> str:
        """Where the licence can be read; empty for what is in the public domain."""
        return ADDRESSES_OF_LICENCES.get(self.licence, "")

    @property
    def smallest_url(self) -> str:
        """The address of its smallest size; reads no other row."""
        return reverse("strategy:image_file", args=[self.small_id or self.file_id])

    @property
    def files(self) -> list[ImageFile]:
        """Its sizes, the smallest first."""
        return [self.small, self.file] if self.small else [self.file]
