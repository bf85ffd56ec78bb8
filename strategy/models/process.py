"""The process: its timeline, its Working Groups and the topics they ask about."""

import enum
from datetime import timedelta

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .short_versions import MAX_SHORT, short_versions_fit

# The last days of a topic, in which digests ask for views once more.
CLOSING = timedelta(days=7)
# For so long after its end digests say that it closed.
CLOSED_LATELY = timedelta(days=7)


class TimelineEntry(models.Model):
    """A stage, event, milestone or deadline of the process, with its true dates.

    A demo shows every date shifted by ``Installation.shift_days``; see ``strategy.timeline``.
    """

    class Kind(models.TextChoices):
        STAGE = "stage", _("Stage")
        EVENT = "event", _("Event")
        MILESTONE = "milestone", _("Milestone")
        DEADLINE = "deadline", _("Deadline")

    class Precision(models.TextChoices):
        DAY = "day", _("Day")
        MONTH = "month", _("Month")
        YEAR = "year", _("Year")

    key = models.CharField(max_length=200, unique=True, null=True, blank=True, editable=False)
    # Translators: the process had two phases, 1 and 2.
    phase = models.PositiveSmallIntegerField(_("phase"), default=2)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    title = models.CharField(_("title"), max_length=200)
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("last day"), null=True, blank=True)
    precision = models.CharField(
        _("precision of the dates"), max_length=5, choices=Precision, default=Precision.DAY
    )
    source = models.CharField(_("source"), max_length=500, blank=True)
    # The place of a deadline's last days in the order of everything published (mailing.positions).
    closing_position = models.BigIntegerField(null=True, blank=True, unique=True, editable=False)
    imported = models.JSONField(default=dict, editable=False)

    class Meta:
        ordering = ["starts_on", "ends_on", "pk"]
        verbose_name = _("timeline entry")
        verbose_name_plural = _("timeline entries")
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="timeline_entry_ends_after_it_starts",
                violation_error_message=_("The last day cannot be before the first day."),
            )
        ]

    def __str__(self):
        return self.title or ""


