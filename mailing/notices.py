"""Single messages: a kind is registered once, then sent with a few words of context.

    notices.register("mandate_received", "liaisons/mail/mandate_received.subject.txt",
                     "liaisons/mail/mandate_received.txt", "liaisons/mail/mandate_received.html",
                     label=_("Receipt of an application"), category=Category.RECEIPT,
                     to_whom=_("Whoever sent in an application"))

    notices.send("mandate_received", user, {"mandate_id": 7, "group": "Wikimedia Kenya"})

The message is owed from the moment the caller's transaction commits, unless something is in the
way (``eligibility``): then it is written down as skipped, with the reason. Workers send notices
before any digest. Templates extend ``mailing/notice.html`` and ``mailing/notice.txt`` and fill the
block ``message``, which a digest takes over where the message waits for one.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db.models import Model
from django.utils import timezone
from django.utils.translation import get_language

from . import eligibility, kinds, positions
from .eligibility import KEPT_FOR, Decision
from .kinds import Category, Eligible, Kind, Urgency
from .links import mail_domain
from .models import Notice, Recipient, State
from .models.messages import OPEN, new_message_id
from .nudges import nudge


def register(
    kind: str,
    subject_template: str,
    text_template: str,
    html_template: str,
    *,
    label: Any,
    category: Category,
    to_whom: Any,
    urgency: Urgency | None = None,
    can_switch_off: bool | None = None,
    is_unrequested: bool | None = None,
    eligible: Eligible | None = None,
    goes_to_unconfirmed: bool = False,
    more_context: Callable[[Notice], dict[str, Any]] | None = None,
    reply_to: Callable[[Notice], str] | None = None,
) -> Kind:
    """Add a kind of notice (in ``AppConfig.ready``). Raises ``ValueError`` for a name in use.

    ``eligible`` is asked when the notice is owed and right before it is sent; where it says no,
    the notice is dropped. ``kinds.one_by_one`` makes one of a question about one notice.
    ``more_context`` adds what the templates need beyond the stored context, so that a notice
    stores ids only. ``reply_to`` is the one address an answer goes to, looked up when sent; the
    Core Team's without it. Urgency, switching off and whether it is unrequested are as usual for
    the category (``kinds.USUAL``) where they are left out.
    """
    return kinds.register(
        kind,
        label=label,
        category=category,
        to_whom=to_whom,
        urgency=urgency,
        can_switch_off=can_switch_off,
        is_unrequested=is_unrequested,
        eligible=eligible,
        goes_to_unconfirmed=goes_to_unconfirmed,
        subject_template=subject_template,
        text_template=text_template,
        html_template=html_template,
        more_context=more_context,
        reply_to=reply_to,
    )


def unregister(kind: str) -> None:
    """Take a kind away again (tests)."""
    kinds.unregister(kind)


def kind_named(name: str) -> Kind | None:
    """The registered kind of notice, or None."""
    kind = kinds.named(name)
    return kind if kind and _is_notice(kind) else None


def registered() -> list[Kind]:
    """All kinds of notices, for tests that look at each."""
    return [kind for kind in kinds.registered() if _is_notice(kind)]


def _is_notice(kind) -> bool:
    return bool(kind.subject_template) and kind.is_in_ledger


def send(
    kind: str,
    user_or_address: Model | str,
    context: dict[str, Any] | None = None,
    *,
    language: str = "",
) -> Notice:
    """Owe one message to a person with an account, or to an address, and wake a worker.

    Part of the caller's transaction: rolled back with it. ``context`` holds plain JSON values.
    A person with an account is written to in the language they have when it is sent; ``language``
    is for an address (the active one without it). Where something is in the way the notice says
    so: skipped, or waiting for room in the contact budget. Raises ``KeyError`` for a kind nobody
    registered.
    """
    _require(kind)
    recipient, address = None, ""
    if isinstance(user_or_address, str):
        address = user_or_address.strip()
        language = language or get_language() or "en"
    else:
        recipient, _made = Recipient.objects.get_or_create(
            user=user_or_address, defaults={"joined_position": positions.current()}
        )
        language = recipient.language
    return _save(
        _owed(kind, context or {}, language, timezone.now(), recipient=recipient, address=address)
    )


def send_to(kind: str, recipient: Recipient, context: dict[str, Any] | None = None) -> Notice:
    """The same for a recipient, such as a confirmed address without an account."""
    _require(kind)
    return _save(
        _owed(kind, context or {}, recipient.language, timezone.now(), recipient=recipient)
    )


def _save(notice: Notice) -> Notice:
    # What we know of an address without an account is asked by the worker only: a page that did
    # more for one than for another would tell whoever enters it.
    if notice.recipient:
        _plan([notice])
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
    recipients = {recipient.user_id: recipient for recipient in known.select_related("user")}
    now = timezone.now()
    made = [
        _owed(kind, context, recipient.language, now, recipient=recipient)
        for user, context in owed
        for recipient in [recipients[user.pk]]
    ]
    _plan(made)
    Notice.objects.bulk_create(made)
    nudge("mailing.send_due")
    return made


def _require(kind: str) -> None:
    if kind_named(kind) is None:
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


def _plan(notices: list[Notice]) -> None:
    """Write into each what is in its way already; it is asked again before it is sent."""
    for notice, decision in zip(notices, eligibility.decide(notices), strict=True):
        _note(notice, decision)


def _note(notice: Notice, decision: Decision) -> None:
    notice.reason = decision.reason
    if decision.waits:
        notice.next_attempt_at = decision.until
    elif decision.reason:
        notice.state, notice.finished_at = State.SKIPPED, notice.created_at


def forget_old(at: datetime | None = None) -> int:
    """Empty what old notices said, and to which address without an account; says how many.

    That one was sent, and what became of it, stays in the ledger.
    """
    over = Notice.objects.exclude(state__in=[*OPEN, State.CLAIMED]).filter(
        created_at__lt=(at or timezone.now()) - KEPT_FOR
    )
    return over.exclude(context={}, address="").update(context={}, address="")
