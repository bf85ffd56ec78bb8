"""What was said about a message after the mail server had taken it."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .ledger import Delivery
from .notices import Notice


class Bounce(models.Model):
    """One report that a message came back or was complained of, by a mail server or a provider.

    The message stays *sent*: the server did take it. The address is kept as its hash, because the
    person may have another one by now.
    """

    class Kind(models.TextChoices):
        HARD = "hard", _("The address does not exist")
        SOFT = "soft", _("Could not be delivered this time")
        COMPLAINT = "complaint", _("The reader complained")

    class Source(models.TextChoices):
        MAILBOX = "mailbox", _("A mail that came back")
        PROVIDER = "provider", _("The mail provider")

    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    source = models.CharField(_("source"), max_length=10, choices=Source)
    delivery = models.ForeignKey(
        Delivery, on_delete=models.CASCADE, null=True, blank=True, related_name="bounces"
    )
    notice = models.ForeignKey(
        Notice, on_delete=models.CASCADE, null=True, blank=True, related_name="bounces"
    )
    address_hash = models.CharField(max_length=64, editable=False)
    # RFC 3463, such as 5.1.1; empty where nobody said.
    status = models.CharField(_("status"), max_length=20, blank=True)
    said = models.CharField(_("what the server said"), max_length=500, blank=True)
    reported_at = models.DateTimeField(_("reported"), default=timezone.now)
    # The address was confirmed since: this no longer counts.
    is_settled = models.BooleanField(default=False, editable=False)
    # Hash of the message and the kind, so that each counts once.
    key = models.CharField(max_length=64, unique=True, editable=False)

    class Meta:
        # Who may see deliveries sees these too.
        default_permissions = ()
        ordering = ["-reported_at", "-pk"]
        verbose_name = _("bounce")
        verbose_name_plural = _("bounces")
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["hard", "soft", "complaint"]), name="bounce_kind_is_known"
            ),
            models.CheckConstraint(
                condition=Q(delivery__isnull=False, notice__isnull=True)
                | Q(delivery__isnull=True, notice__isnull=False),
                name="a_bounce_is_about_one_message",
            ),
            models.CheckConstraint(condition=~Q(address_hash=""), name="a_bounce_has_an_address"),
        ]
        indexes = [
            models.Index(fields=["address_hash", "reported_at"], name="bounce_of_an_address")
        ]

    def __str__(self):
        return f"{self.get_kind_display()}, {self.reported_at:%Y-%m-%d %H:%M}"
