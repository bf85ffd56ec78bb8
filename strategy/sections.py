"""What the digest says to everyone of updates and topics; registered in ``apps.py``."""

from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext, ngettext
from django.utils.translation import gettext_lazy as _

from mailing.sections import Block, Section
from web.templatetags.web import day_text, until_text

from . import audiences, deadlines, language_versions, updates
from .excerpts import beginning
from .language_versions import Version
from .models import Topic, Update, WorkingGroup
from .room_in_mails import FRAME, Room, as_many, as_many_named
from .topic_choices import TOPICS

ROOM = {
    "urgent": Room(900, 400),
    "closing": Room(1_800, 800),
    "topics": Room(1_700, 1_200),
    "closed": Room(0, 1_200),
    "updates": Room(3_400, 1_200),
}
# What is urgent and goes out by itself has the mail for itself.
ALONE = Room(10_000, 800)
# Of what has no room beside its title, so many bytes of its words all the same.
LEAST = 300
# On a talk page so many are named; after a long pause the list on the site is better.
MOST_NAMED = 20
# Of a topic that soon closes, so many letters of its short version.
TEASER = 160
# Of an update that asks to do something: more, because it stands nowhere else in the mail.
CALL = 400
# What is older than this goes with the next digest: nobody is woken for it any more.
STILL_URGENT = timedelta(days=2)


class _OfUpdates(Section):
    """Updates, each at its place, and at a further one where it came to be for more people."""

    def updates(self) -> QuerySet[Update]:
        """Which updates stand here."""
        raise NotImplementedError

    def items(self, after, until):
        in_place = Q(position__gt=after, position__lte=until)
        found = self.updates().without_bodies().filter(in_place | ~Q(further_positions=[]))
        placed = [one for update in found for one in _at_its_places(update)]
        return sorted(
            (one for one in placed if after < one.position <= until), key=lambda one: one.position
        )

    def narrowed(self, after, until, besides):
        in_place = Q(position__gt=after, position__lte=until) | Q(position__in=besides)
        found = self.updates().titles_only().filter(in_place | ~Q(further_positions=[]))
        found = found.exclude(audience={}, further_positions=[])
        return [
            place
            for update in found
            for place in audiences.narrowed(update, self.key)
            if after < place.position <= until or place.position in besides
        ]

    def for_whom(self, items):
        found = audiences.with_words(items)
        return {one.position: " · ".join(one.for_whom) for one in found if one.for_whom}

    def render_for(self, items, language, *, has_account, is_alone):
        return self.render(items, language, has_account=has_account, is_alone=is_alone)

    def chosen(self, items, choices):
        # Who was told of none of its places is told once. At the last of them: others who read the
        # same list may have been told of the first, and are to find the last as news.
        last = {update.pk: update for update in items}
        return sorted(last.values(), key=lambda update: update.position)

    def held(self, until, at):
        return _held(self.updates(), until, at)


def _held(found: QuerySet[Update], until: int, at: datetime) -> dict[str, set[int]]:
    """The places of those of these updates that wait, by the language whose readers wait."""
    held: dict[str, set[int]] = {}
    waiting = Update.objects.waiting(at) & found
    for update in waiting.without_bodies().filter(position__lte=until):
        places = {one.position for one in _at_its_places(update) if one.position <= until}
        for code in updates.waiting_languages(update, at):
            held.setdefault(code, set()).update(places)
    return held


def _left_out(update: Update) -> str:
    wanted = get_language() or settings.LANGUAGE_CODE
    title, _language = language_versions.field_for(update, "title", wanted)
    if not update.for_whom:
        return gettext("“%(title)s” was left out: it was for others then.") % {"title": title}
    # Translators: why somebody was not told of an update; "whom" says "For liaisons in Asia".
    said = gettext("“%(title)s” was left out, because of whom it is for. %(whom)s.")
    return said % {"title": title, "whom": " · ".join(update.for_whom)}


def _at_its_places(update: Update) -> Iterator[Update]:
    yield update
    for position in update.further_positions:
        again = copy(update)
        again.position = position
        yield again


