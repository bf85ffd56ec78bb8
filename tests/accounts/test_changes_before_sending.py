"""What somebody changes on the pages between planning and sending counts, with its reason.

A digest is frozen, an answer, a receipt and an urgent reminder are owed; then the person changes
something as everybody does, in a browser. What is sent then, and what the ledger says of the rest,
is the table of ``docs/decisions/who-gets-what.md``.
"""

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from liaisons import mandates
from liaisons.accounts import people
from liaisons.models import Mandate, User
from mailing import deliver, editions, pauses, recipients, subscriptions
from mailing.models import Delivery, Notice, Recipient
from strategy import responses, updates
from strategy.notices import ANSWERED, PUBLISHED
from tests.cast import pass_second_step
from tests.strategy.factories import UpdateFactory, reported

from .conftest import code_in

pytestmark = pytest.mark.django_db
SENT = "sent"
OLD, NEW = "alice@example.org", "new@example.org"
# Wednesday noon; the digest is that of the coming Monday.
NOW = datetime(2026, 7, 15, 12, tzinfo=UTC)
MONDAY = datetime(2026, 7, 20, 7, 30, tzinfo=UTC)


@pytest.fixture
def planned(alice, erin, client, come_in, settings):
    """Alice, signed in by a code, with four messages that wait for a worker."""
    with time_machine.travel(NOW, tick=False):
        people.sync_recipient(alice)
    with time_machine.travel(MONDAY, tick=False) as clock:
        come_in(OLD)
        update = UpdateFactory(title_en="A first draft")
        updates.publish(update, actor=None)
        editions.make_editions()
        report = reported(alice.mandates.get(), "We want more.")
        responses.answer(
            statements=report.statements.all(), texts={"text_en": "You get it."}, by=erin
        )
        Mandate.objects.filter(person=alice).update(
            last_day=timezone.localdate() + timedelta(days=30)
        )
        assert mandates.remind_of_ends() == 1
        mail.outbox.clear()
        assert fates() == {"digest": "pending", ANSWERED: "pending", PUBLISHED: "pending",
                           "mandate_ends": "pending"}  # fmt: skip
        yield clock


def fates() -> dict[str, str]:
    """By kind what became of what was planned: the state, and the reason."""
    found = {"digest": Delivery.objects.get()} | {one.kind: one for one in Notice.objects.all()}
    return {kind: f"{one.state} {one.reason}".strip() for kind, one in found.items()}


def but(**others):
    return {
        "digest": SENT, ANSWERED: SENT, PUBLISHED: SENT, "mandate_ends": SENT, **others
    }  # fmt: skip


def everything(fate):
    return dict.fromkeys(but(), fate)


def settings_page(client, **said):
    """Save the page of all mail with some things changed; None leaves a field out."""
    url = reverse("liaisons:settings_digest")
    form = client.get(url).context["form"]
    typed = {field.html_name: field.value() for field in form if field.value() is not None} | said
    typed = {name: value for name, value in typed.items() if value is not None}
    response = client.post(url, typed)
    assert response.status_code == 302, response.context["form"].errors


def unsubscribes_by_the_link(client):
    recipient = Recipient.objects.get(user__email=OLD)
    url = reverse("mailing:unsubscribe", args=[subscriptions.manage_token(recipient)])
    assert Client(enforce_csrf_checks=True).post(url).status_code == 200


def ends_the_mandate(client):
    mandate = Mandate.objects.get(person__email=OLD)
    response = client.post(reverse("liaisons:mandate_end", args=[mandate.pk]), {"reason": "Enough"})
    assert response.status_code == 302
    mandate.refresh_from_db()
    assert mandate.status == Mandate.Status.ENDED


def is_closed(client):
    """A superuser takes the account out of service, in the admin."""
    alice = User.objects.get(email=OLD)
    admin, boss = Client(), User.objects.get(email="frank@example.org")
    admin.force_login(boss)
    pass_second_step(admin, boss)
    url = reverse("admin:liaisons_user_change", args=[alice.pk])
    page = admin.get(url)
    fields = {one.html_name: one.value() for one in page.context["adminform"].form}
    fields |= dict(re.findall(r'name="([a-z_]+-[A-Z]+_FORMS)" value="(\d+)"', page.text))
    typed = {name: value for name, value in fields.items() if value not in (None, False)}
    response = admin.post(url, {name: typed[name] for name in typed if name != "is_active"})
    assert response.status_code == 302, response.context["errors"]
    alice.refresh_from_db()
    assert not alice.is_active


def deletes_the_account(client):
    client.post(reverse("liaisons:settings_delete"), {"is_sure": "on"})
    assert not User.objects.filter(email=OLD).exists()


def takes_a_wikimedia_name(client):
    User.objects.filter(email=OLD).update(wiki_username="Alice Example")
    settings_page(client, channel="talk_page")


