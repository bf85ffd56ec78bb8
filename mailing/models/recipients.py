"""Who gets mail, what they chose, and which addresses get none."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Rhythm(models.TextChoices):
    """How often a person gets the digest."""

    AT_ONCE = "at_once", _("At once")
    DAILY = "daily", _("Every day")
    WEEKLY = "weekly", _("Every week, on Monday")
    MONTHLY = "monthly", _("Every month, on the first day")
    NONE = "none", _("No digest")


class SkipReason(models.TextChoices):
    """Why somebody gets no mail, or not by itself, or not yet. In sentences: ``reasons``."""

    INACTIVE = "inactive", _("The account is closed")
    NO_ADDRESS = "no_address", _("No e-mail address")
    PAUSED = "paused", _("A pause was asked for; it comes afterwards")
    UNVERIFIED = "unverified", _("The address is not confirmed")
    SUPPRESSED = "suppressed", _("The address takes no mail")
    NOT_BY_NAME = "not_by_name", _("Not shown by name, so on no list that leaves this site")
    RHYTHM_NONE = "rhythm_none", _("No digest is wanted any more")
    OTHER_WAY = "other_way", _("The digest comes another way now")
    SWITCHED_OFF = "switched_off", _("This kind of message is switched off")
    EMPTY = "empty", _("Nothing new for this person")
    NOT_ELIGIBLE = "not_eligible", _("The reason for this message is gone")
    # Beside "waiting": it waits for room in the contact budget.
    OVER_BUDGET = "over_budget", _("Waits: enough mail for this week")
    IN_DIGEST = "in_digest", _("Went with the digest")


class FailReason(models.TextChoices):
    """Why a message was not handed over, or nobody knows whether it was."""

    BAD_ADDRESS = "bad_address", _("The server says the address does not exist")
    REFUSED = "refused", _("The server refused the message")
    GAVE_UP = "gave_up", _("Too many tries")
    WORKERS_LOST = "workers_lost", _("Too many workers stopped while they held it")
    CONNECTION_LOST = "connection_lost", _("The connection broke before the server's last answer")


class Recipient(models.Model):
    """Somebody who can get mail: a person with an account, or a confirmed address without one.

    The address is a copy, so that this app needs to know nothing of accounts. When a person is
    forgotten the row stays, empty, because the ledger counts it.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="mail_recipient",
    )
    address = models.EmailField(_("e-mail address"), blank=True)
    address_hash = models.CharField(max_length=64, blank=True, editable=False, db_index=True)
    is_verified = models.BooleanField(_("address confirmed"), default=False)
    language = models.CharField(
        _("language"), max_length=10, choices=settings.LANGUAGES, default="en"
    )
    time_zone = models.CharField(_("time zone"), max_length=64, default="UTC")
    # Until then nothing but receipts and what is urgent; see ``mailing.pauses``.
    paused_until = models.DateTimeField(_("paused until"), null=True, blank=True)
    # What was published up to here is no news to this person.
    joined_position = models.BigIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    forgotten_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("recipient")
        verbose_name_plural = _("recipients")
        constraints = [
            models.UniqueConstraint(
                fields=["address_hash"],
                condition=Q(user__isnull=True) & ~Q(address_hash=""),
                name="one_recipient_per_address_without_account",
                violation_error_message=_("This address is on the list already."),
            ),
            models.CheckConstraint(
                condition=Q(address="", address_hash="") | (~Q(address="") & ~Q(address_hash="")),
                name="a_recipient_address_has_its_hash",
            ),
            models.CheckConstraint(
                condition=Q(forgotten_at__isnull=True) | Q(address="", user__isnull=True),
                name="a_forgotten_recipient_is_empty",
            ),
        ]

    def __str__(self):
        return str(_("Recipient %(number)s") % {"number": self.pk})


