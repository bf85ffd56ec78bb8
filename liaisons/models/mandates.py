"""Mandates: the fact that a group agreed that a person speaks for it."""

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .groups import Group
from .people import User


class MandateQuerySet(models.QuerySet):
    def active(self):
        """Confirmed, and not past their last day: these people are liaisons."""
        return self.filter(status=Mandate.Status.CONFIRMED, last_day__gte=timezone.localdate())

    def unattended(self):
        """Active ones whose coming end nobody has seen to, and whose liaison can be asked about it.

        A successor who has applied, an absence, a closed account or an archived group means that
        there is no use in a reminder.
        """
        followed = self.model.objects.waiting().filter(predecessor=OuterRef("pk"))
        return (
            self.active()
            .filter(person__is_active=True, person__erased_at=None)
            .filter(group__status=Group.Status.ACTIVE)
            .exclude(person__away_until__gte=timezone.localdate())
            .filter(~Exists(followed))
        )

    def lapsed(self):
        """Once confirmed and over, by an ending or by the calendar."""
        return self.filter(
            Q(status=Mandate.Status.ENDED)
            | Q(status=Mandate.Status.CONFIRMED, last_day__lt=timezone.localdate())
        )

    def open(self):
        """Drafts, applications and confirmed mandates: at most one for a person and group."""
        return self.filter(status__in=Mandate.OPEN)

    def waiting(self):
        """Applications on which somebody has to act, oldest first."""
        return self.filter(status__in=Mandate.WAITING).order_by("submitted_at", "pk")

    def held(self):
        """Ever confirmed: the public history of a group."""
        return self.filter(status__in=[Mandate.Status.CONFIRMED, Mandate.Status.ENDED])


