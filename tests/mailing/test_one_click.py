"""One-click unsubscribing (RFC 8058) by a bare HTTP client, over a real server set up as for use.

A mail goes through a real mail server; its header is read from the bytes that arrived, and posted
to gunicorn as a mail program does it: no cookie, no form token, no redirect followed, no HTTPS
header, because it may be the first hop behind a proxy that set none.
"""

import http.client
import re
from email import message_from_bytes, policy
from urllib.parse import urlsplit

import pytest

from mailing import deliver, editions, recipients, subscriptions
from mailing.addresses import address_hash
from mailing.models import Preference, Recipient
from mailing.subscriptions import Wish
from mailing.unsubscribe import token_for
from tests.mailing.people import person
from tests.mailing.processes import free_port, wait_for

pytestmark = [pytest.mark.serial, pytest.mark.django_db(transaction=True)]
BODY = "List-Unsubscribe=One-Click"
FORM = "application/x-www-form-urlencoded"
BOUNDARY = "simple"
MULTIPART = (
    f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\n'
    f"One-Click\r\n--{BOUNDARY}--\r\n"
)


@pytest.fixture
def ask(processes, settings):
    """``ask(method, path, …)``: one request; gives the answer and its text."""
    settings.SECRET_KEY = "a-key-of-this-test-only-" * 3
    settings.ADDRESS_HASH_KEY = "another-key-of-this-test-only-" * 2
    settings.BASE_URL = "https://liaisons.example.org"
    port = free_port()
    processes.environment |= {
        "DJANGO_SETTINGS_MODULE": "tests.mailing.https_settings",
        "SECRET_KEY": settings.SECRET_KEY,
        "ADDRESS_HASH_KEY": settings.ADDRESS_HASH_KEY,
        "BASE_URL": settings.BASE_URL,
        "ALLOWED_HOSTS": "liaisons.example.org",
    }
    web = ["-m", "gunicorn", "--bind", f"127.0.0.1:{port}", "--threads", "2", "config.wsgi"]
    processes.start("web", *web)

    def asked(method, path, body=None, content_type=FORM):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        headers = {"Host": "liaisons.example.org"}
        if body is not None:
            headers["Content-Type"] = content_type
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        return answer, text

    def is_up():
        try:
            return asked("GET", "/healthz")[0].status == 200
        except OSError:
            return False

    wait_for(is_up, "the web server", processes)
    return asked


def subscriber(address="reader@example.org") -> Recipient:
    """Somebody without an account who confirmed."""
    wish = Wish(rhythm="weekly", language="en", time_zone="UTC", choices={})
    return subscriptions.confirm(subscriptions.ask(address, wish))


def path_of(recipient, slash="/"):
    token = token_for(recipient.pk, recipient.address_hash)
    return f"/mail/unsubscribe/{token}{slash}"


def rhythm(recipient):
    return Preference.objects.get(recipient=recipient).rhythm


def is_plain(answer):
    """Nothing that a mail program could trip over, and nothing for anybody else."""
    assert answer.getheader("Set-Cookie") is None
    assert answer.getheader("Location") is None
    assert "no-store" in answer.getheader("Cache-Control")
    assert answer.getheader("Referrer-Policy") == "no-referrer"
    return answer.status


def test_looking_shows_a_page_and_one_click_ends_it(ask):
    """With an account and without; however it is posted, and however often."""
    other = person("weekly", address="other@example.org")
    ways = [
        ("/", BODY, FORM),
        ("", BODY, FORM),
        ("/", BODY, f"{FORM}; charset=UTF-8"),
        ("", MULTIPART, f"multipart/form-data; boundary={BOUNDARY}"),
        ("/", "", FORM),
        ("", None, None),
    ]
    readers = [person("weekly", address=f"a{n}@example.org") for n in range(len(ways))]
    readers += [subscriber(f"s{n}@example.org") for n in range(len(ways))]
    for reader, (slash, body, content_type) in zip(readers, ways * 2, strict=True):
        path = path_of(reader, slash)
        for method in ("GET", "HEAD", "GET"):
            answer, text = ask(method, path)
            assert is_plain(answer) == 200
            assert method == "HEAD" or "Get no more news by e-mail?" in text
        assert rhythm(reader) == "weekly"
        for _time in range(2):
            answer, text = ask("POST", path, body, content_type)
            assert is_plain(answer) == 200
            assert "You get no more news by e-mail" in text
            assert reader.address not in text
            assert rhythm(reader) == "none"
        # Who looks again later is told that it is done.
        answer, text = ask("GET", path)
        assert is_plain(answer) == 200
        assert "There is nothing more to do." in text
        assert ("Your address is deleted after" in text) == (reader.user_id is None)
    assert rhythm(other) == "weekly"


