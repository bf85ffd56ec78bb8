"""The public writes to a liaison through the form."""

import datetime

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from liaisons import mandates
from liaisons.models import Letter, Mandate, User
from tests.factories import MandateFactory, UserFactory
from web.models import RateCounter

from .conftest import BODY, Writer, sent_mails

pytestmark = pytest.mark.django_db


def test_anyone_writes_after_proving_the_address(writer, alice, swahili):
    answer = writer.post()
    assert answer.url == f"{writer.url}code/"
    assert not Letter.objects.exists()
    answer = writer.enter_code()
    assert answer.url == f"{writer.url}sent/"
    assert "on its way" in writer.client.get(answer.url).content.decode()
    letter = Letter.objects.get()
    assert letter.mandate.person == alice
    assert (letter.sender, letter.sender_address) == (None, "reader@example.org")
    assert (letter.sender_name, letter.body.replace("\r", "")) == ("Wanjiru", BODY)


def test_who_is_signed_in_sends_at_once(as_person, dave, reachable, swahili):
    writer = Writer(as_person(dave), swahili)
    assert "code" not in writer.client.get(writer.url).content.decode().split("<form")[-1]
    answer = writer.post(address="somebody.else@example.org")
    assert answer.url == f"{writer.url}sent/"
    letter = Letter.objects.get()
    assert (letter.sender, letter.sender_address) == (dave, dave.email)
    assert mail.outbox == []


def test_an_address_that_was_never_proved_is_proved_first(as_person, reachable, swahili):
    person = UserFactory(confirmed_address=False)
    writer = Writer(as_person(person), swahili)
    assert writer.send(address=person.email).url == f"{writer.url}sent/"
    assert Letter.objects.get().sender == person


def test_the_mail_with_the_code_holds_nothing_that_was_typed(writer):
    writer.post(name="Buy at shop.example.org", body="Visit https://spam.example.org now")
    (message,) = mail.outbox
    for part in (message.subject, message.body, message.alternatives[0].content):
        assert "shop.example.org" not in part
        assert "spam.example.org" not in part
    assert "your letter is sent" in message.body


def test_known_and_unknown_addresses_get_the_same_answer(writer, dave, client):
    first = writer.post(address="nobody@example.org")
    other = Writer(type(client)(), Mandate.objects.filter(person__display_name="Alice").get().group)
    second = other.post(address=dave.email)
    assert (first.status_code, first.url) == (second.status_code, second.url)
    pages = [
        one.client.get(f"{one.url}code/").content.decode().split("<main")[1]
        for one in (writer, other)
    ]
    strip = [
        "\n".join(line for line in page.splitlines() if "csrf" not in line and "@" not in line)
        for page in pages
    ]
    assert strip[0] == strip[1]
    assert mail.outbox[0].subject[9:] == mail.outbox[1].subject[9:]


def test_a_form_sent_twice_is_one_letter(as_person, dave, reachable, swahili):
    writer = Writer(as_person(dave), swahili)
    form = writer.form()
    answers = [writer.client.post(writer.url, form) for _again in range(2)]
    assert {answer.url for answer in answers} == {f"{writer.url}sent/"}
    assert Letter.objects.count() == 1
    assert len(sent_mails()) == 1


def test_another_text_from_the_same_page_is_not_swallowed(as_person, dave, reachable, swahili):
    writer = Writer(as_person(dave), swahili)
    form = writer.form()
    writer.client.post(writer.url, form)
    answer = writer.client.post(writer.url, form | {"body": "Something else."})
    page = answer.content.decode()
    assert "Something else." in page
    assert "another letter was sent" in page
    stamp = page.split('name="stamp" value="')[1].split('"')[0]
    writer.client.post(writer.url, form | {"body": "Something else.", "stamp": stamp})
    assert Letter.objects.count() == 2


def test_the_trap_and_the_clock_stop_programs_and_keep_the_text(writer, settings):
    form = writer.form(website="https://spam.example.org")
    page = writer.client.post(writer.url, form).content.decode()
    assert "was filled in" in page
    assert "when do you meet next?" in page
    assert "spam.example.org" not in page
    settings.FORM_SECONDS = (30, 86_400)
    page = writer.client.post(writer.url, form | {"website": ""}).content.decode()
    assert "very fast" in page
    assert "when do you meet next?" in page
    later = timezone.now() + datetime.timedelta(seconds=31)
    with time_machine.travel(later, tick=False):
        answer = writer.client.post(writer.url, form | {"website": ""})
    assert answer.url == f"{writer.url}code/"


@pytest.mark.parametrize("stamp", ["", "x", "W10:x:y", "eyJrIjoxfQ:1:2"])
def test_a_stamp_that_is_not_ours_is_renewed_and_the_text_kept(writer, stamp):
    answer = writer.client.post(writer.url, writer.form(stamp=stamp))
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "when do you meet next?" in page
    fresh = page.split('name="stamp" value="')[1].split('"')[0]
    answer = writer.client.post(writer.url, writer.form(stamp=fresh))
    assert answer.url == f"{writer.url}code/"


def test_a_page_left_open_for_a_day_comes_back_filled(writer):
    form = writer.form()
    with time_machine.travel(timezone.now() + datetime.timedelta(days=2), tick=False):
        page = writer.client.post(writer.url, form).content.decode()
    assert "open for very long" in page
    assert "when do you meet next?" in page


def test_a_session_that_ended_costs_no_word(as_person, dave, reachable, swahili):
    writer = Writer(as_person(dave), swahili)
    form = writer.form()
    del form["address"]
    writer.client.logout()
    page = writer.client.post(writer.url, form).content.decode()
    assert "when do you meet next?" in page
    assert 'name="address"' in page


