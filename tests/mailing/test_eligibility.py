"""Who may get what: planning and sending give the same answer, and each refusal has its reason."""

from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from mailing import deliver, editions, eligibility, kinds, notices, pauses, preferences, recipients
from mailing.kinds import Category, Urgency
from mailing.models import Delivery, Notice, Preference, Recipient, Suppression
from tests.mailing.kinds_for_tests import a_kind
from tests.mailing.people import person
from tests.mailing.test_editions import MONDAY

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("call_templates")]


def close(reader, kind):
    type(reader.user).objects.filter(pk=reader.user_id).update(is_active=False)


def forget(reader, kind):
    recipients.forget_user(reader.user)


def take_address(reader, kind):
    recipients.sync_user(reader.user, "", "en", "UTC")


def unconfirm(reader, kind):
    Recipient.objects.filter(pk=reader.pk).update(is_verified=False)


def suppress(reader, kind):
    Suppression.objects.create(address_hash=reader.address_hash, reason="bounced")


def switch_off(reader, kind):
    Preference.objects.update_or_create(
        recipient=reader, kind=kind.name, channel="email", defaults={"rhythm": "none"}
    )


def pause(reader, kind):
    pauses.set_pause(reader, timezone.localdate() + timedelta(days=9))


def fill_budget(reader, kind):
    with a_kind("earlier"):
        for number in range(3):
            notices.send("earlier", reader.user, {"thing": number})
        deliver.send_due()
    mail.outbox.clear()


# What became of a person, and the reason that follows where the kind does not say otherwise.
STATES = {
    "as ever": (lambda reader, kind: None, ""),
    "closed": (close, "inactive"),
    "forgotten": (forget, "inactive"),
    "without address": (take_address, "no_address"),
    "unconfirmed": (unconfirm, "unverified"),
    "suppressed": (suppress, "suppressed"),
    "switched off": (switch_off, "switched_off"),
    "paused": (pause, "paused"),
    "had enough": (fill_budget, "over_budget"),
}


def expected(state, kind, holds):
    reason = STATES[state][1]
    if kind.goes_to_unconfirmed and reason == "unverified":
        reason = ""
    if (
        reason == "suppressed"
        and kind.goes_to_unconfirmed
        and not (kind.can_switch_off or kind.is_unrequested)
    ):
        reason = ""
    if reason == "switched_off" and not kind.can_switch_off:
        reason = ""
    if reason == "over_budget" and not kind.has_to_fit:
        reason = ""
    if reason == "paused" and not kind.waits_in_a_pause:
        reason = ""
    if reason in ("", "over_budget") and not holds:
        reason = "not_eligible"
    return reason


# Every way in which kinds differ where it is decided, each with and without the others.
KINDS = {
    "requested": {"can_switch_off": False, "is_unrequested": False},
    "requested, can be switched off": {"can_switch_off": True, "is_unrequested": False},
    "unrequested": {"can_switch_off": False, "is_unrequested": True},
    "unrequested, can be switched off": {"can_switch_off": True, "is_unrequested": True},
    "urgent": {"can_switch_off": True, "is_unrequested": True, "urgency": Urgency.URGENT},
    "asks to confirm": {"can_switch_off": False, "goes_to_unconfirmed": True},
    "asks to confirm, requested": {
        "can_switch_off": False,
        "is_unrequested": False,
        "goes_to_unconfirmed": True,
    },
    "asks to confirm, unrequested": {"can_switch_off": True, "goes_to_unconfirmed": True},
}


@pytest.mark.parametrize("holds", [True, False], ids=["holds", "gone"])
@pytest.mark.parametrize("terms", KINDS.values(), ids=KINDS)
@pytest.mark.parametrize("state", STATES)
def test_planning_and_sending_agree(state, terms, holds):
    """One notice planned after it happened, and one that was on its way when it happened."""
    still = {"holds": True}
    eligible = kinds.one_by_one(lambda notice: still["holds"])
    reader = person()
    with a_kind("tried", eligible=eligible, **terms) as kind:
        earlier = notices.send("tried", reader.user, {"thing": "first"})
        assert (earlier.state, earlier.reason) == ("pending", "")
        # Kept back, so that what happens meanwhile sends other mail first.
        Notice.objects.update(state="retry", next_attempt_at="2090-01-01T00:00Z")
        STATES[state][0](reader, kind)
        still["holds"] = holds
        planned = notices.send_to("tried", Recipient.objects.get(pk=reader.pk), {"thing": "second"})
        Notice.objects.filter(pk=planned.pk, state="pending").update(
            next_attempt_at="2090-01-01T00:00Z"
        )
        at_planning = planned.reason
        Notice.objects.filter(pk=earlier.pk).update(next_attempt_at="2000-01-01T00:00Z")
        deliver.send_due()
        earlier.refresh_from_db()
    assert at_planning == expected(state, kind, holds)
    assert earlier.reason == at_planning
    went = {"": "sent", "over_budget": "pending", "paused": "pending"}.get(at_planning, "skipped")
    assert earlier.state == went
    assert planned.state == {"sent": "pending"}.get(went, went)
    assert len(mail.outbox) == (went == "sent")


