"""What is not for everyone: left out of the digests of others, and asked again before sending."""

from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.db import connection
from django.db.models import Q
from django.test.utils import CaptureQueriesContext

from mailing import choices, claimed, deliver, editions, recipients, sections, upcoming
from mailing.audiences import Narrowed
from mailing.models import Delivery
from tests.mailing.people import Board, person, states, titles_sent
from tests.mailing.test_editions import MONDAY, run

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


class Parish(Board):
    """A board on which "nairobi: tea" is only for readers whose time zone is that of the city."""

    CITIES = {"nairobi": "Africa/Nairobi", "lima": "America/Lima"}

    def narrowed(self, after, until, besides):
        return [
            Narrowed(item.position, city, self._question(city))
            for item in self.posted
            if after < item.position <= until or item.position in besides
            for city in [item.title.split(":")[0]]
            if city in self.CITIES
        ]

    def _question(self, city):
        return lambda path: Q(**{f"{path}time_zone": self.CITIES[city]})


@pytest.fixture
def parish(only_board):
    sections.unregister(only_board.key)
    return sections.register(Parish())


def reader(zone="Africa/Nairobi", **values):
    """Somebody of a place whose mornings are those of everyone, to keep tests short."""
    found = person("daily", zone=zone, **values)
    found.preferences.update(time_zone="UTC")
    return found


def move(reader, zone):
    recipients.sync_user(reader.user, reader.address, reader.language, zone, is_verified=True)


def told(reader) -> list[str]:
    return titles_sent([message for message in mail.outbox if message.to == [reader.address]])


def test_only_those_it_is_for_are_told(parish):
    here, there = reader(), reader("America/Lima")
    for title in ("for all", "nairobi: tea", "lima: coffee", "nairobi: rain"):
        parish.post(title)
    run(MONDAY)
    assert told(here) == ["for all\nnairobi: tea\nnairobi: rain"]
    assert told(there) == ["for all\nlima: coffee"]


def test_nothing_for_somebody_is_no_mail_to_them(parish):
    there = reader("America/Lima")
    parish.post("nairobi: tea")
    run(MONDAY)
    assert mail.outbox == []
    assert states() == {there.address: "skipped empty"}


def test_who_belongs_to_all_of_it_has_plain_choices_and_others_share_a_text(parish):
    reader(), [reader("America/Lima") for _number in range(3)]
    parish.post("for all")
    item = parish.post("nairobi: tea")
    run(MONDAY)
    kept = sorted(str(one) for one in Delivery.objects.values_list("choices", flat=True))
    assert kept == sorted(["{}", *[str({"not_for": [item.position]})] * 3])
    assert parish.renders == 2


def test_whoever_leaves_before_it_is_sent_is_not_told(parish):
    leaves, comes = reader(), reader("America/Lima")
    parish.post("for all")
    parish.post("nairobi: tea")
    with_time(MONDAY, editions.make_editions)
    move(leaves, "America/Lima")
    move(comes, "Africa/Nairobi")
    with_time(MONDAY, deliver.send_due)
    assert told(leaves) == ["for all"]
    assert told(comes) == ["for all\nnairobi: tea"]
    # What was told stands in the ledger, not what was planned.
    kept = dict(Delivery.objects.values_list("recipient", "choices"))
    assert kept[comes.pk] == {}
    assert list(kept[leaves.pk]) == ["not_for"]


def test_a_digest_in_which_nothing_is_left_is_skipped(parish):
    leaves = reader()
    parish.post("nairobi: tea")
    with_time(MONDAY, editions.make_editions)
    move(leaves, "America/Lima")
    with_time(MONDAY, deliver.send_due)
    assert mail.outbox == []
    assert states() == {leaves.address: "skipped empty"}


def test_what_waits_for_a_translation_comes_only_to_those_it_is_for(parish):
    parish.waiting = {"fr": {"nairobi: tea"}}
    here, there = reader(language="fr"), reader("America/Lima", language="fr")
    parish.post("for all")
    parish.post("nairobi: tea")
    run(MONDAY)
    parish.release("fr", "nairobi: tea")
    run(MONDAY + DAY)
    run(MONDAY + 2 * DAY)
    assert told(here) == ["for all", "nairobi: tea"]
    assert told(there) == ["for all"]


def test_what_comes_next_and_a_sample_keep_to_it(parish):
    there = reader("America/Lima")
    parish.post("nairobi: tea")
    preference = recipients.preference_of(there.user)
    assert upcoming.next_digest(preference).parts == []
    assert upcoming.sample_for(preference) is None
    parish.post("for all")
    assert [part.count for part in upcoming.next_digest(preference).parts] == [1]
    assert "nairobi" not in upcoming.sample_for(preference).text


def test_who_may_get_nothing_keeps_no_old_place_alive(parish, monkeypatch):
    """An address that is not confirmed for years must not make each edition look years back."""
    reader(verified=False)
    here = reader()
    parish.post("nairobi: tea")
    run(MONDAY)
    asked = []
    monkeypatch.setattr(parish, "narrowed", lambda *place: asked.append(place) or [])
    parish.post("for all")
    with_time(MONDAY + DAY, editions.make_editions)
    assert asked[0][0] >= 1
    assert told(here) == ["nairobi: tea"]


@pytest.mark.parametrize("step", ["freeze", "send"])
def test_queries_do_not_grow_with_the_audience(parish, step):
    counts = []
    for people in (1, 20):
        [reader() for _number in range(people)]
        parish.post("nairobi: tea")
        parish.post("lima: coffee")
        at = MONDAY + len(counts) * DAY
        with CaptureQueriesContext(connection) as freezing:
            with_time(at, editions.make_editions)
        with CaptureQueriesContext(connection) as claiming:
            with_time(at, lambda: claimed.loaded(Delivery, _ids()))
        counts.append(len(freezing if step == "freeze" else claiming))
        with_time(at, deliver.send_due)
    assert counts[0] == counts[1]


def test_nobody_can_choose_what_is_left_out():
    with pytest.raises(ValueError, match="not_for"):
        choices.register("not_for", "", list)
    assert choices.tidy({"not_for": ["1"]}) == {}


def _ids():
    return list(Delivery.objects.filter(state="pending").values_list("pk", flat=True))


def with_time(at, act):
    with time_machine.travel(at, tick=False):
        return act()