class Mandate(models.Model):
    """Group × person × seat × evidence × dates × status; a draft while someone signs up."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        SUBMITTED = "submitted", _("Waiting for review")
        MORE_ASKED = "more_asked", _("More information asked for")
        CONFIRMED = "confirmed", _("Confirmed")
        DECLINED = "declined", _("Declined")
        WITHDRAWN = "withdrawn", _("Withdrawn")
        ENDED = "ended", _("Ended")

    class Seat(models.TextChoices):
        PRIMARY = "primary", _("Primary")
        DEPUTY = "deputy", _("Deputy")

    class Role(models.TextChoices):
        BOARD = "board", _("Board")
        STAFF = "staff", _("Staff")
        MEMBER = "member", _("Member")

    class Evidence(models.TextChoices):
        LINK = "link", _("A page shows it")
        EXPLANATION = "explanation", _("I explain it")

    class EndReason(models.TextChoices):
        STEPPED_DOWN = "stepped_down", _("The liaison stepped down")
        EXPIRED = "expired", _("The term was over")
        WITHDRAWN_BY_GROUP = "withdrawn_by_group", _("The group withdrew it")
        REPLACED = "replaced", _("Another person took over")
        ENDED_BY_CORE_TEAM = "ended_by_core_team", _("The Core Team ended it")
        PERSON_LEFT = "person_left", _("The person deleted their account")

    OPEN = [Status.DRAFT, Status.SUBMITTED, Status.MORE_ASKED, Status.CONFIRMED]
    WAITING = [Status.SUBMITTED, Status.MORE_ASKED]

    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="mandates")
    group = models.ForeignKey(
        Group, on_delete=models.PROTECT, null=True, blank=True, related_name="mandates"
    )
    status = models.CharField(_("status"), max_length=12, choices=Status, default=Status.DRAFT)
    seat = models.CharField(_("seat"), max_length=8, choices=Seat, blank=True)
    role = models.CharField(_("role in the group"), max_length=8, choices=Role, blank=True)

    evidence = models.CharField(
        _("how the group agreed"), max_length=12, choices=Evidence, blank=True
    )
    evidence_url = models.URLField(_("link"), max_length=500, blank=True)
    agreed_on = models.DateField(_("date of the agreement"), null=True, blank=True)
    evidence_text = models.TextField(_("explanation"), max_length=2000, blank=True)
    is_attested = models.BooleanField(_("the applicant confirmed the sentence"), default=False)
    # Set once the person answered the support step; the answers themselves belong to the person.
    support_answered = models.BooleanField(default=False, editable=False)

    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)
    submitted_at = models.DateTimeField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    last_day = models.DateField(_("last day"), null=True, blank=True)
    renewed_at = models.DateTimeField(null=True, blank=True)
    end_reason = models.CharField(_("why it ended"), max_length=20, choices=EndReason, blank=True)
    # Whoever held the seat before and named this person; ties the application to the seat.
    predecessor = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="successors"
    )
    # For the liaison alone, and for the successor they name.
    private_notes = models.TextField(_("private notes"), max_length=4000, blank=True)
    # Part of the link for members of the group; a new one makes the old link stop working.
    share_nonce = models.CharField(max_length=22, blank=True, editable=False)
    # Since when the Core Team looks at an active mandate again, because a member contested it.
    review_opened_at = models.DateTimeField(null=True, blank=True)
    reviewer = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    contact = models.ForeignKey(
        User,
        verbose_name=_("Core Team contact"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="liaison_mandates",
        limit_choices_to={"is_staff": True},
    )

    objects = MandateQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        verbose_name = _("mandate")
        verbose_name_plural = _("mandates")
        permissions = [("review_mandate", _("Can review mandates"))]
        constraints = [
            models.UniqueConstraint(
                # By seat: a deputy applies for the primary seat while they hold their own.
                fields=["person", "group", "seat"],
                condition=Q(status__in=["draft", "submitted", "more_asked", "confirmed"]),
                name="one_open_mandate_per_person_group_and_seat",
                violation_error_message=_(
                    "This person already has an open mandate for this group."
                ),
            ),
            models.UniqueConstraint(
                fields=["person"],
                condition=Q(status="draft"),
                name="one_draft_mandate_per_person",
                violation_error_message=_("This person already has a draft."),
            ),
            models.UniqueConstraint(
                fields=["group"],
                condition=Q(status="confirmed", seat="primary"),
                name="one_active_primary_per_group",
                violation_error_message=_("Another person holds the primary seat of this group."),
            ),
            models.CheckConstraint(
                condition=Q(reviewer__isnull=True) | ~Q(reviewer=F("person")),
                name="reviewer_is_not_the_applicant",
                violation_error_message=_("No one reviews their own mandate."),
            ),
            models.CheckConstraint(
                condition=Q(status__in=["draft", "withdrawn"])
                | (
                    Q(group__isnull=False, submitted_at__isnull=False, is_attested=True)
                    & ~Q(seat="")
                    & ~Q(role="")
                    & ~Q(evidence="")
                ),
                name="only_a_draft_is_incomplete",
                violation_error_message=_(
                    "A submitted mandate needs a group, a seat and evidence."
                ),
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["confirmed", "ended"])
                | Q(decided_at__isnull=False, last_day__isnull=False),
                name="a_confirmed_mandate_has_its_dates",
            ),
            models.CheckConstraint(
                condition=~Q(status="ended") | Q(ended_at__isnull=False),
                name="an_ended_mandate_has_its_date",
            ),
            models.CheckConstraint(
                condition=(Q(status="ended") & ~Q(end_reason=""))
                | (~Q(status="ended") & Q(end_reason="")),
                name="an_ended_mandate_says_why",
            ),
        ]
        indexes = [
            models.Index(fields=["group", "status"], name="mandate_group_status"),
            models.Index(fields=["status", "submitted_at"], name="mandate_queue"),
        ]

    def __str__(self):
        return f"{self.get_status_display()}: {self.group or '–'}"

    @property
    def is_active(self) -> bool:
        """True while the person is a liaison by this mandate."""
        return self.status == self.Status.CONFIRMED and self.last_day >= timezone.localdate()

    @property
    def is_waiting(self) -> bool:
        return self.status in self.WAITING
