"""Wishes for the digest that nobody has confirmed yet."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .recipients import Rhythm


class SubscriptionRequest(models.Model):
    """Somebody asked for the digest to an address; whoever reads it has not said yes yet.

    It changes nothing for the address. It goes when it is confirmed, or after some days.
    """

    address = models.EmailField(_("e-mail address"))
    address_hash = models.CharField(max_length=64, unique=True, editable=False)
    rhythm = models.CharField(_("rhythm"), max_length=10, choices=Rhythm)
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES)
    time_zone = models.CharField(_("time zone"), max_length=64, default="UTC")
    # What of the digest is wanted, as in a preference: {"topics": ["advocacy"]}.
    choices = models.JSONField(default=dict, blank=True, editable=False)
    asked_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("subscription to be confirmed")
        verbose_name_plural = _("subscriptions to be confirmed")
        constraints = [
            models.CheckConstraint(
                condition=~Q(address="") & ~Q(address_hash=""),
                name="a_subscription_request_has_its_address",
            ),
            models.CheckConstraint(
                condition=Q(rhythm__in=["at_once", "daily", "weekly", "monthly"]),
                name="a_subscription_request_wants_mail",
            ),
        ]
        indexes = [models.Index(fields=["asked_at"], name="subscription_asked_at")]

    def __str__(self):
        return f"{self.asked_at:%Y-%m-%d %H:%M}"
