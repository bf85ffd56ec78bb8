"""Servers that fail at any word of the conversation: nothing is lost, doubled or asked for ever."""

from collections import Counter
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

import pytest
import time_machine
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from django.db import connection

from mailing import deliver, pace
from mailing.models import Delivery, MailDomain, State, Suppression
from mailing.models.messages import OPEN
from tests.mailing.faulty_server import WELL, Faulty
from tests.mailing.people import person
from tests.mailing.sending import MONDAY, owe, send

pytestmark = pytest.mark.django_db

# Unusual, and yet an answer as it should be.
ODD_BUT_WELL = ["many lines", "letter by letter", "bare line feed"]
NO_ANSWER = ["hangs up", "resets", "silence", "drips", "never ends"]
NO_SENSE = ["no code", "not text", "twice"]
REFUSALS = ["421 4.3.2 closing", "451 4.3.0 not now", "554 5.3.0 failed", "451 4.3.0 not \0 now"]


@contextmanager
def sending_to(server, settings, *, patience=5.0):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
    settings.EMAIL_USE_TLS = False
    settings.EMAIL_TIMEOUT = patience
    with server:
        yield server


def send_all(most=12):
    """Send until nothing is left open, as the clock of the ledger says."""
    at, rounds = MONDAY, 0
    waiting = Delivery.objects.filter(state__in=OPEN)
    while waiting.all().exists():
        at = max(at, waiting.earliest("next_attempt_at").next_attempt_at)
        send(at)
        rounds += 1
        assert rounds <= most, list(Delivery.objects.values_list("state", "error"))
    return rounds


CASES = [
    (place, fault)
    for place in WELL
    if place not in ("STARTTLS", "AUTH")
    for fault in [*ODD_BUT_WELL, *NO_ANSWER, *NO_SENSE, *REFUSALS]
    if place != "body" or fault in ["hangs up", "resets", "silence", *REFUSALS]
]
CASES += [(place, "another code") for place in ("MAIL", "RCPT", "dot")]


@pytest.mark.parametrize(("place", "fault"), CASES)
def test_a_server_that_fails_once_loses_and_doubles_nothing(only_board, settings, place, fault):
    owe(only_board, "one", "two", "three")
    # The clients that wait in vain need not wait for long; the others never wait.
    patience = 0.5 if fault in ("silence", "drips") else 10.0
    with sending_to(Faulty(place, fault, times=1), settings, patience=patience) as server:
        send_all()
    copies = Counter(letter["to"] for letter in server.arrived)
    assert set(copies.values()) == {1}
    ends = Counter(Delivery.objects.values_list("state", flat=True))
    for delivery in Delivery.objects.select_related("recipient"):
        if delivery.state == State.SENT:
            assert copies[delivery.recipient.address] == 1
    assert not Suppression.objects.exists()
    if place == "dot" and fault in [*NO_ANSWER, "no code", "not text"]:
        # It has the message and did not say so: set aside, never sent a second time by itself.
        assert ends == {State.SENT: 2, State.UNCERTAIN: 1}
        assert len(copies) == 3
    elif place == "body" and (fault in NO_ANSWER or fault.startswith("554")):
        # The hang-up may cross the final dot on the wire, and outrun what was said before it.
        assert ends[State.SENT] >= 2
        assert ends[State.SENT] + ends[State.UNCERTAIN] + ends[State.FAILED] == 3
    elif place in ("RCPT", "DATA", "dot") and fault.startswith("554"):
        assert ends == {State.SENT: 2, State.FAILED: 1}
    else:
        assert ends == {State.SENT: 3}
    if fault in [*ODD_BUT_WELL, "another code"]:
        assert server.connections == 1
    assert server.connections <= 4


# Everything fails, all the time. What costs a message is known: 5 before the first pause.
HOPELESS = [
    ("greeting", "hangs up"),
    ("MAIL", "451 4.3.0 not now"),
    ("RCPT", "554 relaying denied"),
    ("dot", "hangs up"),
    ("dot", "452 4.3.1 insufficient system storage"),
]
MORE_OF_THEM = [
    ("greeting", "554 5.3.2 no service here"),
    ("EHLO", "resets"),
    ("MAIL", "no code"),
    ("RCPT", "hangs up"),
    ("RCPT", "550 no such user"),
    ("RCPT", "450 4.7.1 come again"),
    ("DATA", "hangs up"),
    ("body", "hangs up"),
    ("dot", "no code"),
    ("dot", "554 5.7.1 refused as spam"),
]
# Beat wakes a worker every 20 seconds. In ten minutes the server is left alone for 10 seconds, 20,
# 40, 80, 160 and 300; five messages are tried before the first pause, two after each other.
ROUNDS, TRIES = 30, 5 + 5 * 2
# Of those who ask for time there are as many as domains: two messages each, then one after each of
# their pauses of a minute, two and four.
DOMAINS, PEOPLE = 20, 60


