"""What the apps above may rely on."""

import threading
import time

import pytest
from django.contrib.auth import get_user_model
from django.db import connection, connections, transaction

from mailing import editions, positions, recipients, sections
from mailing.addresses import address_hash, without_addresses
from mailing.models import Delivery, Edition, Notice, Preference, Recipient
from mailing.sections import Section
from tests.mailing.people import person

pytestmark = pytest.mark.django_db


def make_user(name="someone"):
    return get_user_model().objects.create(username=name)


def test_a_new_recipient_gets_a_weekly_digest_in_their_language():
    user = make_user()
    recipients.sync_user(user, "a@example.org", "fr", "Africa/Dakar")
    preference = recipients.preference_of(user)
    assert preference.rhythm == "weekly"
    assert (preference.language_used, preference.time_zone_used) == ("fr", "Africa/Dakar")


def test_a_choice_survives_the_next_sync():
    user = make_user()
    recipients.sync_user(user, "a@example.org", "fr", "Africa/Dakar")
    recipients.set_rhythm(user, "daily", language="ar", time_zone="Asia/Amman")
    recipients.sync_user(user, "b@example.org", "en", "UTC")
    preference = recipients.preference_of(user)
    assert (preference.rhythm, preference.language_used) == ("daily", "ar")
    assert preference.time_zone_used == "Asia/Amman"
    assert Recipient.objects.get().address == "b@example.org"


def test_nonsense_is_refused():
    user = make_user()
    recipients.sync_user(user, "", "en", "Mars/Olympus")
    assert Recipient.objects.get().time_zone == "UTC"
    with pytest.raises(ValueError, match="sometimes"):
        recipients.set_rhythm(user, "sometimes")
    with pytest.raises(ValueError, match="Mars"):
        recipients.set_rhythm(user, "daily", time_zone="Mars/Olympus")


def test_the_default_is_shown_before_anything_is_known():
    preference = recipients.preference_of(make_user())
    assert (preference.pk, preference.rhythm) == (None, "weekly")


def test_an_address_without_account_becomes_its_owners():
    Recipient.objects.create(address="a@example.org", address_hash=address_hash("a@example.org"))
    user = make_user()
    recipients.sync_user(user, "A@example.org", "en", "UTC")
    assert Recipient.objects.get().user == user


def test_the_forgotten_leave_nothing_but_a_count(only_board):
    reader = person("daily", address="private@example.org", zone="Asia/Amman")
    user = reader.user
    only_board.post("News")
    editions.make_editions()
    Notice.objects.create(
        kind="x", recipient=reader, state="skipped", reason="empty", context={"name": "private"}
    )
    recipients.forget_user(user)
    user.delete()
    everything = str([list(model.objects.values()) for model in (Recipient, Delivery, Notice)])
    assert "private" not in everything
    assert "Amman" not in everything
    assert not Preference.objects.exists()
    assert Edition.objects.get().audience == 1


def test_addresses_are_blotted_out_of_what_servers_say():
    said = "550 5.1.1 <Some.One+x@mail.example.org>: no such user some.one@example.org"
    assert "@" not in without_addresses(said)
    # A word without end takes no longer than its length.
    began = time.monotonic()
    assert without_addresses("a" * 300_000) == "a" * 300_000
    assert time.monotonic() - began < 2


def test_positions_only_inside_a_transaction():
    # The test itself runs in one; outside of any it raises.
    assert positions.next_position() == positions.current()


@pytest.mark.django_db(transaction=True)
def test_a_position_is_seen_only_with_what_it_was_given_to():
    """Two publish at once: the second waits, so no lower number can appear after a higher one."""
    with pytest.raises(RuntimeError):
        positions.next_position()
    order = []
    first_has_it, second_began = threading.Event(), threading.Event()

    def publish_slowly():
        with transaction.atomic():
            order.append(("first", positions.next_position()))
            first_has_it.set()
            second_began.wait(5)
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_sleep(0.2)")
            order.append(("first commits", positions.current()))
        connections.close_all()

    def publish():
        first_has_it.wait(5)
        assert positions.current() == 0  # not to be seen before the commit
        second_began.set()
        with transaction.atomic():
            order.append(("second", positions.next_position()))
        connections.close_all()

    threads = [threading.Thread(target=target) for target in (publish_slowly, publish)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert order == [("first", 1), ("first commits", 1), ("second", 2)]


@pytest.mark.django_db(transaction=True)
def test_two_beats_at_the_same_moment_make_one_edition(only_board):
    for _number in range(20):
        person("daily")
    only_board.post("News")
    barrier = threading.Barrier(4)
    made = []

    def beat():
        barrier.wait()
        made.extend(editions.make_editions())
        connections.close_all()

    threads = [threading.Thread(target=beat) for _beat in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 1
    assert Delivery.objects.count() == 20


def test_a_section_needs_a_key_of_its_own(only_board):
    with pytest.raises(ValueError, match="board"):
        sections.register(only_board)
    with pytest.raises(ValueError, match="key"):
        sections.register(Section())
