"""Letters: what the public writes to a liaison through the group's page."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .groups import Group
from .mandates import Mandate
from .people import User


class Letter(models.Model):
    """One letter to the liaison of a group. Its sender proved the address, or is signed in.

    The words and the address go after ``LETTER_DAYS``; that there was a letter stays.
    """

    group = models.ForeignKey(Group, on_delete=models.PROTECT, related_name="letters")
    mandate = models.ForeignKey(Mandate, on_delete=models.PROTECT, related_name="letters")
    sender = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="letters"
    )
    sender_name = models.CharField(_("name"), max_length=150, blank=True)
    sender_address = models.EmailField(_("e-mail address"), blank=True)
    language = models.CharField(max_length=10, choices=settings.LANGUAGES, default="en")
    body = models.TextField(_("letter"), max_length=4000, blank=True)
    sent_at = models.DateTimeField(default=timezone.now)
    answered_at = models.DateTimeField(null=True, blank=True)
    reported_at = models.DateTimeField(null=True, blank=True)
    report_note = models.TextField(_("what is wrong with it"), max_length=1000, blank=True)
    # The Core Team looked at what was reported.
    report_closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-sent_at", "-pk"]
        verbose_name = _("letter to a liaison")
        verbose_name_plural = _("letters to liaisons")
        indexes = [models.Index(fields=["mandate", "-sent_at"], name="letter_by_mandate")]

    def __str__(self):
        return f"Letter {self.pk} to mandate {self.mandate_id}"
