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

    class Outcome(models.TextChoices):
        NOTHING_DONE = "nothing_done", _("Nothing was done about it")
        BLOCKED = "blocked", _("The sender can write no more letters here")

    group = models.ForeignKey(
        Group, on_delete=models.PROTECT, related_name="letters", verbose_name=_("group")
    )
    mandate = models.ForeignKey(Mandate, on_delete=models.PROTECT, related_name="letters")
    sender = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="letters"
    )
    sender_name = models.CharField(_("name"), max_length=150, blank=True)
    sender_address = models.EmailField(_("e-mail address"), blank=True)
    language = models.CharField(max_length=10, choices=settings.LANGUAGES, default="en")
    body = models.TextField(_("letter"), max_length=4000, blank=True)
    # From the form it was written in: sent twice, it is one letter.
    form_key = models.CharField(max_length=32, unique=True, null=True, editable=False)
    sent_at = models.DateTimeField(default=timezone.now)
    # Empty where the liaison answered by mail and only said so.
    answer = models.TextField(_("answer"), max_length=4000, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    # Since when the sender knows that the liaison did not get it.
    undelivered_at = models.DateTimeField(null=True, blank=True)
    reported_at = models.DateTimeField(null=True, blank=True)
    report_note = models.TextField(_("what is wrong with it"), max_length=1000, blank=True)
    # The Core Team looked at what was reported.
    report_closed_at = models.DateTimeField(null=True, blank=True)
    report_outcome = models.CharField(
        _("what was decided"), max_length=12, choices=Outcome, blank=True
    )

    class Meta:
        ordering = ["-sent_at", "-pk"]
        verbose_name = _("letter to a liaison")
        verbose_name_plural = _("letters to liaisons")
        indexes = [models.Index(fields=["mandate", "-sent_at"], name="letter_by_mandate")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(report_closed_at__isnull=True, report_outcome="")
                | (models.Q(report_closed_at__isnull=False) & ~models.Q(report_outcome="")),
                name="a_closed_report_says_what_was_decided",
            )
        ]

    def __str__(self):
        return f"Letter {self.pk} to mandate {self.mandate_id}"


class BlockedSender(models.Model):
    """Somebody who may write no more letters; an address or an account, known by its hash only."""

    sender_hash = models.CharField(max_length=64, unique=True, editable=False)
    letter = models.ForeignKey(
        Letter, on_delete=models.PROTECT, related_name="blocked_senders", editable=False
    )
    blocked_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-blocked_at", "-pk"]
        verbose_name = _("blocked sender of letters")
        verbose_name_plural = _("blocked senders of letters")

    def __str__(self):
        return f"Sender of letter {self.letter_id}"
