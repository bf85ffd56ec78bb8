"""Regions, countries and languages: the frame in which groups are found."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from web import names


class Region(models.Model):
    """One of the Foundation's regions of the world."""

    code = models.CharField(max_length=10, primary_key=True)
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

    code = models.CharField(max_length=20, primary_key=True)
    autonym = models.CharField(max_length=100)
    english_name = models.CharField(max_length=100, blank=True)
    direction = models.CharField(max_length=3, choices=Direction, default=Direction.LTR)
    script = models.CharField(max_length=4, blank=True, help_text="ISO 15924")
    bcp47 = models.CharField(max_length=35, blank=True, help_text="valid language tag, or empty")
    fallback = models.JSONField(default=list, help_text="codes to try in order; English comes last")
    redirects_to = models.CharField(max_length=20, blank=True)
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

    iso2 = models.CharField(max_length=2, primary_key=True)
    iso3 = models.CharField(max_length=3, blank=True)
    english_name = models.CharField(max_length=100)
    region = models.ForeignKey(
        Region, on_delete=models.PROTECT, null=True, blank=True, related_name="countries"
    )
    is_protected = models.BooleanField(
        default=False, help_text="On the Foundation's country and territory protection list."
    )
    latitude = models.DecimalField(max_digits=8, decimal_places=5, null=True, blank=True)
    longitude = models.DecimalField(max_digits=8, decimal_places=5, null=True, blank=True)
    official_languages = models.JSONField(default=list, help_text="CLDR codes, largest first")
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
