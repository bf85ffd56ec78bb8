"""Digests on talk pages, for people who chose so: the Core Team posts them with MassMessage.

A mass message takes a list of pages and one text, so people of one edition who are told the same
in the same language share a message. What is public stays public: a talk page holds no part that is
one person's own, and only people shown by name are on a list that leaves this site. Who that is, a
higher app says (``register``). The one rule (``obstacle``) is asked when an edition is frozen, and
again when a list is shown, days later: whoever ended it, paused or hid meanwhile is left out.

Lists are in the format of MassMessage's parser function,
https://www.mediawiki.org/wiki/Help:Extension:MassMessage#Parser_function_delivery_lists:
``{{#target:User talk:Name|meta.wikimedia.org}}``, one on each line.
"""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Case, Q, QuerySet, Value
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from web.templatetags.web import day_text

from . import audiences, claims, kinds, reasons, recipients
from .eligibility import first_of, gone, not_wanted
from .kinds import Kind
from .models import Delivery, Edition, Preference, Recipient, Rhythm, SkipReason, State
from .models.ledger import UNREACHED
from .press import Press

TALK_PAGE = Preference.Channel.TALK_PAGE

# What no user name holds (https://www.mediawiki.org/wiki/Manual:Page_title#Naming_restrictions and
# Manual:$wgLegalTitleChars); a name with it is no name of a wiki, and could break the list: signs
# of markup, signatures, entities, a percent sign before a code, what is read as a path.
_NO_NAME = re.compile(
    r"[#<>\[\]|{}/\x00-\x1f\x7f\u2028\u2029\ufffd]|~{3}|%[0-9A-Fa-f]{2}"
    r"|&[A-Za-z0-9\x80-\uffff]+;|^[\s_]|[\s_]$|^\.{1,2}$"
)
# Most of a subject, and of a user name: longer ones are refused (bytes).
LONGEST_SUBJECT = 240
LONGEST_NAME = 235

# Rows of user id and the name of their account on the wiki, of those who are shown by name.
Named = Callable[[], QuerySet]
_named: list[Named] = []


def register(named: Named) -> None:
    """Say who may be named on a wiki; called once, in ``AppConfig.ready``."""
    _named[:] = [named]


def named() -> QuerySet:
    """User ids with their names on the wiki. Raises ``LookupError`` where nobody registered it."""
    if not _named:
        raise LookupError("No app says who may be named on a wiki.")
    return _named[0]()


def obstacle(kind: Kind, recipient: str = "", at: datetime | None = None) -> Case:
    """The same as ``eligibility.obstacle``, for somebody's talk page."""
    may_be_named = Q(**{f"{recipient}user__in": named().values("pk")})
    in_the_way = [gone(recipient), (~may_be_named, Value(SkipReason.NOT_BY_NAME))]
    return first_of(in_the_way + not_wanted(kind, recipient, TALK_PAGE, at))


def obstacle_of(recipient: Recipient, at) -> str | None:
    """Why this person's talk page would get nothing at ``at``, or ""; None where none is wanted."""
    wanted = Preference.objects.filter(
        recipient=recipient, kind=kinds.DIGEST.name, channel=TALK_PAGE
    ).exclude(rhythm=Rhythm.NONE)
    if not wanted.exists():
        return None
    in_way = obstacle(kinds.DIGEST, at=at)
    asked = Recipient.objects.filter(pk=recipient.pk).annotate(in_way=in_way)
    return asked.values_list("in_way", flat=True).get()


@dataclass
class TalkPageMessage:
    """One text and the pages it goes to."""

    language: str
    subject: str
    wikitext: str
    # Those whose page is on the list, and those who are left out by now, each with the reason.
    deliveries: list[int] = field(default_factory=list)
    left_out: dict[int, str] = field(default_factory=dict)
    names: list[str] = field(default_factory=list)

    @property
    def targets(self) -> str:
        """The list as MassMessage reads it."""
        site = settings.TALK_PAGE_SITE
        return "".join(f"{{{{#target:User talk:{name}|{site}}}}}\n" for name in self.names)

    @property
    def why_left_out(self) -> list[tuple[Any, int]]:
        """How many are left out for each reason, in words."""
        counted = Counter(self.left_out.values())
        return [(reasons.short(reason), count) for reason, count in counted.most_common()]


