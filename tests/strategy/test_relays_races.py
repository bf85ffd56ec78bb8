"""Many at the same moment: one relay is recorded, everyone else reads what happened."""

import pytest
from django.test import Client
from django.utils import timezone

from liaisons import mandates
from liaisons.errors import AlreadyDone, Refused
from liaisons.models import Mandate
from strategy import relays
from strategy.models import Relay
from tests.factories import LanguageFactory, MandateFactory
from tests.liaisons.test_races import all_at_once, version_row, winners_and_others

from .factories import UpdateFactory, passed_on

pytestmark = pytest.mark.django_db(transaction=True)
__all__ = ["version_row"]


@pytest.fixture
def update():
    return UpdateFactory(published=True, slug="news")


def test_twenty_liaisons_record_the_same_place(update):
    first = MandateFactory(confirmed=True)
    others = MandateFactory.create_batch(19, confirmed=True, deputy=True, group=first.group)
    won, refused = winners_and_others(
        all_at_once([lambda m=mandate: passed_on(update, m) for mandate in [first, *others]])
    )
    assert len(won) == 1
    assert {type(error) for error in refused} == {relays.AlreadyRecorded}
    assert {error.relay for error in refused} == {Relay.objects.get()}
    assert not any(error.is_the_same for error in refused)


def test_a_form_sent_ten_times_at_once_records_once(update, as_person):
    mandate = MandateFactory(confirmed=True)
    LanguageFactory(code="sw", english_name="Swahili")
    session = as_person(mandate.person).cookies
    sent = {
        "channel": "meeting",
        "relayed_on": timezone.localdate().isoformat(),
        "language": "sw",
        "people": "",
        "url": "",
    }

    def send():
        browser = Client()
        browser.cookies = session
        return browser.post("/en/my/relays/new/?update=news", sent)

    answers = all_at_once([send] * 10)
    assert {answer.status_code for answer in answers} == {302}
    assert sorted(answer["Location"] for answer in answers) == ["/en/my/"] + ["/en/my/relays/"] * 9
    assert Relay.objects.count() == 1


def test_ten_withdraw_the_same_relay(update):
    mandate = MandateFactory(confirmed=True)
    relay = passed_on(update, mandate)
    won, refused = winners_and_others(
        all_at_once([lambda: relays.withdraw(relay=relay, by=mandate.person)] * 10)
    )
    assert len(won) == 1
    assert {type(error) for error in refused} == {AlreadyDone}


def test_recording_while_the_mandate_ends_is_before_it_or_not_at_all(update):
    mandate = MandateFactory(confirmed=True)
    acts = [lambda: passed_on(update, mandate)] * 5
    acts += [lambda: mandates.end_mandate(mandate=mandate, by=mandate.person, reason="Over.")]
    _won, refused = winners_and_others(all_at_once(acts))
    assert all(isinstance(error, Refused) for error in refused)
    assert not Mandate.objects.active().exists()
    ended_at = Mandate.objects.get().ended_at
    assert all(relay.recorded_at <= ended_at for relay in Relay.objects.all())


def test_everyone_reading_everything_at_once_is_no_error(update):
    person = MandateFactory(confirmed=True).person
    _won, failed = winners_and_others(
        all_at_once([lambda: relays.mark_read([update], by=person)] * 10)
    )
    assert failed == []
    assert person.updates_read.count() == 1