class WorkingGroup(models.Model):
    """One of the thematic groups that prepare the recommendations."""

    slug = models.SlugField(_("part of the web address"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=100)
    scope = models.TextField(_("scope"), blank=True)
    former_name = models.CharField(_("former name"), max_length=100, blank=True)
    imported = models.JSONField(default=dict, editable=False)

    class Meta:
        ordering = ["slug"]
        verbose_name = _("Working Group")
        verbose_name_plural = _("Working Groups")

    def __str__(self):
        return self.name or self.slug


class TopicQuerySet(models.QuerySet):
    def public(self):
        """Topics everyone sees: announced, open and closed ones."""
        return self.filter(is_public=True)

    def open(self, at=None):
        """Topics on which views are wanted now (``at``: an aware datetime, default now)."""
        at = at or timezone.now()
        return (
            self.public()
            .filter(opens_at__lte=at)
            .filter(Q(closes_at__isnull=True) | Q(closes_at__gt=at))
        )

    def by_deadline(self):
        """The soonest deadline first; those without one last."""
        return self.order_by(F("closes_at").asc(nulls_last=True), "slug")

    def closing(self, at=None):
        """Open topics in their last days, on which views are wanted soon or never."""
        at = at or timezone.now()
        return self.open(at).filter(closes_at__lte=at + CLOSING)

    def closed(self, at=None):
        """Topics that closed not long ago: what comes next is news."""
        at = at or timezone.now()
        return self.public().filter(closes_at__lte=at, closes_at__gt=at - CLOSED_LATELY)

    def to_announce(self, at):
        """Open topics that have no place yet in the order of everything published."""
        return self.open(at).filter(position__isnull=True).order_by("opens_at", "pk")

    def to_announce_closing(self, at):
        """The same for their last days."""
        return self.closing(at).filter(closing_position__isnull=True).order_by("closes_at", "pk")

    def to_announce_closed(self, at):
        """The same for their end, where somebody was told that they opened."""
        return (
            self.closed(at)
            .filter(closed_position__isnull=True, position__isnull=False)
            .order_by("closes_at", "pk")
        )


class Topic(models.Model):
    """A subject for discussion, owned by a Working Group, with questions and dates."""

    class Turn(enum.Enum):
        """Who acts next on a topic; follows from its dates and is not stored."""

        WORKING_GROUP_PREPARES = "prepares"
        COMMUNITIES = "communities"
        WORKING_GROUP_READS = "reads"

        # So that templates can compare with Turn.COMMUNITIES.
        do_not_call_in_templates = enum.nonmember(True)

    slug = models.SlugField(_("part of the web address"), max_length=120, unique=True)
    working_group = models.ForeignKey(
        WorkingGroup,
        on_delete=models.PROTECT,
        related_name="topics",
        verbose_name=_("Working Group"),
    )
    title = models.CharField(_("title"), max_length=200)
    short = models.TextField(
        _("short version"), max_length=MAX_SHORT, help_text=_("At most 800 characters.")
    )
    is_public = models.BooleanField(_("public"), default=True)
    opens_at = models.DateTimeField(_("opens"), null=True, blank=True)
    closes_at = models.DateTimeField(_("closes"), null=True, blank=True)
    # Its place in the order of everything published, given when it opens (see mailing.positions).
    position = models.BigIntegerField(null=True, blank=True, unique=True, editable=False)
    # The same for its last days and its end.
    closing_position = models.BigIntegerField(null=True, blank=True, unique=True, editable=False)
    closed_position = models.BigIntegerField(null=True, blank=True, unique=True, editable=False)
    imported = models.JSONField(default=dict, editable=False)

    objects = TopicQuerySet.as_manager()

    class Meta:
        ordering = ["closes_at", "slug"]
        verbose_name = _("topic")
        verbose_name_plural = _("topics")
        constraints = [
            models.CheckConstraint(
                condition=Q(closes_at__isnull=True)
                | Q(opens_at__isnull=False, closes_at__gt=F("opens_at")),
                name="topic_closes_after_it_opens",
                violation_error_message=_("A topic cannot close before it opens."),
            ),
            short_versions_fit("a_topic_in_short_is_short"),
        ]

    def __str__(self):
        return self.title or self.slug

    def get_absolute_url(self):
        return reverse("strategy:topic_detail", args=[self.slug])

    @property
    def days_left(self) -> int | None:
        """Days until the day it closes, 0 on that day; None where it has no closing date."""
        if self.closes_at is None:
            return None
        return (timezone.localdate(self.closes_at) - timezone.localdate()).days

    @property
    def turn(self) -> "Topic.Turn":
        """Whose turn it is now."""
        now = timezone.now()
        if self.opens_at is None or self.opens_at > now:
            return self.Turn.WORKING_GROUP_PREPARES
        if self.closes_at is None or self.closes_at > now:
            return self.Turn.COMMUNITIES
        return self.Turn.WORKING_GROUP_READS


class TopicQuestion(models.Model):
    """One question or aspect a Working Group asks about under a topic."""

    class Kind(models.TextChoices):
        KEY_QUESTION = "key_question", _("Key question")
        COMMUNITY_QUESTION = "community_question", _("Question from communities")
        AREA_OF_INQUIRY = "area_of_inquiry", _("Area of inquiry")
        SUB_SCOPE = "sub_scope", _("Part of the scope")
        TALK_PAGE_TOPIC = "talk_page_topic", _("Raised on the talk page")
        CONFERENCE_QUESTION = "conference_2018_question", _("Asked at the conference of 2018")

    topic = models.ForeignKey(Topic, on_delete=models.CASCADE, related_name="questions")
    # Translators: the place of a question in the order of all questions.
    position = models.PositiveIntegerField(_("place in the order"))
    kind = models.CharField(_("kind"), max_length=30, choices=Kind, default=Kind.KEY_QUESTION)
    text = models.CharField(_("text"), max_length=500)
    source = models.CharField(_("source"), max_length=500, blank=True)
    imported = models.JSONField(default=dict, editable=False)

    class Meta:
        ordering = ["position", "pk"]
        verbose_name = _("question of a topic")
        verbose_name_plural = _("questions of topics")
        constraints = [
            models.UniqueConstraint(
                fields=["topic", "position"], name="one_question_per_topic_and_position"
            )
        ]

    def __str__(self):
        return self.text or ""
