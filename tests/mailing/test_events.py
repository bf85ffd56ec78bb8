"""What mail providers tell over the web: who is believed, what counts, and for whom."""

import pytest
from django.core import checks
from django.db import OperationalError
from django.urls import reverse

from mailing import deliver, editions
from mailing.bounces import fates, providers
from mailing.models import Bounce, Preference, Suppression
from tests.mailing.people import person
from tests.mailing.provider_events import SECRET, bounced, complained, tell
from tests.mailing.test_editions import MONDAY

pytestmark = pytest.mark.django_db


@pytest.fixture
def on(settings):
    """Postmark, SendGrid and Mailjet may post, with a secret."""
    settings.MAIL_EVENT_PROVIDERS = ["postmark", "sendgrid", "mailjet"]
    settings.ANYMAIL = {"WEBHOOK_SECRET": SECRET}
    return settings


@pytest.fixture
def sent(only_board):
    def digest(address=None):
        recipient = person("daily", address=address)
        only_board.post("News")
        editions.make_edition_for(recipient, MONDAY)
        deliver.send_due()
        return recipient.deliveries.get()

    return digest


def kinds():
    return list(Bounce.objects.order_by("pk").values_list("kind", flat=True))


def test_an_address_that_a_provider_calls_gone_gets_no_more_mail(client, on, sent):
    delivery = sent("gone@example.org")
    assert tell(client, bounced(delivery)).status_code == 200
    bounce = Bounce.objects.get()
    assert (bounce.kind, bounce.source, bounce.status) == ("hard", "provider", "5.1.1")
    assert "gone@example.org" not in bounce.said
    assert Suppression.objects.get().address_hash == delivery.recipient.address_hash
    # Told again, because our answer was lost: it counts once.
    assert tell(client, bounced(delivery)).status_code == 200
    assert kinds() == ["hard"]


def test_a_soft_bounce_is_soft_whatever_the_library_calls_it(client, on, sent):
    tell(client, bounced(sent(), kind="SoftBounce", Details="smtp;552 5.2.2 mailbox full"))
    assert (kinds(), Suppression.objects.count()) == (["soft"], 0)


def test_a_complaint_and_an_unsubscribing_are_heard(client, on, sent):
    first, second = sent(), sent()
    tell(client, complained(first))
    assert Suppression.objects.get().reason == "complaint"
    tell(
        client,
        {
            "RecordType": "SubscriptionChange",
            "Recipient": second.recipient.address,
            "SuppressSending": True,
            "SuppressionReason": "ManualSuppression",
            "ChangedAt": "2026-07-13T08:00:00Z",
        },
    )
    assert Preference.objects.get(recipient=second.recipient).rhythm == "none"


@pytest.mark.parametrize("kind", ["Transient", "AutoResponder", "AddressChange", "Unknown"])
def test_what_passes_or_answers_by_itself_does_not_count(kind, client, on, sent):
    assert tell(client, bounced(sent(), kind=kind)).status_code == 200
    assert kinds() == []


def test_our_own_message_id_is_found_wherever_it_stands(client, on, sent):
    delivery, later = sent("one@example.org"), sent("two@example.org")
    event = {
        "event": "bounce", "type": "bounce", "email": "one@example.org", "timestamp": 1783929600,
        "smtp-id": delivery.message_id, "sg_event_id": "x", "reason": "550 5.1.1 unknown",
    }  # fmt: skip
    tell(
        client, [event, {**event, "sg_event_id": "y", "email": later.recipient.address}], "sendgrid"
    )
    # The second names a recipient whose message this is not.
    assert [bounce.delivery for bounce in Bounce.objects.all()] == [delivery]


def test_a_number_of_the_provider_s_own_leads_to_the_last_message(client, on, sent):
    delivery = sent("one@example.org")
    event = {
        "event": "bounce", "time": 1783929600, "MessageID": 19421777835146490,
        "email": "one@example.org", "hard_bounce": False, "error": "mailbox full",
        "error_related_to": "recipient",
    }  # fmt: skip
    tell(client, [event], "mailjet")
    assert [(one.delivery, one.kind) for one in Bounce.objects.all()] == [(delivery, "soft")]


def test_a_domain_in_other_letters_is_the_same(client, on, sent):
    delivery = sent("x@bücher.example")
    tell(client, bounced(delivery, Email="x@xn--bcher-kva.example"))
    assert [one.delivery for one in Bounce.objects.all()] == [delivery]


def test_an_address_nobody_wrote_to_is_nobody_s(client, on, sent):
    tell(client, bounced(sent(), Email="stranger@example.org"))
    assert (kinds(), Suppression.objects.count()) == ([], 0)


@pytest.mark.parametrize("secret", ["provider:wrong", "", ":", SECRET + "x"])
def test_nobody_is_believed_without_the_secret(secret, client, on, sent):
    assert tell(client, bounced(sent()), secret=secret).status_code == 400
    assert kinds() == []


