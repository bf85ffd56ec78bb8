"""People and news for the tests of mailing; nobody here needs a group or an update."""

import itertools
from dataclasses import dataclass

from django.contrib.auth import get_user_model
from django.db import transaction

from mailing import positions, recipients
from mailing.models import Delivery, Edition, State
from mailing.sections import Block, Section

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
        self.renders = 0

    def post(self, title: str) -> Item:
        """Publish one thing, as a publishing verb does."""
        with transaction.atomic():
            item = Item(positions.next_position(), title)
        self.posted.append(item)
        return item

    def items(self, after, until):
        return [item for item in self.posted if after < item.position <= until]

    def render(self, items, language):
        self.renders += 1
        titles = [item.title for item in items]
        return Block(
            html="".join(f"<p>{title}</p>" for title in titles),
            text="\n".join(titles),
            count=len(items),
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
    return [mail.body.split("* On the board *")[1].split("\n-- ")[0].strip() for mail in mails]


def states() -> dict[str, str]:
    """State (and reason) of each delivery by address."""
    return {
        delivery.recipient.address: f"{delivery.state} {delivery.reason}".strip()
        for delivery in Delivery.objects.select_related("recipient")
    }