def test_whoever_comes_back_from_the_code_finds_the_letter(writer):
    writer.post()
    page = writer.client.get(writer.url).content.decode()
    assert "when do you meet next?" in page
    assert "reader@example.org" in page


@pytest.mark.parametrize(
    "limit",
    [
        "LETTERS_FROM_ADDRESS_A_DAY",
        "LETTERS_FROM_PERSON_A_DAY",
        "LETTERS_FROM_NETWORK_A_DAY",
        "LETTERS_TO_LIAISON_A_DAY",
    ],
)
def test_each_limit_holds_and_keeps_the_text(limit, settings, as_person, dave, reachable, swahili):
    setattr(settings, limit, 2)
    writer = Writer(as_person(dave), swahili)
    for number in range(2):
        assert writer.post(body=f"Letter {number}").status_code == 302
    answer = writer.post(body="One too many")
    assert answer.status_code == 429
    assert "One too many" in answer.content.decode()
    assert Letter.objects.count() == 2


def test_a_limit_at_the_code_keeps_the_text(writer, settings):
    settings.LETTERS_TO_LIAISON_A_DAY = 0
    answer = writer.send()
    assert answer.url == writer.url
    page = writer.client.get(writer.url).content.decode()
    assert "Too many letters" in page
    assert "when do you meet next?" in page


def test_counters_hold_no_address(writer):
    writer.send()
    assert not RateCounter.objects.filter(key__contains="@").exists()


def test_a_liaison_who_switched_it_off_meanwhile_gets_nothing(writer, alice):
    form = writer.form()
    User.objects.filter(pk=alice.pk).update(contact_by="none")
    page = writer.client.post(writer.url, form).content.decode()
    assert "was not sent" in page
    assert "when do you meet next?" in page
    assert not mail.outbox


def test_a_mandate_that_ended_while_the_code_was_on_its_way(writer, alice, swahili):
    writer.post()
    held = Mandate.objects.get(person=alice)
    mandates.end_mandate(mandate=held, by=alice, reason="I move.")
    answer = writer.enter_code()
    assert not Letter.objects.exists()
    page = writer.client.get(answer.url).content.decode()
    assert "Something changed while you wrote" in page
    assert "when do you meet next?" in page


def test_a_letter_meant_for_one_liaison_does_not_go_to_the_next(as_person, dave, writer, alice):
    writer = Writer(as_person(dave), Mandate.objects.get(person=alice).group)
    form = writer.form()
    User.objects.filter(pk=alice.pk).update(away_until=timezone.localdate())
    page = writer.client.post(writer.url, form).content.decode()
    assert "Something changed while you wrote" in page
    assert "when do you meet next?" in page
    assert not Letter.objects.exists()


def test_a_hidden_group_answers_like_a_missing_one(client, db):
    hidden = MandateFactory(group__proposed=True).group
    for ending in ("", "code/", "sent/"):
        assert client.get(f"/en/groups/{hidden.slug}/write/{ending}").status_code == 404
        assert client.get(f"/en/groups/no-such/write/{ending}").status_code == 404


def test_nothing_is_claimed_that_was_not_sent(writer):
    assert writer.client.get(f"{writer.url}sent/").url == writer.url
    assert writer.client.get(f"{writer.url}code/").url == writer.url


def test_the_trap_is_out_of_everybodys_way(writer):
    page = writer.client.get(writer.url).content.decode()
    trap = page.split('class="form__trap"')[1].split("</form>")[0]
    assert "Leave this field empty" in trap
    assert 'tabindex="-1"' in trap
    with open("static/css/parts/forms.css") as sheet:
        assert ".form__trap {\n  display: none;" in sheet.read()


def test_the_group_page_leads_to_the_form(client, writer, swahili):
    page = client.get(reverse("outreach_map:group_detail", args=[swahili.slug])).content.decode()
    assert f'href="{writer.url}"' in page


def test_a_forged_request_sends_nothing(dave, reachable, swahili):
    client = Client(enforce_csrf_checks=True)
    client.force_login(dave, backend="django.contrib.auth.backends.ModelBackend")
    writer = Writer(client, swahili)
    form = writer.form()
    answer = client.post(writer.url, form, headers={"origin": "https://evil.example.org"})
    assert answer.status_code == 403
    client.post(writer.url, form)
    assert not Letter.objects.exists()


def test_an_old_token_costs_no_word(dave, reachable, swahili):
    client = Client(enforce_csrf_checks=True)
    client.force_login(dave, backend="django.contrib.auth.backends.ModelBackend")
    writer = Writer(client, swahili)
    form = writer.form()
    page = client.post(writer.url, form | {"csrfmiddlewaretoken": "x" * 64}).content.decode()
    assert "too old" in page
    assert "when do you meet next?" in page
    token = page.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
    answer = client.post(writer.url, form | {"csrfmiddlewaretoken": token})
    assert answer.url == f"{writer.url}sent/"


def test_a_code_proves_no_address_but_its_own(writer, settings):
    settings.CODES_FROM_NETWORK = (1, 600)
    writer.post()
    answer = writer.post(address="victim@example.org")
    assert answer.status_code == 429
    writer.enter_code()
    assert not Letter.objects.exists()


def test_the_name_of_a_sender_is_one_line_and_turns_nothing(writer):
    writer.send(name="Wanjiru\r\n\r\nThe \u202eCore Team")
    assert Letter.objects.get().sender_name == "Wanjiru The Core Team"
