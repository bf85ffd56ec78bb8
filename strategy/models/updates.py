"""Updates: what the Core Team publishes, and the history of each."""

from datetime import datetime

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .short_versions import MAX_SHORT, short_versions_fit


def _field(code):
    return code.replace("-", "_")


# Which of its columns a line that names an update does not show.
LONG_TEXTS = tuple(
    name
    for field in ("short", "body")
    for name in (field, *(f"{field}_{_field(code)}" for code, _name in settings.LANGUAGES))
)


class UpdateQuerySet(models.QuerySet):
    def published(self):
        """Updates everyone sees, newest first."""
        return self.filter(status=Update.Status.PUBLISHED).order_by("-published_at", "-pk")

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
        return self.defer(*(name for name in LONG_TEXTS if name.startswith("body")))

    def titles_only(self):
        """The same updates for lists that show no text of them but the title."""
        return self.defer(*LONG_TEXTS)


class Update(models.Model):
    """News from the Core Team in up to ten languages: draft, then scheduled, then published."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        SCHEDULED = "scheduled", _("Scheduled")
        PUBLISHED = "published", _("Published")

    slug = models.SlugField(_("part of the web address"), max_length=120, unique=True)
    title = models.CharField(_("title"), max_length=200)
    short = models.TextField(
        _("short version"), max_length=MAX_SHORT, help_text=_("At most 800 characters.")
    )
    body = models.TextField(_("body"), blank=True, help_text=_("Markdown."))
    status = models.CharField(
        _("status"), max_length=10, choices=Status, default=Status.DRAFT, editable=False
    )
    publish_at = models.DateTimeField(_("publish at"), null=True, blank=True)
    published_at = models.DateTimeField(_("published"), null=True, blank=True, editable=False)
    # When words that readers already saw were last changed; a translation added is no correction.
    corrected_at = models.DateTimeField(_("corrected"), null=True, blank=True, editable=False)
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
    # When those who get news at once were told that the time of waiting is over.
    released_at = models.DateTimeField(null=True, blank=True, editable=False)
    # Its place in the order of everything published, for the digest (see mailing.positions).
    position = models.BigIntegerField(null=True, blank=True, unique=True, editable=False)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)

    objects = UpdateQuerySet.as_manager()

    class Meta:
        ordering = ["-published_at", "-created_at"]
        verbose_name = _("update")
        verbose_name_plural = _("updates")
        constraints = [
            models.CheckConstraint(
                condition=~Q(status="published")
                | Q(published_at__isnull=False, position__isnull=False),
                name="a_published_update_has_its_time",
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
        permissions = [("publish_update", "Can publish, schedule and correct updates")]

    def __str__(self):
        return self.title or self.slug

    def get_absolute_url(self):
        return reverse("strategy:update_detail", args=[self.slug])

    @property
    def is_published(self) -> bool:
        """True once everyone sees it; it then stays so."""
        return self.status == self.Status.PUBLISHED


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
    # The names of the fields that changed, e.g. ["title_fr", "body_en"].
    fields = models.JSONField(_("changed"), default=list, blank=True)

    class Meta:
        ordering = ["at", "pk"]
        verbose_name = _("event in an update's history")
        verbose_name_plural = _("history of updates")

    def __str__(self):
        return self.get_kind_display()
