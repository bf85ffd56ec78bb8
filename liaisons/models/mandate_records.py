"""What belongs to a mandate: its history, its reminders, its handover, what members say of it."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .mandates import Mandate
from .people import User


class MandateEvent(models.Model):
    """One line of a mandate's history; holds ids, no names.

    The database refuses to change or delete a row. Only its message may be emptied, which is done
    when an account is erased (migrations ``0002`` and ``0003``).
    """

    class Kind(models.TextChoices):
        STARTED = "started", _("Started")
        SUBMITTED = "submitted", _("Submitted")
        MORE_ASKED = "more_asked", _("More information asked for")
        ANSWERED = "answered", _("Answered")
        CONFIRMED = "confirmed", _("Confirmed")
        DECLINED = "declined", _("Declined")
        WITHDRAWN = "withdrawn", _("Withdrawn")
        ENDED = "ended", _("Ended")
        LAPSED = "lapsed", _("Lapsed")
        CONTACT_CHANGED = "contact_changed", _("Core Team contact changed")
        TAKEN = "taken", _("Taken by a reviewer")
        ADDED = "added", _("The applicant added something")
        ASKED = "asked", _("The applicant asked")
        REPLIED = "replied", _("The Core Team replied")
        RENEWED = "renewed", _("Renewed")
        SUCCESSOR_NAMED = "successor_named", _("A successor was named")
        REVIEW_OPENED = "review_opened", _("A member of the group contested it")
        REVIEW_CLOSED = "review_closed", _("The Core Team looked at it again")

    mandate = models.ForeignKey(Mandate, on_delete=models.PROTECT, related_name="events")
    kind = models.CharField(max_length=20, choices=Kind)
    at = models.DateTimeField(default=timezone.now)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    message = models.TextField(blank=True)

    class Meta:
        ordering = ["at", "pk"]
        verbose_name = _("event in a mandate's history")
        verbose_name_plural = _("history of mandates")

    def __str__(self):
        return self.get_kind_display()


class MandateReminder(models.Model):
    """That the end of a mandate was announced: once for each term and number of days before."""

    mandate = models.ForeignKey(Mandate, on_delete=models.CASCADE, related_name="reminders")
    last_day = models.DateField()
    days_before = models.PositiveSmallIntegerField()
    sent_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["mandate", "last_day", "days_before"], name="one_reminder_per_term_and_day"
            )
        ]

    def __str__(self):
        return f"{self.days_before} days before {self.last_day}"


class Handover(models.Model):
    """A liaison's invitation to the person who is to hold the seat next: a link, used once.

    Only the hash of the link's token is kept.
    """

    mandate = models.ForeignKey(Mandate, on_delete=models.PROTECT, related_name="handovers")
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    made_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    used_at = models.DateTimeField(null=True, blank=True)
    # The successor's application.
    application = models.OneToOneField(
        Mandate, on_delete=models.PROTECT, null=True, blank=True, related_name="came_by"
    )

    class Meta:
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["mandate"],
                condition=Q(revoked_at__isnull=True, used_at__isnull=True),
                name="one_open_handover_per_mandate",
            ),
            models.CheckConstraint(
                condition=Q(used_at__isnull=True, application__isnull=True)
                | Q(used_at__isnull=False, application__isnull=False),
                name="a_used_handover_has_its_application",
            ),
        ]

    def __str__(self):
        return f"Handover of mandate {self.mandate_id}"


class Endorsement(models.Model):
    """What another member of the group says about a mandate: confirmed, or contested and why.

    Only the Core Team and the person who said it read it. Nothing is decided by numbers.
    """

    class Verdict(models.TextChoices):
        CONFIRMS = "confirms", _("Confirms")
        CONTESTS = "contests", _("Contests")

    mandate = models.ForeignKey(Mandate, on_delete=models.PROTECT, related_name="endorsements")
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="endorsements")
    verdict = models.CharField(_("what they say"), max_length=10, choices=Verdict)
    reason = models.TextField(_("reason"), max_length=1000, blank=True)
    said_at = models.DateTimeField(default=timezone.now)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["said_at", "pk"]
        verbose_name = _("endorsement or dispute")
        verbose_name_plural = _("endorsements and disputes")
        constraints = [
            models.UniqueConstraint(
                fields=["mandate", "person"], name="one_endorsement_per_mandate_and_person"
            ),
        ]

    def __str__(self):
        return f"{self.get_verdict_display()}: mandate {self.mandate_id}"
