"""People with an account."""

import secrets

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _

from .places import Country, Language


def new_username() -> str:
    """An opaque user name: says nothing about the person, and is never shown."""
    return f"p:{secrets.token_hex(12)}"


class User(AbstractUser):
    """A person with an account.

    ``username`` is opaque (``wm:<central id>`` or random) and never shown. What may be shown is
    ``public_name``, and only where the person chose to be public by name.
    """

    first_name = None
    last_name = None
    username = models.CharField(max_length=150, unique=True, default=new_username, editable=False)
    # Refreshed at each sign-in; may hold spaces and any script; two may differ in case only.
    wiki_username = models.CharField(_("Wikimedia user name"), max_length=255, blank=True)
    display_name = models.CharField(_("name"), max_length=150, blank=True)
    email = models.EmailField(_("e-mail address"), blank=True)
    country = models.ForeignKey(
        Country, verbose_name=_("country"), on_delete=models.SET_NULL, null=True, blank=True
    )
    language = models.CharField(
        _("language"), max_length=10, choices=settings.LANGUAGES, default="en"
    )
    time_zone = models.CharField(_("time zone"), max_length=64, default="UTC")
    is_public_by_name = models.BooleanField(
        _("shown by name"), null=True, default=None, help_text=_("Empty: not chosen yet.")
    )
    prefers_talk_page = models.BooleanField(_("news on the talk page, not by mail"), default=False)
    erased_at = models.DateTimeField(null=True, blank=True, editable=False)

    REQUIRED_FIELDS = ["email"]

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")

    def __str__(self):
        return self.name_for_core_team

    @property
    def public_name(self) -> str:
        """The name everyone may see, or an empty string where the person is not public by name."""
        if not self.is_public_by_name or self.erased_at or not self.is_active:
            return ""
        return self.display_name or self.wiki_username

    @property
    def name_for_core_team(self) -> str:
        """The name the Core Team sees; never the e-mail address."""
        if self.erased_at:
            return str(_("Former account"))
        return self.display_name or self.wiki_username or str(_("No name given"))

    def get_full_name(self):
        return self.name_for_core_team

    def get_short_name(self):
        return self.name_for_core_team


class LanguageSkill(models.Model):
    """A language a person uses for liaison work, and the translation help they need for it."""

    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="language_skills")
    language = models.ForeignKey(Language, on_delete=models.PROTECT, related_name="+")
    needs_help_from_english = models.BooleanField(default=False)
    needs_help_to_english = models.BooleanField(default=False)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "language"], name="one_skill_per_person_and_language"
            )
        ]

    def __str__(self):
        return f"{self.language_id} of person {self.person_id}"