class NewUpdates(_OfUpdates):
    """Updates published since the person's last digest, the newest first."""

    key = "updates"
    label = _("New updates")

    def updates(self):
        return Update.objects.published().exclude(kind=Update.Kind.URGENT).exclude(open_calls())

    def held(self, until, at):
        # Calls to act too: whoever waits for one until its day is over finds it here.
        return _held(Update.objects.published().exclude(kind=Update.Kind.URGENT), until, at)

    def for_others(self, positions):
        # Of every kind: they are told apart nowhere else.
        found = Update.objects.published().titles_only()
        found = found.filter(
            Q(position__in=positions) | Q(further_positions__overlap=list(positions))
        )
        return {
            place.position: _left_out(update)
            for update in audiences.with_words(found)
            for place in _at_its_places(update)
        }

    def render(self, items, language, **fitting):
        return _block("updates", items[::-1], language, list_url="strategy:update_list", **fitting)

    def wikitext(self, items, language):
        return _wikitext("updates", items[::-1], language, list_url="strategy:update_list")


class UrgentUpdates(_OfUpdates):
    """Urgent updates: each goes out at once by itself; here for those whom that mail did not reach.

    Nothing that is urgent waits for a translation.
    """

    key = "urgent"
    label = _("Urgent")
    is_urgent = True

    def updates(self):
        return Update.objects.published().filter(kind=Update.Kind.URGENT)

    def held(self, until, at):
        return {}

    def at_once(self, until, at):
        lately = self.updates().filter(published_at__gt=at - STILL_URGENT, position__lte=until)
        return list(lately.values_list("position", flat=True))

    def render(self, items, language, **fitting):
        return _block("urgent", items[::-1], language, list_url="strategy:update_list", **fitting)

    def wikitext(self, items, language):
        return _wikitext("urgent", items[::-1], language, list_url="strategy:update_list")


class _CallsByUpdate(_OfUpdates):
    """Updates that ask to do something until a day, as long as it can be done."""

    key = "closing"

    def updates(self):
        return Update.objects.published().filter(open_calls())


def open_calls() -> Q:
    """The condition for calls to act whose day is still to come."""
    return Q(kind=Update.Kind.ACT, deadline__gt=timezone.now())


class _OfTopics(Section):
    """Topics, as the reader chose them by their Working Groups."""

    def chosen(self, items, choices):
        wanted = choices.get(TOPICS)
        return [item for item in items if item.working_group.slug in wanted] if wanted else items


class CallsToAct(_OfTopics):
    """Calls to act: updates that are one, topics in their last days, deadlines of the timeline.

    The soonest day first. A deadline that comes near is news of its own, once.
    """

    key = "closing"
    label = _("Closing soon")
    is_urgent = True

    def items(self, after, until):
        topics = (
            Topic.objects.closing()
            .select_related("working_group")
            .filter(closing_position__gt=after, closing_position__lte=until)
        )
        calls = [Call(topic.closing_position, topic.closes_at, topic) for topic in topics]
        calls += [
            Call(near.entry.closing_position, _end_of(near.ends_on), near.entry)
            for near in deadlines.near()
            if after < (near.entry.closing_position or 0) <= until
        ]
        calls += [call_of(update) for update in _CallsByUpdate().items(after, until)]
        return sorted(calls, key=lambda call: call.position)

    def chosen(self, items, choices):
        topics = super().chosen([call for call in items if call.is_topic], choices)
        by_update = [call.thing for call in items if call.is_update]
        once = {update.position for update in _CallsByUpdate().chosen(by_update, choices)}
        return [
            call
            for call in items
            if (call in topics if call.is_topic else not call.is_update or call.position in once)
        ]

    def narrowed(self, after, until, besides):
        return _CallsByUpdate().narrowed(after, until, besides)

    def for_whom(self, items):
        return _CallsByUpdate().for_whom([call.thing for call in items if call.is_update])

    def held(self, until, at):
        return _CallsByUpdate().held(until, at)

    def render(self, items, language, **fitting):
        calls = sorted(items, key=_due)
        return _block(
            "closing",
            calls,
            language,
            heading=_before(calls),
            list_url=_list_of(calls),
            **fitting,
        )

    def render_for(self, items, language, *, has_account, is_alone):
        return self.render(items, language, has_account=has_account, is_alone=is_alone)

    def wikitext(self, items, language):
        calls = sorted(items, key=_due)
        return _wikitext("closing", calls, language, list_url=_list_of(calls))


