"""People with an account."""

import secrets

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .places import Country, Language, Region


def new_username() -> str:
    """An opaque user name: says nothing about the person, and is never shown."""
    return f"p:{secrets.token_hex(12)}"


class User(AbstractUser):
    """A person with an account.

    ``username`` is opaque (``wm:<central id>`` or random) and never shown. What may be shown is
    ``public_name``, and only where the person chose to be public by name.
    """

    class ContactBy(models.TextChoices):
        FORM = "form", _("By a form on the group’s page")
        WIKI = "wiki", _("By the wiki’s own e-mail page")
        NONE = "none", _("Not at all")

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
    # Until this day somebody else answers: the deputy for a liaison, the stand-in for a contact.
    away_until = models.DateField(_("away until"), null=True, blank=True)
    contact_by = models.CharField(
        _("how the public can write"), max_length=5, choices=ContactBy, default=ContactBy.FORM
    )
    # Shown on the page of one's ways to sign in; unknown for addresses of before these were kept.
    address_since = models.DateTimeField(null=True, blank=True, editable=False)
    address_used_at = models.DateTimeField(null=True, blank=True, editable=False)
    # Asked of the wiki once a day (liaisons/accounts/wiki_accounts.py).
    wiki_checked_at = models.DateTimeField(null=True, blank=True, editable=False)
    wiki_locked_at = models.DateTimeField(null=True, blank=True, editable=False)
    wiki_suppressed_at = models.DateTimeField(null=True, blank=True, editable=False)
    # The code by which an erased person is called in histories and published texts, where they
    # asked for it: "Former liaison K7Q2" in the reader's language.
    pseudonym = models.CharField(max_length=60, blank=True, editable=False)
    erased_at = models.DateTimeField(_("account deleted"), null=True, blank=True, editable=False)

    REQUIRED_FIELDS = ["email"]

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")

    def __str__(self):
        return self.name_for_core_team

    @property
    def public_name(self) -> str:
        """The name everyone may see, or an empty string where the person is not public by name.

        After the account was deleted it is the pseudonym, where the person asked for one.
        """
        if self.erased_at:
            # Translators: a person who deleted their account; the code is made up, such as K7Q2.
            named = _("Former liaison %(code)s") % {"code": self.pseudonym}
            return named if self.pseudonym else ""
        if not self.is_public_by_name or not self.is_active:
            return ""
        if self.wiki_suppressed_at:
            return ""
        return self.display_name or self.wiki_username

    @property
    def is_away(self) -> bool:
        """True up to and with the day until which the person is away."""
        return self.away_until is not None and self.away_until >= timezone.localdate()

    @property
    def name_for_core_team(self) -> str:
        """The name the Core Team sees; never the e-mail address."""
        if self.erased_at:
            return str(_("Former account"))
        if self.wiki_suppressed_at:
            # The wiki hid the name, so no name of this person is shown, also none chosen here.
            return str(_("No name given"))
        return self.display_name or self.wiki_username or str(_("No name given"))

    def get_full_name(self):
        return self.name_for_core_team

    def get_short_name(self):
        return self.name_for_core_team


def name_to_find(to_person: str = "") -> Case:
    """The name chosen here as a query may use it: none where the wiki hid the person's name.

    ``to_person`` is the way to the person, such as ``person__``. Who could search for a hidden
    name would learn whose it is.
    """
    return Case(
        When(**{f"{to_person}wiki_suppressed_at": None}, then=F(f"{to_person}display_name")),
        default=Value(""),
    )


class LanguageSkill(models.Model):
    """A language a person uses for liaison work, and the translation help they need or offer."""

    class Level(models.TextChoices):
        BASIC = "basic", _("I understand it, slowly")
        GOOD = "good", _("I work in it")
        FLUENT = "fluent", _("I write it well")
        NATIVE = "native", _("It is my own language")

    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="language_skills")
    language = models.ForeignKey(
        Language, on_delete=models.PROTECT, related_name="+", verbose_name=_("language")
    )
    level = models.CharField(_("level"), max_length=6, choices=Level, blank=True)
    needs_help_from_english = models.BooleanField(_("needs help from English"), default=False)
    needs_help_to_english = models.BooleanField(_("needs help into English"), default=False)
    offers_help_from_english = models.BooleanField(_("offers help from English"), default=False)
    offers_help_to_english = models.BooleanField(_("offers help into English"), default=False)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "language"], name="one_skill_per_person_and_language"
            )
        ]

    def __str__(self):
        return self.language.name


class DataExport(models.Model):
    """Everything held on a person, made for them to download until ``expires_at``.

    Only the hash of the link's token is kept. The archive goes when its time is over.
    """

    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="data_exports")
    requested_at = models.DateTimeField(default=timezone.now)
    ready_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    token_hash = models.CharField(max_length=64, blank=True, editable=False)
    archive = models.BinaryField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ["-requested_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["person"],
                condition=Q(ready_at__isnull=True),
                name="one_export_in_the_making_per_person",
            )
        ]

    def __str__(self):
        return f"Export {self.pk} of person {self.person_id}"


class ContactRule(models.Model):
    """Who of the Core Team is the contact of new liaisons of a region, a language, or both.

    The rule that names more wins; one that names neither is for everybody else.
    """

    region = models.ForeignKey(
        Region, verbose_name=_("region"), on_delete=models.CASCADE, null=True, blank=True
    )
    language = models.ForeignKey(
        Language, verbose_name=_("language"), on_delete=models.CASCADE, null=True, blank=True
    )
    contact = models.ForeignKey(
        User,
        verbose_name=_("Core Team contact"),
        on_delete=models.PROTECT,
        related_name="+",
        limit_choices_to={"is_staff": True, "is_active": True},
    )
    stand_in = models.ForeignKey(
        User,
        verbose_name=_("stand-in while the contact is away"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        limit_choices_to={"is_staff": True, "is_active": True},
    )

    class Meta:
        verbose_name = _("contact rule")
        verbose_name_plural = _("contact rules")
        constraints = [
            models.UniqueConstraint(
                fields=["region", "language"],
                nulls_distinct=False,
                name="one_contact_rule_per_region_and_language",
                violation_error_message=_("There is a rule for this region and language already."),
            ),
            models.CheckConstraint(
                condition=Q(stand_in__isnull=True) | ~Q(stand_in=models.F("contact")),
                name="a_stand_in_is_somebody_else",
                violation_error_message=_("Choose somebody else as stand-in."),
            ),
        ]

    def __str__(self):
        place = " · ".join(str(part) for part in (self.region, self.language) if part)
        return place or str(_("Everybody else"))
