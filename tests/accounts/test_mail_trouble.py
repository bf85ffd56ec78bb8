"""A person whom mail does not reach is told so when they come by, and can mend it."""

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from liaisons.models import User
from mailing.addresses import address_hash
from mailing.bounces import fates
from mailing.models import Bounce, Notice, Suppression

from .conftest import code_in

pytestmark = pytest.mark.django_db
TOLD = "Our mail does not reach you"


@pytest.fixture
def ada(client, come_in):
    come_in("ada@example.org")
    mail.outbox.clear()
    return User.objects.get(email="ada@example.org")


def suppress(reason="bounced", address="ada@example.org"):
    return Suppression.objects.create(address_hash=address_hash(address), reason=reason)


def my_page(client):
    return client.get(reverse("strategy:dashboard")).content.decode()


def confirm(client, address):
    """Ask for a code to an address, and enter it."""
    client.post(reverse("liaisons:settings_email"), {"email": address})
    data = {"code": code_in(mail.outbox[-1])}
    return client.post(reverse("liaisons:settings_email_code"), data, follow=True)


def test_nobody_is_told_without_a_reason(client, ada):
    suppress(address="somebody-else@example.org")
    assert TOLD not in my_page(client)


@pytest.mark.parametrize("reason", ["bounced", "soft"])
def test_confirming_the_same_address_brings_mail_back(reason, client, ada):
    suppress(reason)
    page = my_page(client)
    assert TOLD in page
    assert reverse("liaisons:settings_email") in page
    assert TOLD in client.get(reverse("liaisons:settings_email")).content.decode()
    assert Suppression.objects.exists()
    answer = confirm(client, "ada@example.org")
    assert "Mail goes there again" in answer.content.decode()
    assert not Suppression.objects.exists()
    assert TOLD not in my_page(client)


def test_another_address_brings_mail_back(client, ada):
    suppress()
    confirm(client, "new@example.org")
    assert TOLD not in my_page(client)
    # Nobody takes the old address for one that works.
    assert Suppression.objects.get().address_hash == address_hash("ada@example.org")


def test_what_came_back_before_does_not_count_again(client, ada, settings):
    settings.MAIL_SOFT_BOUNCES = 2
    letters = [
        Notice.objects.create(
            recipient=ada.mail_recipient, kind="receipt", message_id=f"<{number}@example.org>",
            state="sent", finished_at=timezone.now(),
        )
        for number in range(3)
    ]  # fmt: skip

    def comes_back(letter):
        fates.write_down(letter, Bounce.Kind.SOFT, source=Bounce.Source.MAILBOX, key=letter.pk)

    comes_back(letters[0])
    comes_back(letters[1])
    assert TOLD in my_page(client)
    confirm(client, "ada@example.org")
    comes_back(letters[2])
    assert TOLD not in my_page(client)


def test_a_complaint_is_said_in_its_own_words(client, ada):
    suppress("complaint")
    page = my_page(client)
    assert "a complaint about a mail of ours" in page
    confirm(client, "ada@example.org")
    assert not Suppression.objects.exists()


def test_what_the_core_team_entered_stays(client, ada):
    suppress("by_hand")
    page = my_page(client)
    assert "Ask them why" in page
    confirm(client, "ada@example.org")
    assert Suppression.objects.exists()


def test_a_wrong_code_brings_nothing_back(client, ada):
    suppress()
    client.post(reverse("liaisons:settings_email"), {"email": "ada@example.org"})
    client.post(reverse("liaisons:settings_email_code"), {"code": "00000000"})
    assert Suppression.objects.exists()


def test_without_trouble_the_same_address_is_no_change(client, ada):
    answer = client.post(reverse("liaisons:settings_email"), {"email": "ada@example.org"})
    assert "This is your address already" in answer.content.decode()
    assert mail.outbox == []