def test_without_a_secret_nobody_is_believed_at_all(client, on, sent):
    on.ANYMAIL = {"WEBHOOK_SECRET": ""}
    assert tell(client, bounced(sent())).status_code == 400
    assert kinds() == []


def test_only_providers_that_the_operator_names_have_an_address(client, on, sent):
    on.MAIL_EVENT_PROVIDERS = ["sendgrid"]
    assert tell(client, bounced(sent())).status_code == 404
    on.MAIL_EVENT_PROVIDERS = ["nobody"]
    assert tell(client, bounced(sent()), provider="nobody").status_code == 404


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"[1]", b'"x"', b"\xff\x00", b'{"RecordType": []}', b"[" * 5_000,
     b'{"RecordType": "Bounce", "Type": {}, "BouncedAt": 7}'],
)  # fmt: skip
def test_nonsense_is_refused_and_changes_nothing(body, client, on, sent):
    for provider in providers.VIEWS:
        on.MAIL_EVENT_PROVIDERS = [provider]
        on.ANYMAIL = {
            "WEBHOOK_SECRET": SECRET,
            "MAILERSEND_SIGNING_SECRET": "x",
            "MAILGUN_WEBHOOK_SIGNING_KEY": "x",
            "MANDRILL_WEBHOOK_KEY": "x",
            "UNISENDER_GO_API_KEY": "x",
        }
        assert tell(client, body, provider=provider).status_code in (200, 400)
    assert kinds() == []


def test_a_check_by_the_provider_is_answered(client, on):
    assert client.head(reverse("mailing:events", args=["postmark"])).status_code == 200
    # Unisender Go asks so.
    assert client.get(reverse("mailing:events", args=["postmark"])).status_code == 200
    assert client.get(reverse("mailing:events", args=["brevo"])).status_code == 404


POISON = {
    "a number for an address": {"email": 5},
    "half a letter": {"email": "\ud800@example.org"},
    "a NUL": {"email": "\0@example.org"},
    "half a letter in the reason": {"reason": "\ud800"},
    "no event": {"event": []},
    "a time that never is": {"timestamp": "x"},
}


@pytest.mark.parametrize("poison", POISON.values(), ids=POISON)
def test_one_event_that_cannot_be_read_holds_up_no_other(poison, client, on, sent):
    delivery = sent("one@example.org")
    event = {
        "event": "bounce", "type": "bounce", "email": "one@example.org", "timestamp": 1783929600,
        "sg_event_id": "x", "reason": "550 5.1.1 unknown",
    }  # fmt: skip
    stranger = {**event, "email": "stranger@example.org"}
    assert tell(client, [{**stranger, **poison}, event], "sendgrid").status_code == 200
    assert [bounce.delivery for bounce in Bounce.objects.all()] == [delivery]


def test_while_the_database_is_away_the_provider_is_asked_to_tell_it_again(
    client, on, sent, monkeypatch
):
    def away(*_, **__):
        raise OperationalError("away")

    delivery = sent()
    monkeypatch.setattr(fates, "write_down", away)
    with pytest.raises(OperationalError):
        tell(client, bounced(delivery))


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"MAIL_EVENT_PROVIDERS": ["postmark"]}, "mailing.E010"),
        ({"MAIL_EVENT_PROVIDERS": ["postmark"], "ANYMAIL": {"WEBHOOK_SECRET": "short"}},
         "mailing.E010"),
        ({"MAIL_EVENT_PROVIDERS": ["nobody"], "ANYMAIL": {"WEBHOOK_SECRET": SECRET}},
         "mailing.E009"),
        ({"MAIL_EVENT_PROVIDERS": ["mailgun"], "ANYMAIL": {"WEBHOOK_SECRET": SECRET}},
         "mailing.E011"),
        ({"MAIL_EVENT_PROVIDERS": ["mandrill"], "ANYMAIL": {"WEBHOOK_SECRET": SECRET}},
         "mailing.E011"),
        ({"MAIL_EVENT_PROVIDERS": ["mandrill"],
          "ANYMAIL": {"WEBHOOK_SECRET": SECRET, "MANDRILL_WEBHOOK_KEY": "x"}}, None),
        ({"BOUNCE_IMAP_HOST": "imap.example.org"}, "mailing.E012"),
        ({"MAIL_EVENT_PROVIDERS": ["postmark"], "ANYMAIL": {"WEBHOOK_SECRET": SECRET}}, None),
    ],
)  # fmt: skip
def test_settings_that_would_believe_anybody_are_refused_at_start(changes, found, settings):
    for name, value in changes.items():
        setattr(settings, name, value)
    errors = [error.id for error in checks.run_checks() if error.id.startswith("mailing.")]
    assert errors == ([found] if found else [])
