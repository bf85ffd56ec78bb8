"""A wiki that answers wrongly, slowly or with malice: no 5xx, nobody else's account, no trace."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from allauth.socialaccount.models import SocialAccount
from django.db import connection
from django.test import Client
from django.urls import reverse

from liaisons.models import User
from tests.factories import UserFactory

from .oauth_server import POLL
from .wiki import ADA, at_the_wiki, signed_in_person, through_wikimedia

WRONG = "did not work"


def nothing_happened(client, response):
    """The person is told on the sign-in page, nobody is signed in, and nothing is left behind."""
    assert response.status_code == 302, response.status_code
    assert response.url == reverse("account_login")
    assert WRONG in client.get(response.url).content.decode()
    assert signed_in_person(client) is None
    assert not SocialAccount.objects.exists()
    return True


def drip(handler):
    """One byte now and then, for longer than anybody waits."""
    handler.send_response(200)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    _drip(handler)


def drip_headers(handler):
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
    _drip(handler)


def _drip(handler):
    for _turn in range(100):
        try:
            handler.wfile.write(b"X")
            handler.wfile.flush()
        except OSError:
            handler.server_state.was_cut.set()
            return
        time.sleep(0.1)


def cut_short(handler):
    handler.say(200, json.dumps(ADA).encode()[:30], length=500)
    handler.close_connection = True


def huge(handler):
    handler.say(200, b'{"access_token": "' + b"x" * 5_000_000 + b'"}')


TRICKS = {
    "500": lambda h: h.say(500, b"{}"),
    "502 in HTML": lambda h: h.say(502, b"<html>Bad gateway</html>", kind="text/html"),
    "403": lambda h: h.say(403, b'{"error": "blocked"}'),
    "429": lambda h: h.say(429, b"{}", Retry_After="3600"),
    "HTML": lambda h: h.say(200, b"<!doctype html><p>Hello", kind="text/html; charset=utf-8"),
    "form data": lambda h: h.say(200, b"access_token=abc&sub=1", kind="text/plain"),
    "no kind": lambda h: h.say(200, b'{"access_token": "abc"}', kind=""),
    "JSON called HTML": lambda h: h.say(200, json.dumps(ADA).encode(), kind="text/html"),
    "nothing": lambda h: h.say(200, b""),
    "null": lambda h: h.say(200, b"null"),
    "a list": lambda h: h.say(200, b'["access_token"]'),
    "a list as token": lambda h: h.say(200, b'{"access_token": ["x"], "sub": ["1"]}'),
    "an object as token": lambda h: h.say(200, b'{"access_token": {"a": 1}, "sub": {}}'),
    "a token that is a header": lambda h: h.say(
        200, b'{"access_token": "x\\r\\nHost: evil.example.org"}'
    ),
    "brackets": lambda h: h.say(200, b"[" * 150_000),
    "a long number": lambda h: h.say(200, b'{"access_token": ' + b"9" * 50_000 + b"}"),
    "half a character": lambda h: h.say(200, b'{"access_token": "\\ud800", "sub": "\\ud800"}'),
    "not UTF-8": lambda h: h.say(200, b'{"access_token": "\xff\xfe"}'),
    "huge": huge,
    "cut short": cut_short,
    "silence": lambda h: time.sleep(2),
    "wrong length of life": lambda h: h.say(200, b'{"access_token": "abc", "expires_in": "soon"}'),
}


@pytest.mark.parametrize("where", ["token", "profile"])
@pytest.mark.parametrize("trick", TRICKS)
def test_an_answer_that_is_none_leads_back_to_the_sign_in_page(
    client,
    wiki,
    settings,
    where,
    trick,
):
    settings.WIKIMEDIA_ANSWER_SECONDS = 0.5
    back = at_the_wiki(client)
    wiki.tricks[where] = TRICKS[trick]
    assert nothing_happened(client, client.get(back))
    assert not User.objects.exists()


@pytest.mark.parametrize("where", ["token", "profile"])
@pytest.mark.parametrize("trick", [drip, drip_headers])
def test_nobody_waits_for_an_answer_that_does_not_end(client, wiki, settings, where, trick):
    settings.WIKIMEDIA_ANSWER_SECONDS = 0.5
    back = at_the_wiki(client)
    wiki.tricks[where] = trick
    assert nothing_happened(client, client.get(back))
    # We hung up, and did not read to the end.
    assert wiki.was_cut.wait(20)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("where", ["token", "profile"])
def test_a_redirect_to_another_host_gets_nothing(client, wiki, where, status):
    heard = []

    class Thief(BaseHTTPRequestHandler):
        def log_message(self, *args):
            """Quiet."""

        def do_GET(self):
            heard.append(self.headers)
            self.send_response(200)
            self.end_headers()

        do_POST = do_GET

    with ThreadingHTTPServer(("127.0.0.1", 0), Thief) as thief:
        threading.Thread(target=thief.serve_forever, args=(POLL,), daemon=True).start()
        goal = f"http://127.0.0.1:{thief.server_address[1]}/"
        back = at_the_wiki(client)
        wiki.tricks[where] = lambda h: h.say(status, b"", Location=goal)
        assert nothing_happened(client, client.get(back))
        thief.shutdown()
    assert heard == []


def come_back_with(client, wiki, **profile):
    wiki.profile |= profile
    return client.get(at_the_wiki(client))


@pytest.mark.parametrize(
    "sub",
    [
        0, -1, 1.5, True, False, None, "", "0", "-4711", "04711", " 4711", "4711 ", "٤٧١١",
        "4711\n", "1e3", "abc", "<b>", [4711], {"id": 4711}, 10**25, "9" * 400, 10**4000,
    ],
)  # fmt: skip
def test_a_central_id_that_is_none_is_refused(client, wiki, sub):
    assert nothing_happened(client, come_back_with(client, wiki, sub=sub))
    assert not User.objects.exists()


def test_a_central_id_may_be_a_number_or_its_digits(wiki):
    one, other = Client(), Client()
    come_back_with(one, wiki, sub=4711)
    come_back_with(other, wiki, sub="4711")
    assert signed_in_person(one) == signed_in_person(other)
    assert User.objects.get().username == "wm:4711"


@pytest.mark.parametrize(
    "name",
    [
        "Ada\x00", "Ada\nLovelace", "Ada\x1b[31m", "\u202eadA", "Ada\u2028", "Ada\ud800", "x" * 256,
        "x" * 10_000, "   ", " Ada", 4711, True, ["Ada"], {"name": "Ada"},
    ],
)  # fmt: skip
def test_a_name_that_is_none_is_refused(client, wiki, name):
    assert nothing_happened(client, come_back_with(client, wiki, username=name))
    assert not User.objects.exists()


def test_a_name_of_html_is_text(client, wiki):
    come_back_with(client, wiki, username="<script>alert(1)</script>")
    for page in ("settings", "settings_sign_in", "settings_profile"):
        html = client.get(reverse(f"liaisons:{page}")).content.decode()
        assert "<script>alert" not in html
    assert (
        "&lt;script&gt;alert(1)"
        in client.get(reverse("liaisons:settings_sign_in")).content.decode()
    )


@pytest.mark.parametrize(
    "address",
    [
        "a" * 300 + "@example.org", ["ada@example.org"], {"email": "ada@example.org"}, 1, True,
        "ada@example.org\nBcc: all@example.org", "Ada <ada@example.org>", "ada@example.org\x00",
    ],
)  # fmt: skip
def test_an_address_that_is_none_is_left_out(client, wiki, address):
    come_back_with(client, wiki, email=address)
    person = signed_in_person(client)
    assert person.email == ""
    assert not person.emailaddress_set.exists()


@pytest.mark.parametrize("confirmed", ["true", 1, [True], None, False])
def test_an_address_counts_only_when_it_is_truly_confirmed(client, wiki, confirmed):
    come_back_with(client, wiki, confirmed_email=confirmed)
    assert signed_in_person(client).email == ""


def test_a_blocked_account_comes_in_and_is_told(client, wiki):
    response = come_back_with(client, wiki, blocked=True)
    assert signed_in_person(client).username == "wm:4711"
    page = client.get(response.url, follow=True).content.decode()
    assert "Your Wikimedia account is blocked." in page


def test_a_code_works_once(client, wiki):
    back = at_the_wiki(client)
    client.get(back)
    client.logout()
    again = client.get(back)
    assert again.url == reverse("account_login")
    assert signed_in_person(client) is None


def test_coming_back_twice_in_one_browser_changes_nothing(client, wiki):
    back = at_the_wiki(client)
    client.get(back)
    again = client.get(back)
    assert again.url == reverse("liaisons:settings_sign_in")
    assert signed_in_person(client).username == "wm:4711"
    assert User.objects.count() == 1


def test_two_people_who_swap_their_ways_back_both_get_nothing(wiki):
    ada, eve = Client(), Client()
    ada_back = at_the_wiki(ada)
    wiki.profile |= {"sub": 666, "username": "Eve", "email": None}
    eve_back = at_the_wiki(eve)
    assert nothing_happened(ada, ada.get(eve_back))
    assert nothing_happened(eve, eve.get(ada_back))
    assert not User.objects.exists()


def test_a_strangers_code_under_ones_own_state_opens_nothing(wiki):
    """Whoever makes a victim use their code signs the victim in as themselves: PKCE refuses."""
    ada, eve = Client(), Client()
    ada_state = at_the_wiki(ada).rpartition("state=")[2].partition("&")[0]
    wiki.profile |= {"sub": 666, "username": "Eve", "email": None}
    eve_code = at_the_wiki(eve).rpartition("code=")[2].partition("&")[0]
    path = reverse("mediawiki_callback")
    response = ada.get(path, {"code": eve_code, "state": ada_state})
    assert nothing_happened(ada, response)


@pytest.mark.parametrize(
    "query",
    [
        {}, {"code": "x"}, {"state": "x"}, {"code": "x", "state": "x"}, {"error": "access_denied"},
        {"error": "server_error", "state": "x"}, {"code": "\x01", "state": "é"},
        {"code": "x" * 5000, "state": "y" * 2000},
    ],
)  # fmt: skip
def test_a_way_back_that_nobody_began(client, wiki, query):
    client.post("/en/accounts/wikimedia/")
    response = client.get(reverse("mediawiki_callback"), query)
    assert response.status_code in (302, 400, 414)
    assert signed_in_person(client) is None
    assert not User.objects.exists()


def test_a_code_for_another_client_is_refused(client, wiki, settings):
    back = at_the_wiki(client)
    settings.WIKIMEDIA_CLIENT_ID = "another-client"
    assert nothing_happened(client, client.get(back))


def test_an_error_of_the_wiki_is_not_a_cancellation(client, wiki):
    start = client.post("/en/accounts/wikimedia/")
    state = start.url.rpartition("state=")[2].partition("&")[0]
    response = client.get(reverse("mediawiki_callback"), {"error": "server_error", "state": state})
    assert nothing_happened(client, response)


@pytest.mark.parametrize("is_proved", [True, False])
def test_an_address_of_another_account_opens_nothing_of_it(client, wiki, is_proved):
    other = UserFactory(email="ada@example.org", confirmed_address=is_proved)
    through_wikimedia(client)
    assert signed_in_person(client) != other
    assert signed_in_person(client).email == ""
    other.refresh_from_db()
    assert other.wiki_username == ""
    assert not SocialAccount.objects.filter(user=other).exists()


def test_an_address_that_is_taken_between_looking_and_making(client, wiki, monkeypatch):
    """The database says no; the account is made all the same, without the address."""
    from liaisons.accounts import people

    other = UserFactory(email="other@example.org")
    other.emailaddress_set.update(email="ada@example.org")
    monkeypatch.setattr(people, "person_of", lambda address: None)
    through_wikimedia(client)
    assert signed_in_person(client).email == ""
    assert not signed_in_person(client).emailaddress_set.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", range(3))
def test_a_new_person_who_comes_in_from_two_browsers_at_once_is_one(wiki, turn):
    ways_back = [(browser, at_the_wiki(browser)) for browser in (Client(), Client())]
    start, statuses = threading.Barrier(2), []

    def come_back(browser, back):
        start.wait()
        try:
            statuses.append(browser.get(back).status_code)
        finally:
            connection.close()

    threads = [threading.Thread(target=come_back, args=pair) for pair in ways_back]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [302, 302]
    assert User.objects.count() == SocialAccount.objects.count() == 1
    assert User.objects.get().emailaddress_set.count() == 1
