"""Coming in with a code by mail."""

import datetime
import unicodedata

import pytest
import time_machine
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from liaisons.models import User
from liaisons.models.sessions import Session
from mailing.models import Preference, Recipient

from .conftest import code_in

LOGIN, SIGNUP, CODE = "account_login", "account_signup", "account_confirm_login_code"


def signed_in_person(client):
    key = client.session.get("_auth_user_id")
    return User.objects.get(pk=key) if key else None


def test_a_new_person_comes_in_with_a_code(client, come_in):
    response = come_in("Ada@Example.org")
    person = signed_in_person(client)
    assert response.status_code == 302
    assert person.email == "ada@example.org"
    assert person.emailaddress_set.get().verified
    assert not person.has_usable_password()
    assert Recipient.objects.get(user=person).address == "ada@example.org"


def test_who_makes_an_account_is_told_that_news_comes_by_mail(client, come_in):
    for page in (LOGIN, SIGNUP):
        assert "A new account gets news by e-mail once a week." in client.get(reverse(page)).text
    come_in("ada@example.org")
    chosen = Preference.objects.get(recipient__user=signed_in_person(client))
    assert (chosen.kind, chosen.rhythm) == ("digest", "weekly")


def test_a_known_person_comes_in_with_a_code(client, come_in, dave):
    come_in(dave.email)
    assert signed_in_person(client) == dave
    assert User.objects.count() == 1


def test_a_user_name_says_nothing_of_the_address(client, come_in):
    come_in("zoe.hopper@example.org")
    username = signed_in_person(client).username
    assert username.startswith("p:")
    assert "zoe" not in username
    assert "hopper" not in username
    assert "example" not in username


def test_nobody_is_in_the_database_before_the_code_came_back(client, db):
    client.post(reverse(SIGNUP), {"email": "ada@example.org", "password": "a long enough one"})
    assert not User.objects.exists()


def test_the_page_asks_for_the_code_and_the_mail_has_it_in_two_halves(client, db):
    response = client.post(reverse(LOGIN), {"email": "ada@example.org"}, follow=True)
    assert b"ada@example.org" in response.content
    message = mail.outbox[0]
    html = message.alternatives[0].content
    assert code_in(message) in html
    assert code_in(message) in message.subject
    assert message.extra_headers["Auto-Submitted"] == "auto-generated"
    assert message.to == ["ada@example.org"]


def test_the_mail_is_in_the_language_of_the_page(client, db):
    client.post("/ar/accounts/login/", {"email": "ada@example.org"})
    assert 'dir="rtl"' in mail.outbox[0].alternatives[0].content
    assert 'lang="ar"' in mail.outbox[0].alternatives[0].content


def test_a_new_account_keeps_the_language_of_the_page(client, db):
    client.post("/ar/accounts/login/", {"email": "ada@example.org"})
    client.post("/ar/accounts/login/code/confirm/", {"code": code_in(mail.outbox[0])})
    assert signed_in_person(client).language == "ar"


@pytest.mark.parametrize("script", ["٠١٢٣٤٥٦٧٨٩", "०१२३४५६७८९", "０１２３４５６７８９"])
def test_a_code_may_be_typed_in_the_digits_of_any_script(client, db, script):
    client.post(reverse(LOGIN), {"email": "ada@example.org"})
    typed = "".join(script[int(c)] if c.isdigit() else c for c in code_in(mail.outbox[0]))
    client.post(reverse(CODE), {"code": typed})
    assert signed_in_person(client)


def test_the_halves_of_a_code_keep_their_order_where_the_text_runs_from_right_to_left(client, db):
    client.post("/ar/accounts/login/", {"email": "ada@example.org"})
    code = code_in(mail.outbox[0])
    assert mail.outbox[0].subject.startswith(code)
    # A separator of numbers (Unicode Annex 9, rule W4); a blank would take the direction around it.
    assert unicodedata.bidirectional(code[4]) == "CS"
    client.post("/ar/accounts/login/code/confirm/", {"code": code})
    assert signed_in_person(client)


def test_a_wrong_code_does_not_sign_in_and_says_so(client, db):
    client.post(reverse(LOGIN), {"email": "ada@example.org"})
    right = code_in(mail.outbox[0])
    wrong = str((int(right[0]) + 1) % 10) + right[1:]
    response = client.post(reverse(CODE), {"code": wrong})
    assert "code is not right" in response.content.decode()
    assert signed_in_person(client) is None
    client.post(reverse(CODE), {"code": right})
    assert signed_in_person(client)


def test_a_code_lives_ten_minutes(client, db):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        client.post(reverse(LOGIN), {"email": "ada@example.org"})
        clock.shift(datetime.timedelta(minutes=10, seconds=1))
        response = client.post(reverse(CODE), {"code": code_in(mail.outbox[0])}, follow=True)
    assert "no longer valid" in response.content.decode()
    assert not User.objects.exists()


def test_a_code_is_still_good_just_before_ten_minutes(client, db):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        client.post(reverse(LOGIN), {"email": "ada@example.org"})
        clock.shift(datetime.timedelta(minutes=9, seconds=59))
        client.post(reverse(CODE), {"code": code_in(mail.outbox[0])})
    assert User.objects.exists()


