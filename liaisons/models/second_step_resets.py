"""That somebody's second step was taken away by another person."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .people import User


class SecondStepReset(models.Model):
    """An administrator, or the operator, took away all second steps of an account, and why.

    The database refuses to change or delete a row: only that its code was used may be noted once,
    and the reason emptied when an account is erased (migration ``0012``).
    """

    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="second_step_resets")
    # Empty: the operator, by the command.
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    at = models.DateTimeField(default=timezone.now)
    reason = models.TextField(_("reason"), max_length=500, blank=True)
    # Of the code that the administrator hands over; empty where the account needs none.
    code_hash = models.CharField(max_length=64, blank=True, editable=False)
    expires_at = models.DateTimeField()
    # When a new second step was set up with the code.
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-at", "-pk"]
        verbose_name = _("reset of a second step")
        verbose_name_plural = _("resets of second steps")
        default_permissions = ()
        permissions = [("reset_second_step", _("Can reset the second step of others"))]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(by__isnull=True) | ~models.Q(by=models.F("person")),
                name="nobody_resets_their_own_second_step",
                violation_error_message=_(
                    "Nobody resets their own second step. Please ask another administrator."
                ),
            )
        ]

    def __str__(self):
        return f"Reset of the second step of person {self.person_id}"