def messages_of(edition: Edition) -> list[TalkPageMessage]:
    """What is to be posted for an edition, with the lists as of now; the larger lists first."""
    press = Press()
    messages: dict[tuple, TalkPageMessage] = {}
    waiting = edition.deliveries.filter(state=State.TO_POST)
    deliveries = list(_as_of_now(waiting, edition).select_related("edition", "recipient"))
    names = _names_of(deliveries)
    # Only looked at: what is posted is written down when it is marked.
    _follow(deliveries)
    for delivery in deliveries:
        key = press.place_of(delivery)
        if key not in messages:
            messages[key] = message_for(press, delivery)
        name = names.get(delivery.recipient.user_id, "")
        message = messages[key]
        reason = _in_the_way(delivery, name, message.wikitext)
        if reason:
            message.left_out[delivery.pk] = reason
        else:
            message.deliveries.append(delivery.pk)
            message.names.append(name)
    for message in messages.values():
        message.names.sort()
    return sorted(messages.values(), key=lambda one: (-len(one.names), one.language))


def _as_of_now(deliveries, edition) -> QuerySet:
    """What is in the way of each of these by now, and in which language it is."""
    return deliveries.annotate(
        in_way=obstacle(kinds.of_edition(edition), "recipient__"),
        language_now=recipients.language_now(TALK_PAGE),
    ).order_by("pk")


def _names_of(deliveries) -> dict[int, str]:
    users = {delivery.recipient.user_id for delivery in deliveries}
    return dict(named().filter(pk__in=users))


def _in_the_way(delivery, name, wikitext) -> str:
    """Why this is not to be posted, or "": the rule, a name that is none, nothing left to tell."""
    if delivery.in_way:
        return delivery.in_way
    if not is_name(name):
        return SkipReason.NOT_BY_NAME.value
    return "" if wikitext else SkipReason.EMPTY.value


def _follow(deliveries) -> list[Delivery]:
    """Have these tell what is for their readers by now, in their language; gives what changed."""
    changed = audiences.follow(deliveries)
    for delivery in deliveries:
        if delivery.language != delivery.language_now:
            delivery.language = delivery.language_now
            changed.append(delivery)
    return changed


def is_name(name: str) -> bool:
    """Whether a wiki can have an account of this name, so that it may stand in a list."""
    return 0 < len(name.encode()) <= LONGEST_NAME and not _NO_NAME.search(name)


def message_for(press: Press, delivery: Delivery) -> TalkPageMessage:
    """What the talk page of one person gets, to nobody yet."""
    with translation.override(delivery.language):
        # Translators: heading of a message on a talk page; with its day, so that each has its own.
        subject = _("What is new in the strategy process, %(day)s")
        if delivery.edition.is_urgent:
            # Translators: the same for one piece of news that is urgent.
            subject = _("Urgent news of the strategy process, %(day)s")
        subject %= {"day": day_text(timezone.localdate(delivery.edition.hour))}
    subject = subject.encode()[:LONGEST_SUBJECT].decode(errors="ignore")
    return TalkPageMessage(delivery.language, subject, press.wikitext(delivery))


@transaction.atomic
def mark_posted(edition: Edition, ids: list[int], *, by: str) -> int:
    """Write down that the Core Team posted to these people's pages; says to how many.

    ``ids`` are the deliveries whose list was shown: what left this site is posted, also where its
    reader left meanwhile. Done twice, it changes nothing more.
    """
    shown = edition.deliveries.filter(Q(state=State.TO_POST) | UNREACHED, pk__in=ids)
    deliveries = list(_locked(shown, edition))
    for delivery in _follow(deliveries):
        delivery.save(update_fields=["choices", "language"])
    Delivery.objects.filter(pk__in=[delivery.pk for delivery in deliveries]).update(
        state=State.POSTED,
        reason="",
        finished_at=timezone.now(),
        story=claims.and_then("posted", by),
    )
    return len(deliveries)


@transaction.atomic
def skip_left_out(edition: Edition, ids: list[int]) -> None:
    """Whoever may not get it any more gets nothing: write that down, with the reason as of now.

    ``ids`` are the deliveries that were left out of the list. Whoever may get it again by now stays
    to be posted, on the next list. Their next digest owes the others what they miss
    (``given_back``).
    """
    deliveries = list(_locked(edition.deliveries.filter(state=State.TO_POST, pk__in=ids), edition))
    names, press = _names_of(deliveries), Press()
    _follow(deliveries)
    skipped: dict[str, list[int]] = {}
    for delivery in deliveries:
        name = names.get(delivery.recipient.user_id, "")
        reason = _in_the_way(delivery, name, press.wikitext(delivery))
        skipped.setdefault(reason, []).append(delivery.pk)
    skipped.pop("", None)
    for reason, left_out in skipped.items():
        Delivery.objects.filter(pk__in=left_out).update(
            state=State.SKIPPED, reason=reason, finished_at=timezone.now()
        )


def _locked(deliveries, edition) -> QuerySet:
    rows = _as_of_now(deliveries, edition).select_related("edition", "recipient")
    return rows.select_for_update(of=("self",))