@dataclass(frozen=True)
class Call:
    """Something to do in time: say one's view on a topic, or what a deadline is about."""

    position: int
    due: datetime
    thing: Any

    def __str__(self):
        return str(self.thing)

    @property
    def is_topic(self) -> bool:
        return isinstance(self.thing, Topic)

    @property
    def is_update(self) -> bool:
        return isinstance(self.thing, Update)

    @property
    def working_group(self) -> WorkingGroup:
        """Whose topic it is; only of a topic."""
        return self.thing.working_group

    @property
    def until_when(self) -> str:
        """Until when, in words: a deadline of the timeline is a day, all else has its minute."""
        if self.is_topic or self.is_update:
            return until_text(self.due)
        return day_text(timezone.localdate(self.due - timedelta(days=1)))

    def get_absolute_url(self) -> str:
        """The thing's own page; a deadline has the timeline's."""
        has_page = self.is_topic or self.is_update
        return self.thing.get_absolute_url() if has_page else reverse("strategy:timeline")


def call_of(update: Update) -> Call:
    """The call that an update with a deadline is."""
    return Call(update.position or 0, update.deadline, update)


def _end_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))


def _list_of(calls: list[Call]) -> str:
    """Where those are that have no room: updates only lead to these, all else to the topics."""
    are_updates = all(call.is_update for call in calls)
    return "strategy:update_list" if are_updates else "strategy:topic_list"


class OpenTopics(_OfTopics):
    """Topics that opened, or whose deadline moved, since the last digest; soonest deadline first.

    Those that closed meanwhile are left out: nobody can say anything on them any more. Those in
    their last days are among the calls to act.
    """

    key = "topics"
    label = _("Open for your view")

    def items(self, after, until):
        return list(
            Topic.objects.open(timezone.now())
            .select_related("working_group")
            .filter(position__gt=after, position__lte=until, closing_position__isnull=True)
            .order_by("position")
        )

    def render(self, items, language):
        return _block(
            "topics", sorted(items, key=_deadline), language, list_url="strategy:topic_list"
        )

    def wikitext(self, items, language):
        return _wikitext(
            "topics", sorted(items, key=_deadline), language, list_url="strategy:topic_list"
        )


class ClosedTopics(_OfTopics):
    """Topics that closed since the last digest, and who acts now; the last one first."""

    key = "closed"
    label = _("Closed")

    def items(self, after, until):
        topics = (
            Topic.objects.public()
            .filter(closes_at__lte=timezone.now())
            .select_related("working_group")
            .filter(closed_position__gt=after, closed_position__lte=until)
        )
        return _placed(topics, "closed_position")

    def render(self, items, language):
        return _block("closed", items[::-1], language, list_url="strategy:topic_list")

    def wikitext(self, items, language):
        return _wikitext("closed", items[::-1], language, list_url="strategy:topic_list")


def _placed(topics, place: str) -> list[Topic]:
    """The topics in the order of what happened to them; ``position`` is the place of that."""
    found = list(topics.order_by(place))
    for topic in found:
        topic.position = getattr(topic, place)
    return found


def _deadline(topic):
    return (topic.closes_at is None, topic.closes_at or topic.opens_at, topic.slug)


def _due(call):
    return (call.due, call.position)


def _before(calls) -> str:
    """ "Three things by 12 December, 14:00 UTC": how many, and until when the last of them."""
    # Translators: heading above topics that soon close for views. "Thing" is something to do.
    # "When" is the last day, mostly with the time.
    said = ngettext(
        "%(count)s thing to do, by %(when)s",
        "%(count)s things to do, the last by %(when)s",
        len(calls),
    )
    return said % {"count": len(calls), "when": calls[-1].until_when}


