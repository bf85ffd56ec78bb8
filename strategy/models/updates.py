"""Updates: what the Core Team publishes, and the history of each."""

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .short_versions import MAX_SHORT, short_versions_fit


def _field(code):
    return code.replace("-", "_")


# Which of its columns a line that names an update does not show.
MAX_WITHDRAWAL = 500
LONG_TEXTS = tuple(
    name
    for field in ("short", "body", "withdrawal")
    for name in (field, *(f"{field}_{_field(code)}" for code, _name in settings.LANGUAGES))
)


class Series(models.Model):
    """Updates that are counted: "Update 11" is the eleventh of the series "Update"."""

    name = models.CharField(_("name"), max_length=60)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("series of updates")
        verbose_name_plural = _("series of updates")

    def __str__(self):
        return self.name or ""


class UpdateQuerySet(models.QuerySet):
    def published(self):
        """Updates everyone sees, newest first."""
        return self.filter(status=Update.Status.PUBLISHED).order_by("-published_at", "-pk")

    def with_address(self):
        """Updates whose address answers: those published, and those withdrawn, which say so."""
        return self.filter(status__in=[Update.Status.PUBLISHED, Update.Status.WITHDRAWN])

    def due(self, at):
        """Scheduled updates whose time has come at ``at``, oldest first."""
        return self.filter(status=Update.Status.SCHEDULED, publish_at__lte=at).order_by(
            "publish_at", "pk"
        )

    def waiting(self, at: datetime):
        """Published updates that wait at ``at`` for a translation, or would without one."""
        return self.published().filter(waits_until__gt=at).exclude(waits_for=[])

    def to_release(self, at: datetime):
        """Published updates whose time of waiting is over at ``at``, and nobody was told so."""
        return (
            self.published()
            .filter(waits_until__lte=at, released_at__isnull=True)
            .exclude(waits_for=[])
        )

    def without_bodies(self):
        """The same updates without their ten long texts, for lists."""
        return self.defer("search_text", *(name for name in LONG_TEXTS if name.startswith("body")))

    def titles_only(self):
        """The same updates for lists that show no text of them but the title."""
        return self.defer("search_text", *LONG_TEXTS)


