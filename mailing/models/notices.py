"""Single messages: receipts, confirmations, invitations."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .messages import Message
from .recipients import Recipient


class Notice(Message):
    """One message about one thing that just happened, owed to one person.

    Goes to a recipient's address as it is when sent, or to ``address`` where there is no account.
    """

    kind = models.CharField(_("kind"), max_length=60)
    recipient = models.ForeignKey(
        Recipient, on_delete=models.PROTECT, null=True, blank=True, related_name="notices"
    )
    address = models.EmailField(_("e-mail address"), blank=True)
    # What the templates are given: ids and words, emptied when the person is forgotten.
    context = models.JSONField(default=dict, blank=True)

    class Meta(Message.Meta):
        abstract = False
        ordering = ["-created_at", "-pk"]
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        constraints = [
            *Message.Meta.constraints,
            models.CheckConstraint(
                condition=Q(recipient__isnull=True) | Q(address=""),
                name="a_notice_has_one_addressee",
            ),
        ]

    def __str__(self):
        return f"{self.kind} · {self.created_at:%Y-%m-%d %H:%M}"