def as_told(update: Update) -> tuple[Section, list[Any]]:
    """In which section digests tell an update, and how it stands there."""
    if update.kind == Update.Kind.URGENT:
        return UrgentUpdates(), [update]
    if update.kind == Update.Kind.ACT and update.deadline and not update.is_over:
        return CallsToAct(), [call_of(update)]
    return NewUpdates(), [update]


@dataclass(frozen=True)
class Line:
    """One thing in a mail: what it is, what is said of it, where it leads."""

    version: Version
    text: str
    url: str
    # Until when one can act; empty where no day is set.
    due: str = ""
    is_topic: bool = False
    is_update: bool = False
    # Where one's view of it goes, where that is asked for soon.
    report_url: str = ""

    @property
    def has_page(self) -> bool:
        """False for a deadline, which stands on the timeline among others."""
        return self.is_topic or self.is_update

    @property
    def size(self) -> int:
        return len(self.text.encode()) + self.size_of_title

    @property
    def size_of_title(self) -> int:
        return len(self.version.title.encode()) + FRAME


def _block(
    name, items, language, *, heading="", list_url="", has_account=True, is_alone=False
) -> Block:
    lines = [_line(name, item, language) for item in items]
    room = ALONE if is_alone else ROOM[name]
    in_full, named = _fitting(lines, room)
    context = {
        "lines": [_cut(line, room) for line in lines[:in_full]],
        "named": lines[in_full : in_full + named],
        "number_left": len(lines) - in_full - named,
        "list_url": list_url,
        "base_url": settings.BASE_URL,
        # Below the section's heading; where it stands alone there is none.
        "heading_tag": "h2" if is_alone else "h3",
        # What needs one is offered to nobody else.
        "has_account": has_account,
    }
    return Block(
        html=render_to_string(f"strategy/mail/{name}.html", context),
        text=render_to_string(f"strategy/mail/{name}.txt", context).strip() + "\n",
        count=len(items),
        # The newest update, or the soonest deadline, becomes the subject of the mail.
        headline=lines[0].version.title if lines else "",
        heading=heading,
    )


def _line(name, item, language) -> Line:
    url = settings.BASE_URL + item.get_absolute_url()
    if isinstance(item, Call):
        return _line_of_call(item, url, language)
    version = language_versions.shown(item, language)
    if isinstance(item, Update):
        return Line(version, version.short, url)
    due = until_text(item.closes_at) if item.closes_at else ""
    return Line(version, "" if name == "closed" else version.short, url, due, is_topic=True)


def _line_of_call(call, url, language) -> Line:
    due = call.until_when
    if call.is_update:
        version = language_versions.shown(call.thing, language)
        return Line(version, beginning(version.short, CALL), url, due, is_update=True)
    if not call.is_topic:
        _title, code = language_versions.field_for(call.thing, "title", language)
        return Line(Version(call.thing, code, language), "", url, due)
    version = language_versions.shown(call.thing, language)
    short = beginning(version.short, TEASER)
    report = f"{settings.BASE_URL}{reverse('strategy:report_new')}?topic={call.thing.slug}"
    return Line(version, short, url, due, is_topic=True, report_url=report)


def _fitting(lines: list[Line], room: Room) -> tuple[int, int]:
    """How many stand with their words, the first one always, and how many after these are named."""
    in_full = as_many([line.size for line in lines], room.in_full)
    if room.in_full and lines:
        in_full = max(in_full, 1)
    return in_full, as_many_named([line.size_of_title for line in lines[in_full:]], room.named)


def _cut(line: Line, room: Room) -> Line:
    """The same; of one that has no room by itself the beginning."""
    if line.size <= room.in_full:
        return line
    most = max(room.in_full - line.size_of_title, LEAST)
    return replace(line, text=beginning(line.text, len(line.text), most))


def _wikitext(name, items, language, *, list_url="") -> str:
    named = items[:MOST_NAMED]
    context = {
        "lines": [_line(name, item, language) for item in named],
        "number_left": len(items) - len(named),
        "list_url": list_url,
        "base_url": settings.BASE_URL,
    }
    return render_to_string(f"strategy/wiki/{name}.txt", context).strip()
