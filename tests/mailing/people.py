"""People and news for the tests of mailing; nobody here needs a group or an update."""

import itertools
import re
from dataclasses import dataclass

from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import BigIntegerField, Case, CharField, Value, When

from mailing import positions, recipients
from mailing.models import Delivery, Edition, State
from mailing.sections import Block, PersonalSection, Section

_numbers = itertools.count(1)


@dataclass
class Item:
    """Something published, kept in memory."""

    position: int
    title: str


class Board(Section):
    """A section of its own for a test: what is posted on it is news."""

    def __init__(self, key="board", *, is_news=True):
        self.key, self.label, self.is_news = key, f"On the {key}", is_news
        self.posted: list[Item] = []
        # Which titles wait for which languages.
        self.waiting: dict[str, set[str]] = {}
        self.renders = 0

    def post(self, title: str) -> Item:
        """Publish one thing, as a publishing verb does."""
        with transaction.atomic():
            item = Item(positions.next_position(), title)
        self.posted.append(item)
        return item

    def items(self, after, until):
        return [item for item in self.posted if after < item.position <= until]

    def held(self, until, at):
        return {
            language: {
                item.position
                for item in self.posted
                if item.title in titles and item.position <= until
            }
            for language, titles in self.waiting.items()
        }

    def release(self, language, title):
        """The translation is there, or the hour over: the clock moves, as with a publication."""
        self.waiting[language].remove(title)
        with transaction.atomic():
            positions.next_position()

    def render(self, items, language):
        self.renders += 1
        titles = [item.title for item in items]
        return Block(
            html="".join(f"<p>{title}</p>" for title in titles),
            text="\n".join(titles),
            count=len(items),
        )


class Thing(str):
    """Something of one person's, with its title."""

    @property
    def title(self):
        return str(self)


class Letterbox(PersonalSection):
    """A personal section for a test: what is put into it is owed to one person.

    With ``is_news=False`` it tells whatever is in ``standing`` for a user's id.
    """

    def __init__(self, key="letterbox", *, is_news=True):
        self.key, self.label, self.is_news = key, f"In the {key}", is_news
        self.put: list[tuple[int, str, int]] = []
        self.standing: dict[int, list[str]] = {}
        self.loads = 0

    def post(self, recipient, name: str) -> None:
        with transaction.atomic():
            self.put.append((recipient.user_id, name, positions.next_position()))

    def owed(self, until):
        rows = [row for row in self.put if row[2] <= until]
        users = get_user_model().objects.filter(pk__in=[user for user, _name, _at in rows])
        names = [When(pk=user, then=Value(name)) for user, name, _at in rows]
        places = [When(pk=user, then=Value(at)) for user, _name, at in rows]
        return users.annotate(
            name=Case(*names, default=Value(""), output_field=CharField()),
            at=Case(*places, default=Value(0), output_field=BigIntegerField()),
        ).values_list("pk", "name", "at")

    def load(self, readers):
        self.loads += 1
        list(get_user_model().objects.filter(pk__in=[reader.user_id for reader in readers]))
        return {
            reader.delivery_id: {name: Thing(name) for name in self._names(reader)}
            for reader in readers
        }

    def _names(self, reader):
        return sorted(reader.items) if self.is_news else self.standing.get(reader.user_id, [])

    def render(self, things, language):
        return Block(
            html="".join(f"<p>{thing}</p>" for thing in things),
            text="\n".join(things),
            count=len(things),
        )


def person(rhythm="weekly", *, zone="UTC", language="en", address=None, verified=True, since=None):
    """An account with an address and a rhythm, chosen at ``since`` or long ago."""
    number = next(_numbers)
    user = get_user_model().objects.create(username=f"reader-{number}")
    address = f"reader{number}@example.org" if address is None else address
    recipient = recipients.sync_user(user, address, language, zone, is_verified=verified)
    recipients.set_rhythm(user, rhythm)
    recipient.preferences.update(effective_at=since or "2000-01-01T00:00Z")
    return recipient


def assert_figures_add_up():
    """The rule that always holds: an edition's audience is the sum of its states."""
    for edition in Edition.objects.all():
        figures = edition.figures()
        assert set(figures) == set(State.values)
        assert edition.audience == sum(figures.values()) == edition.deliveries.count()


def titles_sent(mails) -> list[str]:
    """The text of each mail's board, one string for each mail."""
    return [told_on("* On the board *", mail.body) for mail in mails]


def told_on(heading, body) -> str:
    """What stands below a heading of a mail, up to the next one or the foot."""
    return re.split(r"\n\* |\n-- ", body.split(heading)[1])[0].strip()


def states() -> dict[str, str]:
    """State (and reason) of each delivery by address."""
    return {
        delivery.recipient.address: f"{delivery.state} {delivery.reason}".strip()
        for delivery in Delivery.objects.select_related("recipient")
    }
