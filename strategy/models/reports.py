"""Reports: what conversations said, sentence by sentence, and what the Core Team answered."""

import uuid
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import OuterRef, Q, Subquery
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from liaisons.models import Group, Language

from .drafts import Draft
from .process import Topic
from .relays import MOST_PEOPLE

MOST_STATEMENTS = 200
LONGEST_STATEMENT = 500
LONGEST_OVERVIEW = 4000
LONGEST_ANSWER = 4000


class ReportQuerySet(models.QuerySet):
    def published(self):
        """Reports everyone sees, newest first."""
        return self.filter(status=Report.Status.PUBLISHED).order_by("-published_at", "-pk")

    def not_in_english(self):
        """Those of them that English readers need translated, each with its language."""
        in_english = Q(language="en") | Q(language__code__startswith="en-")
        return self.published().exclude(in_english).select_related("language")

    def for_rows(self):
        """With all that a row of a list says of a report, in one query."""
        return self.select_related("group", "topic", "language")

    def for_pages(self):
        """With all that a report's own page says of it, in one query."""
        return self.select_related("group", "topic__working_group", "language", "person")

    def of_groups_of(self, person):
        """Reports, drafts too, of the groups this person speaks for today."""
        active = person.mandates.active().values("group")
        return self.filter(group__in=active)