@pytest.mark.parametrize(
    ("place", "fault"),
    [*HOPELESS, *(pytest.param(*case, marks=pytest.mark.soak) for case in MORE_OF_THEM)],
)
def test_where_all_fails_nobody_is_asked_again_and_again(only_board, settings, place, fault):
    for number in range(PEOPLE):
        person("daily", address=f"{number}@org-{number % DOMAINS}.example.org")
    owe(only_board)
    queries = []

    def note(execute, sql, params, many, context):
        queries.append(sql)
        return execute(sql, params, many, context)

    with sending_to(Faulty(place, fault), settings) as server:
        for number in range(ROUNDS):
            at = MONDAY + timedelta(seconds=20 * number)
            with time_machine.travel(at, tick=False), connection.execute_wrapper(note):
                deliver.send_due()
    most = DOMAINS * (2 + 3) if fault.startswith("450") else TRIES
    assert server.connections + server.heard.count("MAIL") >= 5
    assert server.connections <= most
    assert server.heard.count("MAIL") <= most
    assert len(queries) <= 3 * ROUNDS + 15 * most
    # Nearly all are as they were, for whoever mends the server.
    assert Delivery.objects.filter(state__in=OPEN, attempts=0).count() >= PEOPLE - most
    assert Suppression.objects.count() <= most


@pytest.mark.parametrize("in_groups", [True, False])
def test_a_refusal_stands_although_the_server_hangs_up_after_it(only_board, settings, in_groups):
    settings.MAIL_PIPELINING = in_groups
    owe(only_board, "one", "two")
    with sending_to(Faulty("RCPT", "refuses and hangs up", times=1), settings) as server:
        assert send().sent == 1
    assert len(server.arrived) == 1
    refused = Delivery.objects.get(state=State.FAILED)
    assert (refused.reason, refused.error) == ("bad_address", "550 5.1.1 no such user")
    assert Suppression.objects.get().address_hash == refused.recipient.address_hash


def test_a_pause_of_our_server_ends_with_the_first_message_that_is_taken(only_board, settings):
    owe(only_board, *(f"ok.{number}" for number in range(12)))
    with sending_to(Faulty("RCPT", "554 relaying denied", times=5), settings) as server:
        assert send().sent == 0
        until = MailDomain.objects.get(domain=pace.SERVER).paused_until
        assert send(until).sent == 7
    assert len(server.arrived) == 7
    assert not pace.is_server_paused(until)
    assert Counter(Delivery.objects.values_list("state", flat=True)) == {"sent": 7, "failed": 5}


def test_single_bad_ends_between_good_ones_pause_nobody(only_board, sink):
    words = ["ok", "spam", "lost", "mid", "spam"] * 4 + ["gone"] * 9 + ["full"] * 9
    owe(only_board, *(f"{word}.{number}" for number, word in enumerate(words)))
    send()
    assert not MailDomain.objects.exists()
    assert not Delivery.objects.filter(state__in=OPEN, attempts=0).exists()


@pytest.fixture
def certificate(tmp_path):
    """A certificate for 127.0.0.1 that nobody vouches for, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    address = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(address, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path / "certificate.pem"
    file.write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        + made.public_bytes(Encoding.PEM)
    )
    return file


def with_tls(settings, *, from_the_start=False):
    settings.EMAIL_USE_SSL, settings.EMAIL_USE_TLS = from_the_start, not from_the_start
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "us", "secret"


def test_nothing_is_said_to_a_server_nobody_vouches_for(only_board, settings, certificate):
    owe(only_board, "one")
    with sending_to(Faulty(certificate=certificate), settings) as server:
        with_tls(settings)
        send()
    assert server.heard == ["EHLO", "STARTTLS"]
    assert Delivery.objects.get().attempts == 0
    assert "CERTIFICATE" in Delivery.objects.get().error


@pytest.mark.parametrize("from_the_start", [False, True])
@pytest.mark.parametrize("fault", ["", "hangs up", "drips", "never ends", "no code", "twice"])
def test_all_of_this_holds_under_tls(
    only_board, settings, certificate, monkeypatch, fault, from_the_start
):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    owe(only_board, "one", "two", "three")
    faulty = Faulty("dot", fault, times=1 if fault else 0, certificate=certificate)
    faulty.slipped_in = b"250-here\r\n250 SIZE 5\r\n"
    faulty.is_encrypted_from_the_start = from_the_start
    with sending_to(faulty, settings, patience=1 if fault == "drips" else 10) as server:
        with_tls(settings, from_the_start=from_the_start)
        send_all()
    assert len({letter["to"] for letter in server.arrived}) == len(server.arrived) == 3
    is_unsure = fault not in ("", "twice")
    assert Delivery.objects.filter(state=State.UNCERTAIN).count() == is_unsure
    assert server.connections == (1 if not fault else 2)


@pytest.mark.parametrize(
    ("answer", "password"),
    [("535 5.7.8 wrong password", "secret"), ("334 abc", "secret"), ("", "no ASCII: é")],
)
def test_a_login_that_fails_is_nobodys_fault_and_not_tried_again_and_again(
    only_board, settings, certificate, monkeypatch, answer, password
):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    owe(only_board, "one", "two")
    faulty = Faulty("AUTH" if answer else "", answer, certificate=certificate)
    with sending_to(faulty, settings) as server:
        with_tls(settings)
        settings.EMAIL_HOST_PASSWORD = password
        for number in range(ROUNDS):
            send(MONDAY + timedelta(seconds=20 * number))
    assert "MAIL" not in server.heard
    assert server.connections <= 6
    assert set(Delivery.objects.values_list("state", "attempts")) == {("retry", 0)}
