"""Messages that did not fit the contact budget, and the digest that takes them along.

Freezing an edition hands what waits to the digests in it, in the same transaction: the notice is
then "skipped: went with the digest", and the digest's fate is its own. Where that digest does not
go out after all, the notice goes by itself again (``release_lost``). So none is lost, and none is
told twice.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.template import Context
from django.template.loader import get_template, render_to_string
from django.template.loader_tags import BlockNode
from django.utils import timezone, translation
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from . import eligibility, kinds
from .mime import one_line
from .models import Delivery, Notice, SkipReason, State
from .own_parts import OwnPart
from .press import Press
from .sections import Block

logger = logging.getLogger(__name__)

# So many bytes has a whole digest at most, as it is sent (Gmail cuts one of more than 102 kB). What
# waited and has no room below that goes by itself, or with a later one.
MOST_BYTES = 57_000
# Base64 makes four bytes of three, and a line break of each 76.
FRAME = 300  # bytes around each
ON_ITS_WAY = 78 / 76 * 4 / 3

# As ``Notice.objects.waiting_for_room()``, for one row of the audience called ``due``.
WAITS = """EXISTS (
    SELECT FROM mailing_notice AS waiting WHERE waiting.recipient_id = due.recipient_id
    AND waiting.state IN ('pending', 'retry') AND waiting.reason = 'over_budget')"""

_TAKE_ALONG = """
UPDATE mailing_notice AS notice
SET state = 'skipped', reason = 'in_digest', delivery_id = delivery.id, finished_at = %s
FROM mailing_delivery AS delivery
WHERE delivery.edition_id = %s AND delivery.state = 'pending'
  AND notice.recipient_id = delivery.recipient_id
  AND notice.state IN ('pending', 'retry') AND notice.reason = 'over_budget'
"""


def take_along(cursor, edition_id: int, now) -> None:
    """Hand what waits to the digests of this edition; inside the transaction that freezes it."""
    cursor.execute(_TAKE_ALONG, [now, edition_id])


def attach(deliveries: list[Delivery]) -> None:
    """Give each claimed digest the notices it carries (``waited``): those that may still be told.

    Whatever is in the way of one by now is written down as its reason.
    """
    carried = list(
        Notice.objects.filter(
            delivery__in=[delivery.pk for delivery in deliveries], reason=SkipReason.IN_DIGEST
        )
        .select_related("recipient__user")
        .order_by("created_at", "pk")
    )
    of_delivery: dict[int, list[Notice]] = {}
    for notice, reason in zip(carried, _reasons(carried), strict=True):
        if reason is None:
            release([notice])
        elif reason:
            Notice.objects.filter(pk=notice.pk).update(reason=reason)
        else:
            of_delivery.setdefault(notice.delivery_id, []).append(notice)
    for delivery in deliveries:
        delivery.waited = of_delivery.get(delivery.pk, [])


def _reasons(notices) -> list[str | None]:
    """What is in the way of each by now; None where its own question fails."""
    if not notices:
        return []
    try:
        return [decision.reason for decision in eligibility.may_still_be_told(notices)]
    except Exception:
        if len(notices) == 1:
            logger.exception("Could not decide on notice %s", notices[0].pk)
            return [None]
    return [_reasons([notice])[0] for notice in notices]


def release(notices: list[Notice]) -> None:
    """Let these go by themselves: their digest cannot carry them."""
    _let_go(Notice.objects.filter(pk__in=[notice.pk for notice in notices]))


def release_lost() -> int:
    """Let go by themselves what the digests carried that did not go out; says how many."""
    return _let_go(
        Notice.objects.filter(
            reason=SkipReason.IN_DIGEST, delivery__state__in=[State.SKIPPED, State.FAILED]
        )
    )


def _let_go(notices) -> int:
    return notices.filter(reason=SkipReason.IN_DIGEST).update(
        state=State.PENDING,
        reason="",
        delivery=None,
        finished_at=None,
        next_attempt_at=timezone.now(),
    )


@dataclass(frozen=True)
class Told:
    """One notice as it stands in a digest."""

    subject: str
    text: str
    html: SafeString

    @property
    def size(self) -> int:
        return len(f"{self.subject * 2}{self.text}{self.html}".encode()) + FRAME


def told(notice: Notice, frame: dict) -> Told | None:
    """The words of a notice without the frame of a mail of its own; None where they fail.

    One that cannot be written goes by itself, where it is tried again and seen in the log: it
    must not keep back the digest. The language of the digest is active.
    """
    kind = kinds.named(notice.kind)
    try:
        if kind is None:
            raise LookupError(f"No notice of kind {notice.kind!r} is registered.")
        context = frame | notice.context
        if kind.more_context:
            context |= kind.more_context(notice)
        return Told(
            subject=one_line(render_to_string(kind.subject_template, context)),
            text=_message(kind.text_template, context, autoescape=False).strip(),
            html=_message(kind.html_template, context, autoescape=True),
        )
    except Exception:
        logger.exception("Could not write notice %s into a digest", notice.pk)
        release([notice])
        return None


def _message(template_name, values, *, autoescape) -> SafeString:
    """What a template of a notice says, without the frame it extends: its block "message"."""
    template = get_template(template_name).template  # type: ignore[attr-defined]
    [message] = [
        node for node in template.nodelist.get_nodes_by_type(BlockNode) if node.name == "message"
    ]
    context = Context(values, autoescape=autoescape)
    with context.render_context.push_state(template), context.bind_template(template):
        return message.render(context)


def _room(own: OwnPart, delivery: Delivery, press: Press) -> float:
    """So many bytes of words can still be added to this digest."""
    sheet = press.digest(delivery, replace(own, is_news=True))
    used = len(f"{own.text}{own.html}".encode()) * ON_ITS_WAY
    return (MOST_BYTES - (sheet.size if sheet else 0) - used) / ON_ITS_WAY


def _as_many_as_fit(notices: Sequence[Notice], frame: dict, room: float) -> list[Told]:
    """The words of these, the oldest first; those that have no room are let go."""
    found: list[Told] = []
    left_out = []
    for notice in notices:
        one = told(notice, frame)
        if one and one.size <= room:
            found.append(one)
            room -= one.size
        elif one:
            left_out.append(notice)
    release(left_out)
    return found


def added(own: OwnPart, delivery: Delivery, press: Press) -> OwnPart:
    """A person's own part of a digest with what waited for it; the same where nothing is left."""
    with translation.override(delivery.language):
        frame = press.frame(delivery.language)
        found = _as_many_as_fit(delivery.waited, frame, _room(own, delivery, press))
        if not found:
            return own
        context = {"messages": found}
        block = Block(
            html=render_to_string("mailing/_waited.html", context | frame),
            text=render_to_string("mailing/_waited.txt", context | frame),
            count=len(found),
        )
        blocks = [{"label": _("Messages to you"), "block": block}]
        return replace(
            own,
            text=own.text + render_to_string("mailing/_blocks.txt", {"blocks": blocks}),
            html=own.html + render_to_string("mailing/_blocks.html", {"blocks": blocks}),
            headline=own.headline or found[0].subject,
            is_news=True,
        )
