"""Domains that mail goes to, where their servers or our own limits make us go slowly."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class MailDomain(models.Model):
    """What all workers have to know of one domain: that it asked us to wait, and when it is free.

    The empty name stands for our own mail server, which every message goes through. A row is there
    only while it is needed: the sweep forgets those whose time is over.
    """

    domain = models.CharField(_("domain"), max_length=255, unique=True, blank=True)
    # How often it asked us to wait, with nothing taken in between.
    deferrals = models.PositiveIntegerField(_("deferrals in a row"), default=0)
    deferred_at = models.DateTimeField(_("last deferral"), null=True, blank=True)
    paused_until = models.DateTimeField(_("left alone until"), null=True, blank=True)
    said = models.TextField(_("what the server said"), blank=True)
    # For limits: when the next message may go, and up to when those that wait are lined up.
    free_at = models.DateTimeField(null=True, blank=True, editable=False)
    lined_up_until = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ["domain"]
        verbose_name = _("mail domain")
        verbose_name_plural = _("mail domains")

    def __str__(self):
        return self.domain or str(_("our mail server"))