class Report(models.Model):
    """What a conversation said. Its columns hold what everyone sees.

    While somebody writes, their words are in a ``ReportDraft``. A correction is a new
    ``ReportVersion``; ``version`` counts them, 0 before the first. Its number is given when it is
    first published and never changes.
    """

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        PUBLISHED = "published", pgettext_lazy("report", "Published")

    class Form(models.TextChoices):
        # Translators: how people talked with each other.
        ONLINE = "online", _("Online")
        IN_PERSON = "in_person", _("In person")
        ON_WIKI = "on_wiki", _("On a wiki")

    # Made by the page on which somebody begins to write, so that sending it twice begins one.
    key = models.UUIDField(default=uuid.uuid4, editable=False)
    number = models.PositiveIntegerField(null=True, blank=True, unique=True, editable=False)
    status = models.CharField(
        _("status"), max_length=10, choices=Status, default=Status.DRAFT, editable=False
    )
    version = models.PositiveSmallIntegerField(default=0, editable=False)
    # Of its drafts so far: the next one goes on from there, so that no old window passes for it.
    last_revision = models.PositiveIntegerField(default=0, editable=False)
    group = models.ForeignKey(
        Group, verbose_name=_("group"), on_delete=models.PROTECT, related_name="reports"
    )
    # Who began it, and any liaison of the group goes on with it; then who published it first, whose
    # name stands beside it.
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("written by"),
        on_delete=models.PROTECT,
        related_name="reports",
    )

    topic = models.ForeignKey(
        Topic,
        verbose_name=_("topic"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="reports",
    )
    place = models.CharField(_("place"), max_length=200, blank=True)
    page_url = models.URLField(_("page"), max_length=500, blank=True)
    held_on = models.DateField(_("date of the conversation"), null=True, blank=True)
    form = models.CharField(_("form"), max_length=10, choices=Form, blank=True)
    language = models.ForeignKey(
        Language,
        verbose_name=_("language"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    people = models.PositiveIntegerField(_("about how many people"), null=True, blank=True)
    overview = models.TextField(_("overview"), max_length=LONGEST_OVERVIEW, blank=True)

    started_at = models.DateTimeField(auto_now_add=True)
    published_at = models.DateTimeField(_("published"), null=True, blank=True, editable=False)
    corrected_at = models.DateTimeField(_("corrected"), null=True, blank=True, editable=False)
    # Its place in the order of everything published; reports of before had none.
    position = models.BigIntegerField(null=True, blank=True, unique=True, editable=False)

    # Of its overview, where a page shows it: given by ``report_translations``.
    english: Any = None

    objects = ReportQuerySet.as_manager()

    class Meta:
        ordering = ["-published_at", "-pk"]
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        constraints = [
            models.UniqueConstraint(fields=["person", "key"], name="one_report_per_page_opened"),
            models.CheckConstraint(
                condition=Q(status="draft")
                | (
                    Q(
                        number__isnull=False,
                        version__gte=1,
                        published_at__isnull=False,
                        topic__isnull=False,
                        held_on__isnull=False,
                        language__isnull=False,
                        people__gte=1,
                        people__lte=MOST_PEOPLE,
                    )
                    & ~Q(form="")
                    & ~Q(overview="")
                    & (~Q(place="") | ~Q(page_url=""))
                ),
                name="a_published_report_is_complete",
                violation_error_message=_("A published report needs all its parts."),
            ),
            models.CheckConstraint(
                condition=~Q(status="draft") | Q(number__isnull=True, version=0),
                name="a_draft_report_has_no_number",
            ),
        ]
        indexes = [models.Index(fields=["group", "status"], name="report_of_group")]

    def __str__(self):
        return self.ref or str(_("Draft"))

    def get_absolute_url(self):
        return reverse("strategy:report_detail", args=[self.number])

    @property
    def is_published(self) -> bool:
        """True once everyone sees it; it then stays so."""
        return self.status == self.Status.PUBLISHED

    @property
    def ref(self) -> str:
        """How it is cited: ``R12``; empty before it is published."""
        return f"R{self.number}" if self.number else ""


class ReportDraft(Draft):
    """What is being written, before a report is published or corrected."""

    report = models.OneToOneField(Report, on_delete=models.CASCADE, related_name="draft")
    # True once a second person has saved it: then it is not one person's to take away.
    is_shared = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("draft of a report")
        verbose_name_plural = _("drafts of reports")

    def __str__(self):
        return f"draft {self.revision} of report {self.report_id}"


class ReportVersion(models.Model):
    """One published state of a report: number 1, and one more for each correction.

    Never changed. ``content`` holds what ``reports.snapshot`` gives: the parts by name, and
    ``statements`` as a list of ``{"number", "text", "withdrawn"}``.
    """

    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField()
    at = models.DateTimeField(default=timezone.now)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    # What was corrected, in the writer's words; public, empty for the first version.
    note = models.CharField(_("what was corrected"), max_length=300, blank=True)
    content = models.JSONField(encoder=DjangoJSONEncoder)

    class Meta:
        ordering = ["number"]
        verbose_name = _("version of a report")
        verbose_name_plural = _("versions of reports")
        constraints = [
            models.UniqueConstraint(fields=["report", "number"], name="one_version_per_number")
        ]

    def __str__(self):
        return f"version {self.number} of report {self.report_id}"


class Response(models.Model):
    """What the Core Team or a Working Group did with statements, and why: one text for them all."""

    text = models.TextField(
        _("answer"), max_length=LONGEST_ANSWER, help_text=_("Markdown. At most 4,000 characters.")
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("written by"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
    )
    published_at = models.DateTimeField(_("published"), default=timezone.now, editable=False)
    # When words that readers already saw were last changed; a translation added is no correction.
    corrected_at = models.DateTimeField(_("corrected"), null=True, blank=True, editable=False)
    # Its place in the order of everything published; answers of before had none.
    position = models.BigIntegerField(null=True, blank=True, unique=True, editable=False)

    class Meta:
        ordering = ["-published_at", "-pk"]
        verbose_name = _("response")
        verbose_name_plural = _("responses")

    def __str__(self):
        return (self.text or "")[:80]


class StatementQuerySet(models.QuerySet):
    def public(self):
        """Statements of published reports that were not withdrawn by a correction."""
        return self.filter(withdrawn_in__isnull=True)

    def dated(self):
        """The same, each with ``added_at``, ``changed_at`` and ``withdrawn_at``.

        The moments of the versions in which it came, was last changed, and was withdrawn.
        """
        moments = {
            name.replace("_in", "_at"): Subquery(
                ReportVersion.objects.filter(
                    report=OuterRef("report"), number=OuterRef(name)
                ).values("at")
            )
            for name in ("added_in", "changed_in", "withdrawn_in")
        }
        return self.annotate(**moments)

    def for_pages(self):
        """All that a page says of a statement, in one query."""
        return self.dated().select_related(
            "report__group", "report__topic", "report__language", "response"
        )

    def waiting(self):
        """Nobody of the Core Team has marked or answered them yet."""
        return self.public().filter(received_at__isnull=True, response__isnull=True)

    def received(self):
        """Marked as received, and not answered yet."""
        return self.public().filter(received_at__isnull=False, response__isnull=True)

    def answered(self):
        return self.public().filter(response__isnull=False)

    def in_order(self):
        """As in their reports, the newest report first."""
        return self.order_by("-report__number", "number")


class Statement(models.Model):
    """One sentence, one opinion, with a number that can be cited for ever: ``R12.4``.

    Exists once its report is published. A correction may change its words or withdraw it; its
    number is never given to another one.
    """

    class State(models.TextChoices):
        PUBLISHED = "published", pgettext_lazy("statement", "Published")
        RECEIVED = "received", pgettext_lazy("statement", "Received")
        ANSWERED = "answered", pgettext_lazy("statement", "Answered")
        WITHDRAWN = "withdrawn", pgettext_lazy("statement", "Withdrawn")

    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="statements")
    number = models.PositiveSmallIntegerField()
    text = models.CharField(_("statement"), max_length=LONGEST_STATEMENT)
    # Numbers of the report's versions in which it came, was last changed, and was withdrawn.
    added_in = models.PositiveSmallIntegerField(default=1)
    changed_in = models.PositiveSmallIntegerField(null=True, blank=True)
    withdrawn_in = models.PositiveSmallIntegerField(null=True, blank=True)
    received_at = models.DateTimeField(_("received"), null=True, blank=True)
    received_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    response = models.ForeignKey(
        Response, on_delete=models.PROTECT, null=True, blank=True, related_name="statements"
    )
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)

    # Given by ``dated``.
    added_at: datetime
    changed_at: datetime | None
    withdrawn_at: datetime | None
    # Where a page shows it: given by ``report_translations``.
    english: Any = None

    objects = StatementQuerySet.as_manager()

    class Meta:
        ordering = ["report", "number"]
        verbose_name = _("statement")
        verbose_name_plural = _("statements")
        permissions = [("answer_statement", "Can mark statements received and answer them")]
        constraints = [
            models.UniqueConstraint(fields=["report", "number"], name="one_statement_per_number"),
            models.CheckConstraint(condition=~Q(text=""), name="a_statement_says_something"),
            models.CheckConstraint(
                condition=Q(response__isnull=True, answered_at__isnull=True)
                | Q(response__isnull=False, answered_at__isnull=False, received_at__isnull=False),
                name="an_answered_statement_has_its_dates",
            ),
        ]

    def __str__(self):
        return self.ref

    def get_absolute_url(self):
        return reverse("strategy:statement_detail", args=[self.report.number, self.number])

    @property
    def ref(self) -> str:
        """How it is cited: ``R12.4``. Needs ``report``."""
        return f"R{self.report.number}.{self.number}"

    @property
    def state(self) -> "Statement.State":
        """Where it stands now, for everyone to see."""
        if self.withdrawn_in:
            return self.State.WITHDRAWN
        if self.response_id:
            return self.State.ANSWERED
        return self.State.RECEIVED if self.received_at else self.State.PUBLISHED

    @property
    def was_changed_after_answer(self) -> bool:
        """True where its words were corrected after the answer was given. Needs ``dated``."""
        return bool(self.changed_at and self.answered_at and self.changed_at > self.answered_at)