def test_a_code_is_used_up_after_five_tries(client, db):
    client.post(reverse(LOGIN), {"email": "ada@example.org"})
    right = code_in(mail.outbox[0])
    wrong = str((int(right[0]) + 1) % 10) + right[1:]
    for _try in range(5):
        client.post(reverse(CODE), {"code": wrong})
    client.post(reverse(CODE), {"code": right})
    assert signed_in_person(client) is None


def test_tries_are_counted_even_when_an_old_session_is_put_back(client, db):
    client.post(reverse(LOGIN), {"email": "ada@example.org"})
    right = code_in(mail.outbox[0])
    kept = dict(client.session.items())
    wrong = str((int(right[0]) + 1) % 10) + right[1:]
    for _try in range(6):
        session = client.session
        session.update(kept)
        session.save()
        client.post(reverse(CODE), {"code": wrong})
    session = client.session
    session.update(kept)
    session.save()
    client.post(reverse(CODE), {"code": right})
    assert signed_in_person(client) is None


def test_a_code_works_once(client, django_user_model, db):
    client.post(reverse(LOGIN), {"email": "ada@example.org"})
    kept = dict(client.session.items())
    right = code_in(mail.outbox[0])
    client.post(reverse(CODE), {"code": right})
    client.logout()
    session = client.session
    session.update(kept)
    session.save()
    client.post(reverse(CODE), {"code": right})
    assert signed_in_person(client) is None


def test_a_code_works_only_in_the_browser_that_asked(client, db):
    from django.test import Client

    client.post(reverse(LOGIN), {"email": "ada@example.org"})
    other = Client()
    other.post(reverse(LOGIN), {"email": "mallory@example.org"})
    other.post(reverse(CODE), {"code": code_in(mail.outbox[0])})
    assert signed_in_person(other) is None


def test_the_session_holds_no_code(client, db):
    client.post(reverse(LOGIN), {"email": "ada@example.org"})
    kept = str(dict(client.session.items()))
    assert code_in(mail.outbox[0]).replace(" ", "") not in kept.replace(" ", "")


def test_an_address_typed_for_a_code_is_kept_for_a_day_and_a_sign_in_for_longer(client, db):
    client.post(reverse(LOGIN), {"email": "ada@example.org"})
    in_two_days = timezone.now() + datetime.timedelta(days=2)
    assert Session.objects.get().expire_date < in_two_days
    client.post(reverse(CODE), {"code": code_in(mail.outbox[0])})
    assert signed_in_person(client)
    assert Session.objects.get().expire_date > in_two_days


def test_a_new_code_can_be_asked_for_and_ends_the_old_one(client, db):
    client.post(reverse(LOGIN), {"email": "ada@example.org"})
    client.post(reverse(CODE), {"action": "resend"})
    old, new = (code_in(message) for message in mail.outbox)
    client.post(reverse(CODE), {"code": old})
    assert signed_in_person(client) is None
    client.post(reverse(CODE), {"code": new})
    assert signed_in_person(client)


def test_one_comes_back_to_where_one_was_going(client, db):
    going = "/en/my/settings/profile/"
    client.post(reverse(LOGIN), {"email": "ada@example.org", "next": going})
    response = client.post(reverse(CODE), {"code": code_in(mail.outbox[0])})
    assert response.url == going


@pytest.mark.parametrize(
    "evil", ["https://evil.example.org/", "//evil.example.org", "javascript:x"]
)
def test_one_is_never_sent_to_another_site(client, db, evil):
    client.post(reverse(LOGIN), {"email": "ada@example.org", "next": evil})
    response = client.post(reverse(CODE), {"code": code_in(mail.outbox[0])})
    assert response.url == reverse("strategy:dashboard")


def test_who_is_signed_in_is_not_asked_again(client, dave):
    client.force_login(dave)
    response = client.get(reverse(LOGIN) + "?next=/en/my/settings/")
    assert response.url == "/en/my/settings/"


def test_a_closed_account_is_told_so_only_after_the_proof(client, come_in, dave):
    dave.is_active = False
    dave.save()
    response = come_in(dave.email)
    assert response.url == reverse("account_inactive")
    assert client.get(response.url).status_code == 403
    assert signed_in_person(client) is None


def test_the_mail_server_is_away(client, db, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    response = client.post(reverse(LOGIN), {"email": "ada@example.org"})
    assert response.status_code == 503
    assert "could not be sent" in response.content.decode()


@pytest.mark.parametrize(
    "typed", ["", "nobody", "a@b", "a b@example.org", "x" * 300 + "@example.org"]
)
def test_what_is_no_address_is_refused_kindly(client, db, typed):
    response = client.post(reverse(LOGIN), {"email": typed})
    assert response.status_code == 200
    assert response.context["form"].errors
    assert mail.outbox == []


def test_a_get_of_the_sign_out_page_does_not_sign_out(client, dave):
    client.force_login(dave)
    client.get(reverse("account_logout"))
    assert signed_in_person(client) == dave
    client.post(reverse("account_logout"))
    assert signed_in_person(client) is None