class Update(models.Model):
    """News from the Core Team in up to ten languages: draft, then scheduled, then published.

    A published one is corrected, or withdrawn; it keeps its address and its number for ever.
    """

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        SCHEDULED = "scheduled", _("Scheduled")
        PUBLISHED = "published", _("Published")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    class Kind(models.TextChoices):
        NEWS = "news", _("News")
        # Translators: a kind of update: people are asked to do something until a day.
        ACT = "act", _("Call to act")
        URGENT = "urgent", _("Urgent")

    # Given when it is published, in that order: its short address is /u/12.
    number = models.PositiveIntegerField(null=True, blank=True, unique=True, editable=False)

    slug = models.SlugField(_("part of the web address"), max_length=120, unique=True)
    title = models.CharField(_("title"), max_length=200)
    short = models.TextField(
        _("short version"), max_length=MAX_SHORT, help_text=_("At most 800 characters.")
    )
    body = models.TextField(_("body"), blank=True, help_text=_("Markdown."))
    kind = models.CharField(_("kind"), max_length=6, choices=Kind, default=Kind.NEWS)
    deadline = models.DateTimeField(
        _("to be done until"), null=True, blank=True, help_text=_("For a call to act.")
    )
    series = models.ForeignKey(
        Series,
        verbose_name=_("series"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="updates",
    )
    issue = models.PositiveIntegerField(
        _("number in its series"),
        null=True,
        blank=True,
        help_text=_("Left empty, it is the next one when the update is published."),
    )
    topics = models.ManyToManyField(
        "strategy.Topic",
        verbose_name=_("topics"),
        blank=True,
        related_name="updates",
        help_text=_("The page of each topic names the update."),
    )
    timeline_entries = models.ManyToManyField(
        "strategy.TimelineEntry",
        verbose_name=_("timeline entries"),
        blank=True,
        related_name="updates",
        help_text=_("The timeline leads to the update from there."),
    )
    status = models.CharField(
        _("status"), max_length=10, choices=Status, default=Status.DRAFT, editable=False
    )
    publish_at = models.DateTimeField(_("publish at"), null=True, blank=True)
    published_at = models.DateTimeField(_("published"), null=True, blank=True, editable=False)
    # When words that readers already saw were last changed; a translation added is no correction.
    corrected_at = models.DateTimeField(_("corrected"), null=True, blank=True, editable=False)
    # Of an urgent one: who of the Core Team agreed besides those who wrote it.
    agreed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
    )
    agreed_at = models.DateTimeField(null=True, blank=True, editable=False)
    withdrawn_at = models.DateTimeField(null=True, blank=True, editable=False)
    # Why it was withdrawn: what its page says from then on.
    withdrawal = models.TextField(_("why it is withdrawn"), max_length=MAX_WITHDRAWAL, blank=True)
    # Digests in these languages leave it out until it is translated, at most until then.
    waits_for = ArrayField(
        models.CharField(max_length=10),
        verbose_name=_("wait for"),
        default=list,
        db_default=[],
        blank=True,
        help_text=_(
            "Digests in these languages hold it back until it is translated. "
            "All others get it at once; the page shows it at once to everyone."
        ),
    )
    waits_until = models.DateTimeField(
        _("at most until"),
        null=True,
        blank=True,
        help_text=_("Then it goes in another language, and says so."),
    )
    # For whom it is, where not for everyone; see strategy/audiences.py.
    audience = models.JSONField(_("for whom"), default=dict, db_default={}, blank=True)
    # Its further places in digests, one for each change of its audience that brought somebody in.
    further_positions = ArrayField(
        models.BigIntegerField(), default=list, db_default=[], blank=True, editable=False
    )
    # When those who get news at once were told that the time of waiting is over.
    released_at = models.DateTimeField(null=True, blank=True, editable=False)
    # Its place in the order of everything published, for the digest (see mailing.positions).
    position = models.BigIntegerField(null=True, blank=True, unique=True, editable=False)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)
    # All its words in all languages, folded: what the list is searched by.
    search_text = models.TextField(blank=True, editable=False)

    # For whom it is in words, once somebody looked it up (``audiences.with_words``).
    for_whom: Sequence[str] = ()

    objects = UpdateQuerySet.as_manager()

    class Meta:
        ordering = ["-published_at", "-created_at"]
        verbose_name = _("update")
        verbose_name_plural = _("updates")
        constraints = [
            models.CheckConstraint(
                condition=~Q(status__in=["published", "withdrawn"])
                | Q(published_at__isnull=False, position__isnull=False, number__isnull=False),
                name="a_published_update_has_its_time",
            ),
            models.CheckConstraint(
                condition=~Q(status="withdrawn")
                | (
                    Q(withdrawn_at__isnull=False, withdrawal_en__isnull=False)
                    & ~Q(withdrawal_en="")
                ),
                name="a_withdrawn_update_says_why",
                violation_error_message=_("Say why in English before it is withdrawn."),
            ),
            models.CheckConstraint(
                condition=Q(status="draft") | ~Q(kind="act") | Q(deadline__isnull=False),
                name="a_call_to_act_has_its_day",
                violation_error_message=_("Say until when people can act."),
            ),
            models.CheckConstraint(
                condition=Q(status="draft") | ~Q(kind="urgent") | Q(agreed_at__isnull=False),
                name="an_urgent_update_was_agreed_to",
                violation_error_message=_(
                    "An urgent update goes out when a second person of the Core Team agreed to it."
                ),
            ),
            models.UniqueConstraint(
                fields=["series", "issue"],
                name="one_update_per_series_and_number",
                violation_error_message=_("The series has an update with this number."),
            ),
            models.CheckConstraint(
                condition=Q(issue__isnull=True) | Q(series__isnull=False),
                name="a_number_in_a_series_has_its_series",
                violation_error_message=_("Choose the series that is counted here."),
            ),
            models.CheckConstraint(
                condition=~Q(status="scheduled") | Q(publish_at__isnull=False),
                name="a_scheduled_update_has_its_time",
                violation_error_message=_("Say when the update is to be published."),
            ),
            models.CheckConstraint(
                condition=Q(status="draft")
                | (
                    Q(title_en__isnull=False, short_en__isnull=False)
                    & ~Q(title_en="")
                    & ~Q(short_en="")
                ),
                name="only_a_draft_lacks_english_text",
                violation_error_message=_(
                    "An update needs a title and a short version in English before it can be "
                    "scheduled or published."
                ),
            ),
            models.CheckConstraint(
                condition=Q(waits_for=[]) | Q(waits_until__isnull=False),
                name="an_update_waits_until_some_time",
                violation_error_message=_("Say until when digests wait for the translations."),
            ),
            models.CheckConstraint(
                condition=~Q(slug="feed"),
                name="no_update_is_called_feed",
                violation_error_message=_("The address “feed” is taken. Choose another one."),
            ),
            short_versions_fit("an_update_in_short_is_short"),
        ]
        indexes = [
            GinIndex(
                fields=["search_text"], opclasses=["gin_trgm_ops"], name="update_search_trigrams"
            ),
            models.Index(
                fields=["-published_at", "-id"],
                condition=Q(status="published"),
                name="update_newest_first",
            ),
            # Few of all: each page for one person looks them through.
            models.Index(
                fields=["position"], condition=~Q(audience={}), name="update_not_for_everyone"
            ),
        ]
        permissions = [("publish_update", "Can publish, schedule and correct updates")]

    def __str__(self):
        return self.title or self.slug

    def get_absolute_url(self):
        return reverse("strategy:update_detail", args=[self.slug])

    @property
    def is_published(self) -> bool:
        """True while everyone sees it."""
        return self.status == self.Status.PUBLISHED

    @property
    def is_over(self) -> bool:
        """True once the day of a call to act is past."""
        return self.deadline is not None and self.deadline <= timezone.now()

    @property
    def is_withdrawn(self) -> bool:
        """True once the Core Team took it back; its page says so."""
        return self.status == self.Status.WITHDRAWN


