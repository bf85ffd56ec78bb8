"""What each mail provider calls gone, and what it calls refused or full."""

import pytest

from mailing import deliver, editions
from mailing.bounces import providers, verdicts
from mailing.models import Bounce
from tests.mailing import events_of_providers as events
from tests.mailing.events_of_providers import KEYS
from tests.mailing.people import person
from tests.mailing.test_editions import MONDAY

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent(only_board):
    """``sent()``: a delivery that the mail server took."""

    def digest():
        recipient = person("daily")
        only_board.post("News")
        editions.make_edition_for(recipient, MONDAY)
        deliver.send_due()
        return recipient.deliveries.get()

    return digest


GONE, SPAM = "550 5.1.1 no such user", "550 5.7.1 refused as spam"
FULL = "552 5.2.2 mailbox full"


@pytest.mark.parametrize(
    ("provider", "told", "kind"),
    [
        ("brevo", ("hard_bounce", GONE), "hard"),
        ("brevo", ("hard_bounce", SPAM), "soft"),
        ("brevo", ("soft_bounce", "452 4.2.2 mailbox full"), "soft"),
        ("brevo", ("invalid_email", ""), "hard"),
        ("brevo", ("blocked", ""), None),
        ("mailersend", ("hard_bounced", "550 5.1.1 no such user"), "hard"),
        ("mailersend", ("hard_bounced", ""), "hard"),
        ("mailersend", ("soft_bounced", ""), "soft"),
        ("mailersend", ("soft_bounced", "Mailbox full"), "soft"),
        ("mailgun", ("permanent", GONE), "hard"),
        ("mailgun", ("permanent", "No such user", 550, "5.1.1"), "hard"),
        ("mailgun", ("permanent", "554 This user has no account here", 554), "hard"),
        ("mailgun", ("permanent", SPAM), "soft"),
        ("mailgun", ("permanent", FULL), "soft"),
        ("mailgun", ("permanent", "550 This message looks like spam"), "soft"),
        ("mailgun", ("temporary", "421 4.7.0 later"), None),
        ("mailjet", ("user unknown", True), "hard"),
        ("mailjet", ("user unknown", True, "bounce", SPAM), "soft"),
        ("mailjet", ("quota exceeded", True), "soft"),
        ("mailjet", ("mailbox inactive", False), "soft"),
        ("mailjet", ("preblocked", False, "blocked"), None),
        ("mailtrap", ("bounce", GONE), "hard"),
        ("mailtrap", ("bounce", FULL), "soft"),
        ("mailtrap", ("soft bounce", FULL), None),
        ("mandrill", ("hard_bounce", f"smtp;{GONE}"), "hard"),
        ("mandrill", ("hard_bounce", "smtp;554 no such account"), "hard"),
        ("mandrill", ("hard_bounce", f"smtp;{SPAM}"), "soft"),
        ("mandrill", ("soft_bounce", f"smtp;{FULL}"), "soft"),
        ("postmark", ("HardBounce", f"smtp;{GONE}"), "hard"),
        ("postmark", ("HardBounce", f"smtp;{SPAM}"), "soft"),
        ("postmark", ("SoftBounce", ""), "soft"),
        ("postmark", ("BadEmailAddress", ""), "hard"),
        ("sendgrid", ("bounce", GONE), "hard"),
        ("sendgrid", ("bounce", SPAM), "soft"),
        ("sendgrid", ("bounce", "550 5.2.1 receiving mail at a rate that prevents more"), "soft"),
        ("sparkpost", ("10", GONE), "hard"),
        ("sparkpost", ("10", "554 delivery error: no account"), "hard"),
        ("sparkpost", ("30", "550 no"), "hard"),
        ("sparkpost", ("51", "550 blocked"), "soft"),
        *(("sparkpost", (number, "550 not now"), "soft") for number in ("20", "21", "22", "23")),
        *(("sparkpost", (number, "550 not now"), "soft") for number in ("40", "70")),
        ("sparkpost", ("25", "550 5.7.1 suppressed", "policy_rejection"), None),
        ("unisender_go", ("hard_bounced", "err_user_unknown"), "hard"),
        ("unisender_go", ("hard_bounced", "err_mailbox_full"), "soft"),
        ("unisender_go", ("hard_bounced", "err_spam_rejected"), "soft"),
        ("unisender_go", ("soft_bounced", "err_will_retry"), None),
    ],
)
def test_each_provider_s_words_are_understood(provider, told, kind, client, settings, sent):
    assert kinds_of(provider, told, {}, client, settings, sent) == ([kind] if kind else [])


@pytest.mark.parametrize(
    ("provider", "told", "others", "kind"),
    [
        ("sendgrid", ("bounce", "550 user unknown"), {"type": "bounce", "status": "5.1.1"}, "hard"),
        ("sendgrid", ("bounce", "500 unknown"), {"type": "bounce", "status": "5.0.0"}, "hard"),
        ("sendgrid", ("bounce", "550 not from you"), {"type": "blocked", "status": ""}, "soft"),
        ("sendgrid", ("bounce", "451 try later"), {"type": "bounce"}, "soft"),
        ("sendgrid", ("dropped", "Bounced Address"), {}, "hard"),
        ("sendgrid", ("dropped", "Unsubscribed Address"), {}, None),
        ("mandrill", ("reject",), {"reject": {"reason": "hard-bounce"}}, "hard"),
        ("mandrill", ("reject",), {"reject": {"reason": "custom"}}, None),
    ],
)
def test_so_is_what_they_say_besides(provider, told, others, kind, client, settings, sent):
    assert kinds_of(provider, told, others, client, settings, sent) == ([kind] if kind else [])


def kinds_of(provider, told, others, client, settings, sent):
    """What an event about the last message to somebody is written down as."""
    settings.MAIL_EVENT_PROVIDERS, settings.ANYMAIL = [provider], KEYS
    event = getattr(events, provider)(sent().recipient.address, *told, **others)
    assert events.tell(client, provider, event).status_code == 200
    return list(Bounce.objects.values_list("kind", flat=True))


def test_no_provider_is_without_words():
    assert verdicts.WORDS.keys() == providers.VIEWS.keys()
