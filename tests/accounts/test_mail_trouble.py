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


WAY_OUT = "Give another address, or confirm this one"


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
        fates.write_down(letter, Bounce.Kind.SOFT, source=Bounce.Source.MAILBOX)

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


def sign_in_to(client, page):
    """Ada signs in on her way to a page; gives what she reads there."""
    client.logout()
    client.post(f"{reverse('account_login')}?next={page}", {"email": "ada@example.org"})
    code = {"code": code_in(mail.outbox[-1])}
    answer = client.post(reverse("account_confirm_login_code"), code, follow=True)
    assert answer.redirect_chain[-1][0] == page
    return answer.content.decode()


def test_whoever_goes_elsewhere_is_told_once_after_signing_in(client, ada):
    suppress()
    page = reverse("liaisons:settings_profile")
    told = sign_in_to(client, page)
    assert TOLD in told
    assert f'<a href="{reverse("liaisons:settings_email")}">{WAY_OUT}</a>' in told
    assert TOLD not in client.get(page).content.decode()
    # One's own page says it by itself.
    assert sign_in_to(client, reverse("strategy:dashboard")).count(TOLD) == 1
    Suppression.objects.all().delete()
    assert TOLD not in sign_in_to(client, page)


def test_whoever_goes_to_the_admin_is_told_too(client, ada):
    suppress()
    User.objects.filter(pk=ada.pk).update(is_staff=True, is_superuser=True)
    client.logout()
    client.post(f"{reverse('account_login')}?next=/admin/", {"email": "ada@example.org"})
    code = {"code": code_in(mail.outbox[-1])}
    answer = client.post(reverse("account_confirm_login_code"), code, follow=True)
    assert TOLD in answer.content.decode()


@pytest.mark.parametrize(
    ("reason", "words"),
    [("complaint", "a complaint about a mail of ours"), ("by_hand", "Ask them why: <a href=")],
)
def test_the_message_after_signing_in_says_the_same_as_the_page(client, ada, reason, words):
    suppress(reason)
    told = sign_in_to(client, reverse("liaisons:settings_profile"))
    assert words in told
    assert (WAY_OUT in told) == (reason != "by_hand")
