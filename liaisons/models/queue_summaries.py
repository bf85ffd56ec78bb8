"""What a reviewer is told each morning of what waits."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from .people import User


class QueueSummary(models.Model):
    """One reviewer's daily mail on what waits for a decision: whether they want it, and the last.

    There is a row from the first morning on, or from when the person first chose.
    """

    person = models.OneToOneField(User, on_delete=models.CASCADE, related_name="queue_summary")
    is_wanted = models.BooleanField(_("summary of what waits"), default=True)
    # The last morning on which it was asked whether there is something to tell.
    looked_at = models.DateTimeField(null=True, blank=True)
    # The last mail: what came in since then is new.
    told_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("daily summary of the queue")
        verbose_name_plural = _("daily summaries of the queue")
        default_permissions = ()

    def __str__(self):
        return f"Summary of person {self.person_id}"
