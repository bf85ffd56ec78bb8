"""The ledger: frozen digests, and for each person of the audience a line saying what became."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .messages import Message, State
from .recipients import Preference, Recipient, SkipReason

# Digests that were planned and then told nobody anything, and whose reader is owed it still. Who
# was skipped when an edition was frozen kept their place, and has no time of an end.
UNREACHED = Q(
    ~Q(reason=SkipReason.EMPTY.value),
    state__in=[State.FAILED.value, State.SKIPPED.value],
    finished_at__isnull=False,
    given_back_at__isnull=True,
)


class Edition(models.Model):
    """One frozen digest: for one rhythm and hour, with what was published up to its cut-off.

    Its audience is the people whose local 07:00 falls in the hour. What is urgent has an edition of
    its own, whose cut-off is its position, for all for whom it is. Each of them has exactly one
    delivery, written in the transaction that froze the edition, so that always
    audience = pending + claimed + retry + sent + failed + uncertain + skipped; on talk pages, which
    the Core Team posts to, audience = to post + posted + skipped.
    """

    class Rhythm(models.TextChoices):
        """The rhythms that send, and one more for an operator."""

        AT_ONCE = "at_once", _("At once")
        DAILY = "daily", _("Every day")
        WEEKLY = "weekly", _("Every week")
        MONTHLY = "monthly", _("Every month")
        BY_HAND = "by_hand", _("By hand")
        # Of one thing that is urgent, for everybody for whom it is.
        URGENT = "urgent", _("Urgent")

    BY_THE_CLOCK = [Rhythm.DAILY, Rhythm.WEEKLY, Rhythm.MONTHLY]
    # What people post by hand comes no more often.
    ON_TALK_PAGES = [Rhythm.WEEKLY, Rhythm.MONTHLY]

    channel = models.CharField(
        _("channel"),
        max_length=20,
        choices=Preference.Channel,
        default=Preference.Channel.EMAIL,
        db_default=Preference.Channel.EMAIL.value,
    )
    rhythm = models.CharField(_("rhythm"), max_length=10, choices=Rhythm)
    hour = models.DateTimeField(
        _("hour"), help_text=_("The full hour in UTC, whenever it was frozen.")
    )
    cut_off = models.BigIntegerField(
        _("cut-off"), help_text=_("The position of the newest thing in it.")
    )
    audience = models.PositiveIntegerField(_("audience"), default=0)
    frozen_at = models.DateTimeField(_("frozen"), default=timezone.now)

    class Meta:
        ordering = ["-frozen_at", "-pk"]
        verbose_name = _("edition")
        verbose_name_plural = _("editions")
        constraints = [
            models.UniqueConstraint(
                fields=["channel", "rhythm", "hour"],
                condition=Q(rhythm__in=["daily", "weekly", "monthly"]),
                name="one_edition_per_rhythm_and_hour",
                violation_error_message=_("This edition was made already."),
            ),
            models.UniqueConstraint(
                fields=["cut_off"],
                condition=Q(rhythm="at_once"),
                name="one_edition_at_once_per_cut_off",
                violation_error_message=_("This edition was made already."),
            ),
            models.CheckConstraint(
                condition=Q(
                    rhythm__in=["at_once", "daily", "weekly", "monthly", "by_hand", "urgent"]
                ),
                name="edition_rhythm_is_known",
            ),
            models.UniqueConstraint(
                fields=["channel", "cut_off"],
                condition=Q(rhythm="urgent"),
                name="one_urgent_edition_per_thing_and_channel",
                violation_error_message=_("This edition was made already."),
            ),
        ]

    def __str__(self):
        said = f"{self.get_rhythm_display()}, {self.hour:%Y-%m-%d %H:%M} UTC"
        return f"{said} · {self.get_channel_display()}" if self.is_posted_by_hand else said

    @property
    def is_urgent(self) -> bool:
        """True for one thing told at once and by itself."""
        return self.rhythm == self.Rhythm.URGENT

    @property
    def is_posted_by_hand(self) -> bool:
        """True where it goes to talk pages."""
        return self.channel == Preference.Channel.TALK_PAGE

    def figures(self) -> dict[str, int]:
        """How many deliveries are in each state; they add up to the audience."""
        return self.deliveries.figures()


class Delivery(Message):
    """One digest for one person."""

    # Neither has an index of its own: another begins with each, and all are written anew whenever
    # the state changes.
    edition = models.ForeignKey(
        Edition,
        verbose_name=_("edition"),
        on_delete=models.PROTECT,
        related_name="deliveries",
        db_index=False,
    )
    recipient = models.ForeignKey(
        Recipient, on_delete=models.PROTECT, related_name="deliveries", db_index=False
    )
    # The person's place in each section before this digest: {"updates": 12}.
    since = models.JSONField(default=dict, editable=False)
    # What the person chose among when it was frozen: {"topics": ["advocacy"]}.
    choices = models.JSONField(default=dict, db_default={}, editable=False)
    # Where a text waits for the person's language, by section: what waited and is told now though
    # it lies before that place, and what is left out: {"updates": {"also": [7], "owed": [15]}}.
    besides = models.JSONField(default=dict, editable=False)
    # Nothing is new, and this person asked to be told so.
    is_quiet = models.BooleanField(default=False, editable=False)
    # When its reader was owed again what it did not tell in the end; see ``mailing.given_back``.
    given_back_at = models.DateTimeField(null=True, editable=False)
    # The notices that waited for this digest, once a worker read them; see ``mailing.waiting``.
    waited: tuple | list = ()

    class Meta(Message.Meta):
        abstract = False
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        constraints = [
            *Message.Meta.constraints,
            models.UniqueConstraint(
                fields=["recipient", "edition"], name="one_delivery_per_recipient_and_edition"
            ),
        ]
        indexes = [
            *Message.Meta.indexes,
            models.Index(fields=["edition", "state"], name="delivery_edition_state"),
            models.Index(fields=["recipient"], condition=UNREACHED, name="delivery_unreached"),
        ]

    def __str__(self):
        return f"{self.edition} · {self.recipient}"


class ToldItem(models.Model):
    """One thing in one person's own part of a digest, such as an answer to what their group said.

    Nobody is told a thing twice: the database holds one row for each. Where its digest was
    refused or skipped in the end, the row moves on to the next one.
    """

    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="told_items")
    # That nobody is told a thing twice is an index that begins with it; and that there is such a
    # recipient, the delivery's own says.
    recipient = models.ForeignKey(
        Recipient,
        on_delete=models.CASCADE,
        related_name="told_items",
        db_index=False,
        db_constraint=False,
    )
    section = models.CharField(max_length=40)
    # The section's own name of the thing, such as "answer-7".
    item = models.CharField(max_length=80)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["recipient", "section", "item"], name="nobody_is_told_a_thing_twice"
            )
        ]

    def __str__(self):
        return f"{self.section}: {self.item}"