CHANGES = {
    "nothing": (lambda client: None, but()),
    "the language": (lambda client: settings_page(client, language="de"), but()),
    "the time zone": (lambda client: settings_page(client, time_zone="America/Lima"), but()),
    "no digest": (
        lambda client: settings_page(client, rhythm="none"),
        but(digest="skipped rhythm_none"),
    ),
    "the link in a mail": (unsubscribes_by_the_link, but(digest="skipped rhythm_none")),
    "another way": (takes_a_wikimedia_name, but(digest="skipped other_way")),
    "another rhythm": (lambda client: settings_page(client, rhythm="monthly"), but()),
    "answers off": (
        lambda client: settings_page(client, kinds_answer=None),
        but(**{ANSWERED: "skipped switched_off"}),
    ),
    "reminders off": (
        lambda client: settings_page(client, kinds_reminder=None),
        but(mandate_ends="skipped switched_off"),
    ),
    "a pause": (
        lambda client: settings_page(client, paused_until="2026-08-03"),
        but(**{"digest": "pending paused", ANSWERED: "pending paused"}),
    ),
    "the mandate": (
        ends_the_mandate,
        but(**{ANSWERED: "skipped not_eligible", "mandate_ends": "skipped not_eligible"}),
    ),
    "closed": (is_closed, everything("skipped inactive")),
    "deleted": (deletes_the_account, everything("skipped inactive")),
}


@pytest.mark.parametrize(("change", "expected"), CHANGES.values(), ids=CHANGES)
def test_what_is_sent_follows_what_was_changed(planned, client, change, expected):
    change(client)
    before = set(but())
    mail.outbox.clear()
    deliver.send_due()
    found = {kind: fate for kind, fate in fates().items() if kind in before}
    assert found == expected
    sent = [kind for kind, fate in found.items() if fate == SENT]
    about_this = [m for m in mail.outbox if m.to == [OLD]]
    assert len(about_this) >= len(sent)
    assert {address for m in mail.outbox for address in m.to} <= {OLD, "frank@example.org"}
    if not sent:
        assert about_this == []


def test_all_of_it_is_in_the_language_of_the_moment(planned, client):
    settings_page(client, language="de")
    deliver.send_due()
    assert [m.extra_headers["Content-Language"] for m in mail.outbox] == ["de"] * 4
    assert set(Notice.objects.values_list("language", flat=True)) == {"de"}
    assert Delivery.objects.get().language == "de"


def test_only_the_new_address_gets_any_of_it(planned, client):
    client.post(reverse("liaisons:settings_email"), {"email": NEW})
    code = code_in(mail.outbox[-1])
    client.post(reverse("liaisons:settings_email_code"), {"code": code})
    mail.outbox.clear()
    deliver.send_due()
    assert fates() == but()
    assert [m.to for m in mail.outbox] == [[NEW]] * 4


def test_an_address_that_is_not_proved_yet_changes_nothing(planned, client):
    client.post(reverse("liaisons:settings_email"), {"email": NEW})
    mail.outbox.clear()
    deliver.send_due()
    assert [m.to for m in mail.outbox] == [[OLD]] * 4


def test_what_a_pause_held_comes_once_when_it_is_over(planned, client):
    settings_page(client, paused_until="2026-08-03")
    deliver.send_due()
    assert Delivery.objects.get().next_attempt_at == datetime(2026, 8, 3, tzinfo=UTC)
    mail.outbox.clear()
    planned.shift(timedelta(days=13))
    deliver.send_due()
    assert mail.outbox == []
    planned.shift(timedelta(days=1))
    pauses.end_over()
    deliver.send_due()
    assert fates() == but()
    assert len(mail.outbox) == 2
    deliver.send_due()
    assert len(mail.outbox) == 2


def test_a_pause_taken_back_lets_all_go_at_once(planned, client):
    settings_page(client, paused_until="2026-08-03")
    deliver.send_due()
    mail.outbox.clear()
    settings_page(client, paused_until="")
    deliver.send_due()
    assert fates() == but()
    assert len(mail.outbox) == 2


def test_another_time_zone_repeats_nothing(planned, client):
    """The morning of Lima comes five hours later, and has only what is new since."""
    settings_page(client, time_zone="America/Lima")
    deliver.send_due()
    mail.outbox.clear()
    planned.shift(timedelta(hours=1))
    updates.publish(UpdateFactory(title_en="Another"), actor=None)
    for _hour in range(24):
        planned.shift(timedelta(hours=1))
        editions.make_editions()
        deliver.send_due()
    [message] = mail.outbox
    assert message.subject == "Another"
    assert "A first draft" not in message.body
    assert Delivery.objects.filter(state=SENT).count() == 2


def test_the_person_reads_each_reason_on_the_page(planned, client):
    settings_page(client, rhythm="none", kinds_answer=None)
    deliver.send_due()
    page = client.get(reverse("liaisons:settings_received")).text
    page = page[page.index('<ul class="rowlist fates">') :]
    rows = re.findall(r"<strong>([^<]+)</strong>.*?<span>([^<]+)</span>.*?</li>", page, re.S)
    assert sorted(rows) == [
        ("A mandate ends soon", "Sent"),
        ("Digest", "Not sent"),
        ("Receipt of a report", "Sent"),
        ("The Core Team answered statements", "Not sent"),
    ]
    assert "You chose to get no digest." in page
    assert "You switched this kind of message off." in page


def test_whoever_comes_back_before_sending_gets_it_after_all(planned, client):
    """What counts is how things stand at sending, not the way there."""
    settings_page(client, kinds_answer=None)
    settings_page(client, kinds_answer=[ANSWERED])
    deliver.send_due()
    assert fates()[ANSWERED] == SENT
    assert recipients.preference_of(User.objects.get(email=OLD)).rhythm == "weekly"
