"""Single messages: receipts, confirmations, invitations."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .ledger import Delivery
from .messages import OPEN, Message, MessageQuerySet
from .recipients import Recipient, SkipReason


class NoticeQuerySet(MessageQuerySet):
    def waiting_for_room(self):
        """Those that did not fit the contact budget: they wait for a digest, or for room."""
        return self.filter(state__in=OPEN, reason=SkipReason.OVER_BUDGET)


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
    # Counts against the contact budget of its person; see ``mailing.budget``.
    has_place = models.BooleanField(default=False, db_default=False, editable=False)
    # The digest it went with, where it had to wait for one.
    delivery = models.ForeignKey(
        Delivery,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="notices",
        verbose_name=_("went with the digest"),
    )

    objects = NoticeQuerySet.as_manager()

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
            models.CheckConstraint(
                condition=Q(delivery__isnull=True) | Q(state="skipped"),
                name="a_notice_goes_with_a_digest_or_by_itself",
            ),
        ]
        indexes = [
            *Message.Meta.indexes,
            models.Index(
                fields=["recipient", "finished_at"],
                condition=Q(has_place=True),
                name="notice_has_place",
            ),
            models.Index(
                fields=["recipient"],
                condition=Q(state__in=["pending", "retry"], reason="over_budget"),
                name="notice_waits_for_room",
            ),
        ]

    def __str__(self):
        return f"{self.kind} · {self.created_at:%Y-%m-%d %H:%M}"
