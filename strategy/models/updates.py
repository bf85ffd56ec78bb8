"""Updates: what the Core Team publishes."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


class UpdateQuerySet(models.QuerySet):
    def published(self):
        """Updates everyone sees, newest first."""
        return self.filter(status=Update.Status.PUBLISHED).order_by("-published_at", "-pk")

    def due(self, at):
        """Scheduled updates whose time has come at ``at``, oldest first."""
        return self.filter(status=Update.Status.SCHEDULED, publish_at__lte=at).order_by(
            "publish_at", "pk"
        )


class Update(models.Model):
    """News from the Core Team in up to ten languages: draft, then scheduled, then published."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        SCHEDULED = "scheduled", _("Scheduled")
        PUBLISHED = "published", _("Published")

    slug = models.SlugField(max_length=120, unique=True)
    title = models.CharField(_("title"), max_length=200)
    short = models.TextField(
        _("short version"), max_length=800, help_text=_("At most 800 characters.")
    )
    body = models.TextField(_("body"), blank=True, help_text=_("Markdown."))
    status = models.CharField(
        _("status"), max_length=10, choices=Status, default=Status.DRAFT, editable=False
    )
    publish_at = models.DateTimeField(_("publish at"), null=True, blank=True)
    published_at = models.DateTimeField(null=True, blank=True, editable=False)
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
        ]

    def __str__(self):
        return self.title or self.slug

    def get_absolute_url(self):
        return reverse("strategy:update_detail", args=[self.slug])