class Preference(models.Model):
    """What one person wants of one kind of mail: how often, in which language, in whose morning.

    An empty language or time zone follows the recipient's own. Only the digest has a rhythm; a row
    for another kind (see ``mailing.kinds``) says that the person switched it off.
    """

    class Kind(models.TextChoices):
        DIGEST = "digest", _("Digest")

    class Channel(models.TextChoices):
        EMAIL = "email", _("E-mail")
        # For accounts of a wiki; see ``mailing.talk_pages``.
        TALK_PAGE = "talk_page", _("Talk page")

    class Source(models.TextChoices):
        DEFAULT = "default", _("Set for a new account")
        PERSON = "person", _("Chosen in the settings")
        UNSUBSCRIBE_LINK = "unsubscribe_link", _("Link in a mail")

    recipient = models.ForeignKey(Recipient, on_delete=models.CASCADE, related_name="preferences")
    kind = models.CharField(_("kind"), max_length=60, default=Kind.DIGEST)
    channel = models.CharField(_("channel"), max_length=20, choices=Channel, default=Channel.EMAIL)
    rhythm = models.CharField(_("rhythm"), max_length=10, choices=Rhythm, default=Rhythm.WEEKLY)
    language = models.CharField(
        _("language"), max_length=10, choices=settings.LANGUAGES, blank=True
    )
    time_zone = models.CharField(_("time zone"), max_length=64, blank=True)
    # What of the digest is wanted, where not all of it: {"topics": ["advocacy"]}.
    choices = models.JSONField(default=dict, db_default={}, blank=True, editable=False)
    source = models.CharField(max_length=20, choices=Source, default=Source.DEFAULT)
    # One line by mail after a month without anything new.
    tells_when_quiet = models.BooleanField(
        _("tell me when nothing happened"), default=False, db_default=False
    )
    # From when rhythm and time zone are as they are: a change makes no digest due for the past.
    effective_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("mail preference")
        verbose_name_plural = _("mail preferences")
        constraints = [
            models.UniqueConstraint(
                fields=["recipient", "kind", "channel"],
                name="one_preference_per_recipient_kind_and_channel",
            ),
            models.CheckConstraint(
                condition=Q(rhythm__in=Rhythm.values), name="preference_rhythm_is_known"
            ),
            models.CheckConstraint(
                condition=Q(kind="digest") | Q(rhythm="none"), name="only_the_digest_has_a_rhythm"
            ),
        ]
        indexes = [models.Index(fields=["kind", "rhythm"], name="preference_kind_rhythm")]

    def __str__(self):
        return f"{self.kind}: {self.get_rhythm_display()}"

    @property
    def language_used(self) -> str:
        """The language the mail is written in."""
        return self.language or self.recipient.language

    @property
    def time_zone_used(self) -> str:
        """The time zone whose morning counts."""
        return self.time_zone or self.recipient.time_zone


class Suppression(models.Model):
    """An address that gets no mail, whoever gives it: it bounced, or its owner complained.

    Only a keyed hash is kept, so the list says nothing about people who were never told of it.
    """

    class Reason(models.TextChoices):
        BOUNCED = "bounced", _("The mail server says the address does not exist")
        SOFT = "soft", _("Mail came back too often")
        COMPLAINT = "complaint", _("The owner complained")
        BY_HAND = "by_hand", _("Entered by the Core Team")

    address_hash = models.CharField(max_length=64, unique=True, editable=False)
    reason = models.CharField(_("reason"), max_length=10, choices=Reason)
    detail = models.CharField(_("what the server said"), max_length=500, blank=True)
    created_at = models.DateTimeField(_("since"), default=timezone.now, editable=False)

    class Meta:
        ordering = ["-created_at"]
        verbose_name = _("address that takes no mail")
        verbose_name_plural = _("addresses that take no mail")
        constraints = [
            models.CheckConstraint(
                condition=~Q(address_hash=""), name="a_suppression_has_an_address"
            )
        ]

    def __str__(self):
        return f"{self.get_reason_display()} ({self.address_hash[:8]}…)"
