"""What a delivery and a notice have in common: one message to one person, and where it stands."""

import uuid
from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class State(models.TextChoices):
    """Where a message stands. Each one is in exactly one state, so the states always add up."""

    PENDING = "pending", _("Waiting")
    CLAIMED = "claimed", _("Being sent")
    RETRY = "retry", _("To be tried again")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Failed")
    UNCERTAIN = "uncertain", _("Uncertain")
    SKIPPED = "skipped", _("Skipped")
    # Of a digest on a talk page, which the Core Team posts by hand.
    TO_POST = "to_post", _("To be posted")
    POSTED = "posted", _("Posted")


OPEN = [State.PENDING, State.RETRY]


class MessageQuerySet(models.QuerySet):
    def due(self, at):
        """Messages a worker may claim at ``at``, the longest waiting first."""
        return self.filter(state__in=OPEN, next_attempt_at__lte=at).order_by(
            "next_attempt_at", "pk"
        )

    def abandoned(self, at):
        """Messages whose worker did not come back before its lease ended.

        A lease that ends in a far future was written by a clock that ran ahead.
        """
        latest = at + timedelta(seconds=max(3600, 10 * settings.MAIL_LEASE))
        is_over = Q(lease_until__lt=at) | Q(lease_until__gt=latest)
        return self.filter(is_over, state=State.CLAIMED)

    def figures(self) -> dict[str, int]:
        """How many messages are in each state; every state is named."""
        counted = dict(self.order_by().values_list("state").annotate(Count("pk")))
        return {state: counted.get(state, 0) for state in State.values}


class Message(models.Model):
    """One message to one person, from the moment it is owed until its fate is known."""

    state = models.CharField(_("state"), max_length=10, choices=State, default=State.PENDING)
    reason = models.CharField(_("reason"), max_length=20, blank=True)
    # Stored before the first try and the same at each, so that a receiver can drop a double.
    message_id = models.CharField(_("Message-ID"), max_length=200, blank=True)
    language = models.CharField(_("language"), max_length=10, default="en")
    created_at = models.DateTimeField(_("written down"), default=timezone.now, editable=False)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    next_attempt_at = models.DateTimeField(_("next attempt"), null=True, blank=True)
    claim = models.UUIDField(null=True, blank=True, editable=False)
    lease_until = models.DateTimeField(null=True, blank=True, editable=False)
    # How many workers died while they held it; a message they die of is stopped by this.
    workers_lost = models.PositiveSmallIntegerField(
        _("workers lost"), default=0, db_default=0, editable=False
    )
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    error = models.TextField(_("last answer"), blank=True)
    # What happened out of the ordinary: [{"at": ISO time, "what": word, "detail": text}].
    story = models.JSONField(default=list, editable=False)

    objects = MessageQuerySet.as_manager()

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=State.values), name="%(class)s_state_is_known"
            ),
            models.CheckConstraint(
                condition=Q(state="claimed", claim__isnull=False, lease_until__isnull=False)
                | (~Q(state="claimed") & Q(claim__isnull=True, lease_until__isnull=True)),
                name="%(class)s_claim_has_its_lease",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["pending", "retry"]) | Q(next_attempt_at__isnull=False),
                name="%(class)s_open_has_its_time",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["sent", "failed", "uncertain", "posted"])
                | Q(finished_at__isnull=False),
                name="%(class)s_end_has_its_time",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["skipped", "failed", "uncertain"]) | ~Q(reason=""),
                name="%(class)s_not_sent_has_its_reason",
            ),
            models.CheckConstraint(
                condition=Q(state="skipped") | ~Q(message_id=""),
                name="%(class)s_has_its_message_id",
            ),
            models.UniqueConstraint(
                fields=["message_id"],
                condition=~Q(message_id=""),
                name="%(class)s_message_id_is_its_own",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_attempt_at", "id"],
                condition=Q(state__in=["pending", "retry"]),
                name="%(class)s_due",
            ),
            models.Index(
                fields=["lease_until"], condition=Q(state="claimed"), name="%(class)s_lease"
            ),
        ]

    @property
    def address_now(self) -> str:
        """The address it goes to if it is sent now; empty where there is none any more."""
        recipient = getattr(self, "recipient", None)
        return recipient.address if recipient else getattr(self, "address", "")


def new_message_id(domain: str) -> str:
    """A Message-ID nobody else has (RFC 5322, 3.6.4)."""
    return f"<{uuid.uuid4().hex}@{domain}>"
