"""When the jobs of mail last ran, and what they found."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Pulse(models.Model):
    """One job of the schedule: when it last ran to its end, and what it found then.

    Written by the workers and read by the pages of the admin, which so notice that a worker or the
    clock (beat) stands still, whatever became of Redis.
    """

    job = models.CharField(_("job"), max_length=40, unique=True)
    at = models.DateTimeField(_("last run"), default=timezone.now)
    # Figures and ids only, such as {"doubles": [7]}.
    found = models.JSONField(default=dict, editable=False)

    class Meta:
        # No page shows the table itself.
        default_permissions = ()

    def __str__(self):
        return f"{self.job}: {self.at:%Y-%m-%d %H:%M}"
