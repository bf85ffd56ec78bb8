"""Single messages: a kind is registered once, then sent with a few words of context.

    notices.register("mandate_received", "liaisons/mail/mandate_received.subject.txt",
                     "liaisons/mail/mandate_received.txt", "liaisons/mail/mandate_received.html")

    notices.send("mandate_received", user, {"mandate_id": 7, "group": "Wikimedia Kenya"})

The message is owed from the moment the caller's transaction commits. Workers send notices before
any digest. Templates may extend ``mailing/notice.html`` and ``mailing/notice.txt``.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Model
from django.utils import timezone
from django.utils.translation import get_language

from . import positions
from .links import mail_domain
from .models import Notice, Recipient, State
from .models.messages import OPEN, new_message_id
from .nudges import nudge

# Named on the privacy page.
KEPT_FOR = timedelta(days=settings.MAIL_NOTICE_DAYS)


@dataclass(frozen=True)
class Kind:
    """How one kind of notice is written, and when it may no longer be sent."""

    name: str
    subject_template: str
    text_template: str
    html_template: str
    label: Any = ""
    # Asked right before sending; False drops the notice. Given the notice itself.
    still_holds: Callable[[Notice], bool] | None = None
    # Adds what the templates need beyond the stored context. Given the notice itself.
    more_context: Callable[[Notice], dict[str, Any]] | None = None
    # The one address an answer goes to, looked up when sent; the Core Team's without it.
    reply_to: Callable[[Notice], str] | None = None


_kinds: dict[str, Kind] = {}


def register(
    kind: str,
    subject_template: str,
    text_template: str,
    html_template: str,
    *,
    label: Any = "",
    still_holds: Callable[[Notice], bool] | None = None,
    more_context: Callable[[Notice], dict[str, Any]] | None = None,
    reply_to: Callable[[Notice], str] | None = None,
) -> Kind:
    """Add a kind of notice (in ``AppConfig.ready``). Raises ``ValueError`` for a name in use."""
    if kind in _kinds:
        raise ValueError(f"There is a notice of kind {kind!r} already.")
    _kinds[kind] = Kind(
        kind,
        subject_template,
        text_template,
        html_template,
        label,
        still_holds,
        more_context,
        reply_to,
    )
    return _kinds[kind]


def unregister(kind: str) -> None:
    """Take a kind away again (tests)."""
    _kinds.pop(kind, None)


def kind_named(name: str) -> Kind | None:
    """The registered kind, or None."""
    return _kinds.get(name)


def registered() -> list[Kind]:
    """All kinds, for tests that look at each."""
    return list(_kinds.values())


def send(
    kind: str,
    user_or_address: Model | str,
    context: dict[str, Any] | None = None,
    *,
    language: str = "",
) -> Notice:
    """Owe one message to a person with an account, or to an address, and wake a worker.

    Part of the caller's transaction: rolled back with it. ``context`` holds plain JSON values.
    ``language`` is the person's own where they have an account, else the active one. A person
    without ``sync_user`` behind them has no address to write to: their notice is skipped. Raises
    ``KeyError`` for a kind nobody registered.
    """
    _require(kind)
    recipient, address = None, ""
    if isinstance(user_or_address, str):
        address = user_or_address.strip()
    else:
        recipient, _made = Recipient.objects.get_or_create(
            user=user_or_address, defaults={"joined_position": positions.current()}
        )
    language = language or (recipient.language if recipient else get_language() or "en")
    notice = _owed(
        kind, context or {}, language, timezone.now(), recipient=recipient, address=address
    )
    notice.save()
    nudge("mailing.send_due")
    return notice


def send_many(kind: str, owed: list[tuple[Model, dict[str, Any]]]) -> list[Notice]:
    """Owe one message to each person, with a context each: ``send`` in a few queries for all."""
    _require(kind)
    if not owed:
        return []
    users = {user.pk for user, _context in owed}
    known = Recipient.objects.filter(user__in=users)
    if missing := users - set(known.values_list("user_id", flat=True)):
        position = positions.current()
        Recipient.objects.bulk_create(
            [Recipient(user_id=pk, joined_position=position) for pk in missing],
            ignore_conflicts=True,
        )
    recipients = {recipient.user_id: recipient for recipient in known.all()}
    now = timezone.now()
    made = Notice.objects.bulk_create(
        _owed(kind, context, recipient.language, now, recipient=recipient)
        for user, context in owed
        for recipient in [recipients[user.pk]]
    )
    nudge("mailing.send_due")
    return made


def _require(kind: str) -> None:
    if kind not in _kinds:
        raise KeyError(f"No notice of kind {kind!r} is registered.")


def _owed(kind, context, language, now, **to) -> Notice:
    return Notice(
        kind=kind,
        context=context,
        language=language,
        message_id=new_message_id(mail_domain()),
        created_at=now,
        next_attempt_at=now,
        **to,
    )


def forget_old(at: datetime | None = None) -> int:
    """Empty what old notices said, and to which address without an account; says how many.

    That one was sent, and what became of it, stays in the ledger.
    """
    over = Notice.objects.exclude(state__in=[*OPEN, State.CLAIMED]).filter(
        created_at__lt=(at or timezone.now()) - KEPT_FOR
    )
    return over.exclude(context={}, address="").update(context={}, address="")
