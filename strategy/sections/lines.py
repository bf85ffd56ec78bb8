"""How what a digest tells stands in a mail or on a talk page, within the room there is."""

from dataclasses import dataclass, replace

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse

from mailing.sections import Block
from web.templatetags.web import until_text

from .. import language_versions
from ..excerpts import beginning
from ..language_versions import Version
from ..models import Update
from ..room_in_mails import FRAME, Room, as_many, as_many_named
from .call import Call

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


def block(
    name, items, language, *, heading="", list_url="", has_account=True, is_alone=False
) -> Block:
    """These items in mails, within the room of this section; ``name`` is that of its templates."""
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


def wikitext(name, items, language, *, list_url="") -> str:
    """These items on talk pages; ``name`` is that of their template."""
    named = items[:MOST_NAMED]
    context = {
        "lines": [_line(name, item, language) for item in named],
        "number_left": len(items) - len(named),
        "list_url": list_url,
        "base_url": settings.BASE_URL,
    }
    return render_to_string(f"strategy/wiki/{name}.txt", context).strip()