@pytest.mark.parametrize("state", [state for state in STATES if state != "had enough"])
def test_a_digest_is_planned_and_sent_by_the_same_rule(only_board, state):
    reason = {"switched off": "rhythm_none"}.get(state, STATES[state][1])
    with time_machine.travel(MONDAY, tick=False):
        before, after = person("daily"), person("daily")
        only_board.post("News")
        STATES[state][0](before, kinds.DIGEST)
        [at_planning] = eligibility.obstacles(kinds.DIGEST, [before.pk]).values()
        editions.make_editions()
        STATES[state][0](after, kinds.DIGEST)
        deliver.send_due()
    assert at_planning == reason
    # Who left or was forgotten before is not even in the audience.
    planned = Delivery.objects.filter(recipient=before).first()
    assert planned is None or planned.reason == reason
    assert Delivery.objects.get(recipient=after).reason == reason
    assert len(mail.outbox) == (2 if state == "as ever" else 0)


@pytest.mark.parametrize("kind", notices.registered(), ids=lambda kind: kind.name)
def test_no_kind_of_the_product_goes_to_who_must_get_nothing(kind):
    """Whatever a kind asks by itself: these come first, when planned as when sent."""
    for state in ("closed", "without address", "unconfirmed", "suppressed"):
        reader = person()
        STATES[state][0](reader, kind)
        reader.refresh_from_db()
        notice = notices.send_to(kind.name, reader, {})
        assert notice.state == "skipped"
        if state not in ("unconfirmed", "suppressed") or not kind.goes_to_unconfirmed:
            assert notice.reason == STATES[state][1]


def test_an_address_without_account_is_asked_for_too():
    with a_kind("tried"):
        gone = notices.send("tried", "no address", {"thing": 1})
        nothing = notices.send("tried", " ", {"thing": 2})
        Suppression.objects.create(
            address_hash=person(address="gone@example.org").address_hash, reason="bounced"
        )
        refused = notices.send("tried", "Gone@example.org", {"thing": 3})
        # A page says and does the same for each, whatever is known of it.
        assert {notice.state for notice in (gone, nothing, refused)} == {"pending"}
        deliver.send_due()
    found = Notice.objects.in_bulk()
    assert [found[one.pk].state for one in (gone, nothing, refused)] == [
        "failed", "skipped", "skipped",
    ]  # fmt: skip
    assert found[nothing.pk].reason == "no_address"
    assert found[refused.pk].reason == "suppressed"


def test_a_question_that_fails_for_one_stops_no_other():
    def holds(notice):
        if notice.context["thing"] == "poison":
            raise LookupError("gone")
        return True

    readers = [person() for _number in range(3)]
    with a_kind("tried", category=Category.RECEIPT) as kind:
        for reader, thing in zip(readers, ["fine", "poison", "fine"], strict=True):
            notices.send("tried", reader.user, {"thing": thing})
        kinds._kinds["tried"] = type(kind)(**{**kind.__dict__, "eligible": kinds.one_by_one(holds)})
        deliver.send_due()
    assert len(mail.outbox) == 2
    assert Notice.objects.get(context__thing="poison").state == "retry"


def test_deciding_takes_the_same_number_of_queries_for_few_and_many():
    def queries(number):
        readers = [person() for _number in range(number)]
        with a_kind("tried"):
            notices.send_many("tried", [(reader.user, {"thing": 1}) for reader in readers])
            found = list(Notice.objects.filter(recipient__in=readers).select_related("recipient"))
            with CaptureQueriesContext(
                connection,
            ) as captured:
                eligibility.decide(found)
        return len(captured)

    assert queries(2) == queries(20) <= 3


def test_a_kind_is_switched_off_and_on_again():
    reader = person()
    with a_kind("tried"):
        preferences.switch_off(reader, "tried")
        preferences.switch_off(reader, "tried")
        assert {one.kind.name: one.is_on for one in preferences.switches(reader)}["tried"] is False
        assert notices.send("tried", reader.user, {"thing": 1}).reason == "switched_off"
        preferences.switch_on(reader, "tried")
        assert {one.kind.name: one.is_on for one in preferences.switches(reader)}["tried"] is True
        assert notices.send("tried", reader.user, {"thing": 1}).reason == ""
    # Of its own: how often the digest comes is as it was.
    assert recipients.preference_of(reader.user).rhythm == "weekly"


@pytest.mark.parametrize("name", ["digest", "mandate_confirmed", "account_code", "nonsense"])
def test_what_cannot_be_switched_off_is_not(name):
    with pytest.raises(ValueError, match="cannot be switched off"):
        preferences.switch_off(person(), name)