def test_a_link_that_is_not_ours_or_no_longer_says_so_and_changes_nothing(ask):
    reader, other = person("weekly", address="a@example.org"), subscriber("b@example.org")
    right = token_for(reader.pk, reader.address_hash)
    swapped = "0" if right[-1] != "0" else "1"
    moved = person("weekly", address="old@example.org")
    old = token_for(moved.pk, moved.address_hash)
    recipients.sync_user(moved.user, "new@example.org", "en", "UTC")
    gone = subscriber("gone@example.org")
    forgotten = token_for(gone.pk, gone.address_hash)
    recipients.forget(gone)
    wrong = {
        "one letter changed": right[:-1] + swapped,
        "cut off": right[:-5],
        "longer": right + "0",
        "of another person": f"sl-u1-{other.pk:012x}-{right.rsplit('-', 1)[1]}",
        "for another address": token_for(reader.pk, address_hash("x@example.org")),
        "another kind of link": right.replace("sl-u1", "sl-s1"),
        "capital letters": right.upper(),
        "sent to an earlier address": old,
        "of somebody who was deleted": forgotten,
        "nothing like it": "x",
        "as broken by a mail program": right.replace("-", "=2D"),
    }
    for why, token in wrong.items():
        for method, body in (("GET", None), ("POST", BODY)):
            answer, text = ask(method, f"/mail/unsubscribe/{token}/", body)
            assert is_plain(answer) == 404, why
            assert "This link does not work" in text, why
            assert "mailto:" in text or "@" in text, "whom to write to"
            assert "Traceback" not in text
    assert {rhythm(one) for one in (reader, other, moved)} == {"weekly"}


def test_other_methods_and_other_addresses_change_nothing(ask):
    reader = person("weekly", address="a@example.org")
    for method in ("PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"):
        answer, _text = ask(method, path_of(reader), "")
        assert answer.status == 405
    # Everything else still demands HTTPS.
    answer, _text = ask("GET", "/en/")
    assert answer.status == 301
    assert answer.getheader("Location").startswith("https://")
    assert rhythm(reader) == "weekly"


def test_the_header_of_a_mail_that_arrived_works_as_it_stands(ask, sink, only_board):
    """From the bytes a mail server took: for a reader without an account and one with."""
    readers = [subscriber("s@example.org"), person("weekly", address="a@example.org")]
    only_board.post("News")
    for reader in readers:
        editions.make_edition_for(reader)
    deliver.send_due()
    assert len(sink.arrived) == 2
    for entry in sink.arrived:
        message = message_from_bytes(entry["content"], policy=policy.default)
        assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        [link] = re.findall(r"<(https://[^>]+)>", message["List-Unsubscribe"])
        url = urlsplit(link)
        assert url.netloc == "liaisons.example.org"
        # The same link stands in the words of the mail, for those whose program has no button.
        assert link in message.get_body(["plain"]).get_content()
        answer, text = ask("POST", url.path, message["List-Unsubscribe-Post"])
        assert is_plain(answer) == 200
        assert "You get no more news by e-mail" in text
    assert {rhythm(reader) for reader in readers} == {"none"}
    only_board.post("More")
    for reader in readers:
        editions.make_edition_for(reader)
    deliver.send_due()
    assert len(sink.arrived) == 2
