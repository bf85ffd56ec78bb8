"""Regions, countries and languages: the frame in which groups are found."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from web import names


class Region(models.Model):
    """One of the Foundation's regions of the world."""

    code = models.CharField(_("code"), max_length=10, primary_key=True)
    name = models.CharField(_("name"), max_length=100)
    imported = models.JSONField(default=dict, editable=False)

    class Meta:
        ordering = ["code"]
        verbose_name = _("region")
        verbose_name_plural = _("regions")

    def __str__(self):
        return self.name or self.code


class Language(models.Model):
    """A language by its Wikimedia code, e.g. ``sw`` or ``zh-hans``."""

    class Direction(models.TextChoices):
        LTR = "ltr", _("left to right")
        RTL = "rtl", _("right to left")

    code = models.CharField(_("code"), max_length=20, primary_key=True)
    autonym = models.CharField(_("name in its own language"), max_length=100)
    english_name = models.CharField(_("English name"), max_length=100, blank=True)
    direction = models.CharField(
        _("direction"), max_length=3, choices=Direction, default=Direction.LTR
    )
    # Translators: the letters in which a language is written.
    script = models.CharField(_("script"), max_length=4, blank=True, help_text="ISO 15924")
    bcp47 = models.CharField(
        _("language tag"), max_length=35, blank=True, help_text=_("As in BCP 47, or empty.")
    )
    fallback = models.JSONField(
        # Translators: in which languages a text is shown that is missing in this one.
        _("shown instead"),
        default=list,
        help_text=_("Codes of languages to try in this order. English comes last."),
    )
    # Translators: the code of the language that a former code stands for.
    redirects_to = models.CharField(_("now called"), max_length=20, blank=True)
    imported = models.JSONField(default=dict, editable=False)

    class Meta:
        ordering = ["code"]
        verbose_name = _("language")
        verbose_name_plural = _("languages")

    def __str__(self):
        return self.name

    @property
    def name(self) -> str:
        """The language's name in the reader's language; else its English name, own name or code."""
        return names.language_name(
            self.code, default=self.english_name or self.autonym or self.code
        )


class Country(models.Model):
    """A country or territory of ISO 3166-1, and Kosovo."""

    iso2 = models.CharField(_("code of two letters"), max_length=2, primary_key=True)
    iso3 = models.CharField(_("code of three letters"), max_length=3, blank=True)
    english_name = models.CharField(_("English name"), max_length=100)
    region = models.ForeignKey(
        Region,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="countries",
        verbose_name=_("region"),
    )
    is_protected = models.BooleanField(
        # Translators: a country in which it can be dangerous to be named.
        _("protected"),
        default=False,
        help_text=_("On the Foundation’s country and territory protection list."),
    )
    latitude = models.DecimalField(
        _("latitude"), max_digits=8, decimal_places=5, null=True, blank=True
    )
    longitude = models.DecimalField(
        _("longitude"), max_digits=8, decimal_places=5, null=True, blank=True
    )
    official_languages = models.JSONField(
        _("official languages"), default=list, help_text=_("Codes, the largest language first.")
    )
    imported = models.JSONField(default=dict, editable=False)

    class Meta:
        ordering = ["iso2"]
        verbose_name = _("country")
        verbose_name_plural = _("countries")

    def __str__(self):
        return self.name

    @property
    def name(self) -> str:
        """The country's name in the reader's language; else its English name."""
        return names.country_name(self.iso2, default=self.english_name)
