"""Digests on talk pages, for people who chose so: the Core Team posts them with MassMessage.

A mass message takes a list of pages and one text, so people of one edition who are told the same
in the same language share a message. What is public stays public: a talk page holds no part that is
one person's own, and only people shown by name are on a list that leaves this site. Who that is, a
higher app says (``register``); it is asked when an edition is frozen and when a list is shown.

Lists are in the format of MassMessage's parser function,
https://www.mediawiki.org/wiki/Help:Extension:MassMessage#Parser_function_delivery_lists:
``{{#target:User talk:Name|meta.wikimedia.org}}``, one on each line.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from django.conf import settings
from django.db import transaction
from django.db.models import Case, CharField, Q, QuerySet, Value, When
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from web.templatetags.web import day_text

from . import audiences, claims
from .models import Delivery, Edition, Preference, Recipient, Rhythm, SkipReason, State
from .press import Press

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


def obstacle(at, path: str = "recipient__") -> Case:
    """An expression: why somebody's talk page gets nothing at ``at``, or ""."""
    gone = Q(**{f"{path}forgotten_at__isnull": False}) | Q(**{f"{path}user__is_active": False})
    may_be_named = Q(**{f"{path}user__in": named().values("pk")})
    return Case(
        When(gone, then=Value(SkipReason.INACTIVE.value)),
        When(~may_be_named, then=Value(SkipReason.NOT_BY_NAME.value)),
        When(Q(**{f"{path}paused_until__gt": at}), then=Value(SkipReason.PAUSED.value)),
        default=Value(""),
        output_field=CharField(),
    )


def obstacle_of(recipient: Recipient, at) -> str | None:
    """Why this person's talk page would get nothing at ``at``, or ""; None where none is wanted."""
    wanted = Preference.objects.filter(
        recipient=recipient, kind=Preference.Kind.DIGEST, channel=Preference.Channel.TALK_PAGE
    ).exclude(rhythm=Rhythm.NONE)
    if not wanted.exists():
        return None
    asked = Recipient.objects.filter(pk=recipient.pk).annotate(in_way=obstacle(at, path=""))
    return asked.values_list("in_way", flat=True).get()


@dataclass
class TalkPageMessage:
    """One text and the pages it goes to."""

    language: str
    subject: str
    wikitext: str
    # Those whose page is on the list, and those who may be named no more.
    deliveries: list[int] = field(default_factory=list)
    hidden: list[int] = field(default_factory=list)
    names: list[str] = field(default_factory=list)

    @property
    def targets(self) -> str:
        """The list as MassMessage reads it."""
        site = settings.TALK_PAGE_SITE
        return "".join(f"{{{{#target:User talk:{name}|{site}}}}}\n" for name in self.names)


def messages_of(edition: Edition) -> list[TalkPageMessage]:
    """What is to be posted for an edition, with the lists as of now; the larger lists first."""
    press = Press()
    names = _names_in(edition)
    messages: dict[tuple, TalkPageMessage] = {}
    waiting = edition.deliveries.filter(state=State.TO_POST).select_related("edition", "recipient")
    deliveries = list(waiting.order_by("pk"))
    # Only looked at: what is posted is written down when it is marked.
    audiences.follow(deliveries)
    for delivery in deliveries:
        key = press.place_of(delivery)
        if key not in messages:
            messages[key] = message_for(press, delivery)
        name = names.get(delivery.recipient.user_id)
        message = messages[key]
        if name:
            message.deliveries.append(delivery.pk)
            message.names.append(name)
        else:
            message.hidden.append(delivery.pk)
    for message in messages.values():
        message.names.sort()
    return sorted(messages.values(), key=lambda one: (-len(one.names), one.language))


def _names_in(edition) -> dict[int, str]:
    users = edition.deliveries.filter(state=State.TO_POST).values("recipient__user")
    found = named().filter(pk__in=users)
    return {user: name for user, name in found if is_name(name)}


def is_name(name: str) -> bool:
    """Whether a wiki can have an account of this name, so that it may stand in a list."""
    return len(name.encode()) <= LONGEST_NAME and not _NO_NAME.search(name)


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

    ``ids`` are the deliveries whose list was shown. Done twice, it changes nothing more.
    """
    waiting = edition.deliveries.select_for_update(of=("self",)).filter(state=State.TO_POST)
    deliveries = list(waiting.filter(pk__in=ids).select_related("edition"))
    posted = [delivery.pk for delivery in deliveries]
    for delivery in audiences.follow(deliveries):
        delivery.save(update_fields=["choices"])
    Delivery.objects.filter(pk__in=posted).update(
        state=State.POSTED, finished_at=timezone.now(), story=claims.and_then("posted", by)
    )
    return len(posted)


@transaction.atomic
def skip_hidden(edition: Edition, ids: list[int]) -> None:
    """Whoever may be named no more gets nothing: write that down.

    ``ids`` are the deliveries that were left out of the list. Who may be named again by now stays
    to be posted, on the next list.
    """
    waiting = edition.deliveries.select_for_update(of=("self",)).filter(
        state=State.TO_POST, pk__in=ids
    )
    names = _names_in(edition)
    users = waiting.values_list("pk", "recipient__user")
    hidden = [pk for pk, user in users if user not in names]
    Delivery.objects.filter(pk__in=hidden).update(
        state=State.SKIPPED, reason=SkipReason.NOT_BY_NAME, finished_at=timezone.now()
    )
