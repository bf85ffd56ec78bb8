"""Drafts: what is being written, as typed and unchecked."""

from django.conf import settings
from django.db import models
from django.utils import timezone


class Draft(models.Model):
    """What is being written. ``data`` holds the form's fields by name, each a string.

    ``revision`` grows with every save; who saves says which one they saw. ``saved_from`` names the
    opened page that saved last, ``saved_step`` counts that page's saves. So a page whose answer got
    lost can save again without a conflict with itself, and a request that comes late changes
    nothing (``strategy.drafts``).
    """

    data = models.JSONField(default=dict)
    revision = models.PositiveIntegerField(default=1)
    saved_from = models.CharField(max_length=36, blank=True)
    saved_step = models.PositiveIntegerField(default=0)
    saved_at = models.DateTimeField(default=timezone.now)
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        abstract = True