class UpdateEvent(models.Model):
    """One line of an update's history: who did what, when. Never changed; holds ids, no names."""

    class Kind(models.TextChoices):
        WRITTEN = "written", _("Written")
        SCHEDULED = "scheduled", _("Scheduled")
        UNSCHEDULED = "unscheduled", _("Taken off the schedule")
        PUBLISHED = "published", _("Published")
        TRANSLATED = "translated", _("Translation added")
        CORRECTED = "corrected", _("Corrected")
        # Translators: in the history of an update, which digests hold back in some languages.
        HELD = "held", _("Waiting for translations set")
        WITHDRAWN = "withdrawn", _("Withdrawn")
        # Translators: in the history of an update: a second person agreed that it is urgent.
        AGREED = "agreed", _("Agreed to")
        # Translators: in the history of an update: it is for other people than before.
        AUDIENCE = "audience", _("For whom it is was set")

    update = models.ForeignKey(Update, on_delete=models.CASCADE, related_name="events")
    kind = models.CharField(_("what"), max_length=12, choices=Kind)
    at = models.DateTimeField(_("when"), default=timezone.now)
    # Empty where the schedule did it.
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("who"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )
    # The names of the fields that changed, e.g. ["title_fr", "body_en"]; of an audience what it is
    # from then on, in one element.
    fields = models.JSONField(_("changed"), default=list, blank=True)

    class Meta:
        ordering = ["at", "pk"]
        verbose_name = _("event in an update's history")
        verbose_name_plural = _("history of updates")

    def __str__(self):
        return self.get_kind_display()


class UpdateVersion(models.Model):
    """The texts of an update as they were published, or after a later change. Append-only.

    ``content`` holds the translated fields by name and language, without empty ones, and for whom
    it was: ``{"title": {"en": "…", "fr": "…"}, "short": {…}, "body": {…}, "audience": {…}}``.
    Those of before there were audiences lack the last one: they were for everyone.
    """

    update = models.ForeignKey(Update, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    at = models.DateTimeField(default=timezone.now)
    content = models.JSONField()

    class Meta:
        ordering = ["number"]
        verbose_name = _("version of an update")
        verbose_name_plural = _("versions of updates")
        constraints = [
            models.UniqueConstraint(
                fields=["update", "number"], name="one_version_per_update_and_number"
            )
        ]

    def __str__(self):
        return f"{self.update_id}, {self.number}"
