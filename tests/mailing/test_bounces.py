"""Mail that comes back, read from a real mailbox; and what a stranger can write into it."""

import random
import time
from datetime import timedelta

import pytest
from django.db import OperationalError
from django.urls import reverse
from django.utils import timezone

from mailing import deliver, editions, notices, recipients, tasks
from mailing.bounces import fates, mailbox, reports
from mailing.models import Bounce, Delivery, Notice, Pulse, State, Suppression
from tests.mailing import imap_server
from tests.mailing.bounce_mails import FULL, bounce, complaint, soft
from tests.mailing.people import person
from tests.mailing.processes import free_port
from tests.mailing.test_editions import MONDAY

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with imap_server.running(tmp_path_factory.mktemp("imap")) as box:
        yield box


@pytest.fixture
def box(server, settings):
    """The mailbox of bounces, empty, and the settings to read it."""
    server.empty()
    settings.BOUNCE_IMAP_HOST, settings.BOUNCE_IMAP_PORT = "127.0.0.1", server.port
    settings.BOUNCE_IMAP_USER = imap_server.USER
    settings.BOUNCE_IMAP_PASSWORD = imap_server.PASSWORD
    settings.BOUNCE_IMAP_CA = str(server.cert)
    return server


@pytest.fixture
def sent(only_board):
    """``sent()``: a delivery that the mail server took, to somebody new unless one is named."""

    def digest(address=None, recipient=None):
        recipient = recipient or person("daily", address=address)
        only_board.post("News")
        day = timedelta(days=recipient.deliveries.count())
        editions.make_edition_for(recipient, MONDAY + day)
        deliver.send_due()
        delivery = recipient.deliveries.latest("pk")
        assert delivery.state == State.SENT
        return delivery

    return digest


def kinds():
    return list(Bounce.objects.order_by("pk").values_list("kind", flat=True))


def is_suppressed(delivery) -> bool:
    hashed = delivery.recipient.address_hash
    return Suppression.objects.filter(address_hash=hashed).exists()


# --- What counts ----------------------------------------------------------------------------


def test_an_address_that_is_gone_gets_no_more_mail(box, sent, only_board):
    delivery, other = sent("gone@example.org"), sent("there@example.org")
    box.put(bounce(delivery))
    tasks.read_bounces()
    assert kinds() == ["hard"]
    delivery.refresh_from_db()
    assert delivery.state == State.SENT  # the server did take it: figures still add up
    assert delivery.story[-1]["what"] == "came_back"
    assert "gone@example.org" not in str(delivery.story)
    only_board.post("More news")
    for one in (delivery, other):
        editions.make_edition_for(one.recipient, MONDAY + timedelta(days=1))
    new = Delivery.objects.exclude(pk__in=[delivery.pk, other.pk])
    assert [(one.recipient.address, one.state, one.reason) for one in new.order_by("pk")] == [
        ("gone@example.org", "skipped", "suppressed"),
        ("there@example.org", "pending", ""),
    ]


def test_each_mail_is_handled_once(box, sent):
    delivery = sent()
    box.put(soft(delivery, 1))
    assert mailbox.read_mailbox() == {"bounce": 1}
    assert mailbox.read_mailbox() == {}
    assert (box.count("ALL"), box.count("UNSEEN")) == (1, 0)
    # A worker that died before it could mark it reads it again: it counts once all the same.
    box.put(soft(delivery, 1))
    assert mailbox.read_mailbox() == {"bounce": 1}
    assert kinds() == ["soft"]


def test_each_kind_counts_once_for_each_message(box, sent):
    """Several servers may report the same, and who has the mail can write many reports."""
    delivery = sent()
    box.put(*(soft(delivery, number) for number in range(5)), bounce(delivery, number=9))
    mailbox.read_mailbox()
    assert kinds() == ["soft", "hard"]
    delivery.refresh_from_db()
    assert [line["what"] for line in delivery.story] == ["not_this_time", "came_back"]


def test_what_is_said_of_a_mail_of_long_ago_counts_for_nothing(box, sent):
    delivery = sent()
    box.put(bounce(delivery))
    Delivery.objects.update(finished_at=timezone.now() - timedelta(days=31))
    mailbox.read_mailbox()
    assert kinds() == []


@pytest.mark.parametrize(
    ("own", "named"),
    [
        ("x@bücher.example", "x@xn--bcher-kva.example"),
        ("x@xn--bcher-kva.example", "x@bücher.example"),
        ("x@bücher.example", "X@BÜCHER.example"),
    ],
)
def test_a_domain_in_other_letters_is_the_same(own, named, box, sent):
    delivery = sent(own)
    box.put(bounce(delivery, address=named))
    mailbox.read_mailbox()
    assert kinds() == ["hard"]


def test_what_may_be_over_tomorrow_is_counted_and_fades(box, sent, settings):
    settings.MAIL_SOFT_BOUNCES = 3
    delivery = sent()

    def come_back(times):
        for _time in range(times):
            box.put(soft(sent(recipient=delivery.recipient), 1))
        mailbox.read_mailbox()

    come_back(2)
    assert not is_suppressed(delivery)
    long_ago = timezone.now() - timedelta(days=settings.MAIL_SOFT_BOUNCE_DAYS, hours=1)
    Bounce.objects.update(reported_at=long_ago)
    come_back(2)
    assert not is_suppressed(delivery)
    come_back(1)
    assert Suppression.objects.get().reason == Suppression.Reason.SOFT


def test_an_address_taken_off_the_list_by_hand_counts_as_new(box, sent, settings, core_team):
    settings.MAIL_SOFT_BOUNCES = 2
    delivery = sent()
    box.put(soft(delivery, 1), soft(sent(recipient=delivery.recipient), 2))
    later = sent(recipient=delivery.recipient)
    mailbox.read_mailbox()
    suppression = Suppression.objects.get()
    core_team.post(
        reverse("admin:mailing_suppression_delete", args=[suppression.pk]), {"post": "yes"}
    )
    box.put(soft(later, 3))
    mailbox.read_mailbox()
    assert not is_suppressed(delivery)


def test_what_a_server_said_goes_with_the_person(box, sent):
    """Also of an address they had before; that mail must not go there stays."""
    delivery, later = sent("earlier@example.org"), sent("now@example.org")
    user = delivery.recipient.user
    box.put(bounce(delivery, said="550 5.1.1 mailbox of Somebody is gone"))
    mailbox.read_mailbox()
    recipients.sync_user(user, "other@example.org", "en", "UTC")
    recipients.forget_user(user)
    assert [(one.reason, one.detail) for one in Suppression.objects.all()] == [("bounced", "")]
    box.put(bounce(later, number=2, said="550 5.1.1 mailbox of Somebody is gone"))
    mailbox.read_mailbox()
    recipients.forget_user(later.recipient.user)
    assert set(Suppression.objects.values_list("detail", flat=True)) == {""}


def test_a_complaint_is_heard(box, sent):
    first, redacted, praised = sent(), sent(), sent()
    box.put(
        complaint(first),
        complaint(redacted, number=2, recipient="X-Redacted: yes"),
        complaint(praised, number=3, kind="not-spam"),
    )
    assert mailbox.read_mailbox() == {"complaint": 2, "news": 1}
    assert set(Suppression.objects.values_list("reason", flat=True)) == {"complaint"}
    assert not is_suppressed(praised)


def test_after_a_complaint_a_receipt_still_goes_out(box, sent, receipt, only_board, mailoutbox):
    delivery = sent()
    box.put(complaint(delivery))
    mailbox.read_mailbox()
    mailoutbox.clear()
    notices.send("a_receipt", delivery.recipient.user, {"thing": "It"})
    only_board.post("More news")
    editions.make_edition_for(delivery.recipient, MONDAY + timedelta(days=1))
    deliver.send_due()
    assert [mail.to for mail in mailoutbox] == [[delivery.recipient.address]]
    assert "We received It" in mailoutbox[0].body


def test_an_address_that_is_gone_after_a_complaint_gets_no_receipts_either(sink, receipt):
    """Also where the server says so at once, and no mail comes back."""
    reader = person("daily", address="gone@example.org")
    complained = Suppression.objects.create(
        address_hash=reader.address_hash, reason=Suppression.Reason.COMPLAINT
    )
    for thing in ("It", "Another thing"):
        notices.send("a_receipt", reader.user, {"thing": thing})
        deliver.send_due()
    complained.refresh_from_db()
    assert (complained.reason, "550" in complained.detail) == ("bounced", True)
    told = Notice.objects.order_by("pk").values_list("state", "reason")
    assert list(told) == [("failed", "bad_address"), ("skipped", "suppressed")]


@pytest.mark.parametrize(
    ("said", "status", "kind"),
    [
        ("550 User unknown", "5.0.0", "hard"),
        ("550 5.7.1 Message refused by policy", "5.7.1", "soft"),
        ("550 Message looks like spam", "5.0.0", "soft"),
        ("550 antispam@example.org: User unknown", "5.0.0", "hard"),
        ("550-5.1.1 The account does not exist", "5.0.0", "hard"),
        ("554 delivery error: dd This user has no account", "5.0.0", "soft"),
        ("552 5.2.2 mailbox full", "5.2.2", "soft"),
        ("550 5.2.1 The account is disabled", "5.2.1", "hard"),
        # Google says so of a mailbox that gets very much mail.
        ("550-5.2.1 The user is receiving mail at a rate that prevents more", "5.2.1", "soft"),
        ("550 5.2.1 The user is receiving mail too quickly", "5.0.0", "soft"),
        ("521 5.2.1 Blocked by our policy", "5.2.1", "soft"),
        ("unknown domain", "5.4.4", "hard"),
        ("556 5.1.10 the domain takes no mail", "5.1.10", "hard"),
        # About the sender's address, or about nobody's in particular.
        ("550 5.1.0 Address rejected", "5.1.0", "soft"),
        ("550 5.1.7 Sender address rejected", "5.1.7", "soft"),
        ("550 5.1.8 Sender domain not found", "5.0.0", "soft"),
        ("451 4.4.1 no answer from host", "4.4.1", "soft"),
        ("", "", "soft"),
    ],
)
def test_what_servers_say_is_understood(said, status, kind, sent):
    found = reports.read(bounce(sent(), said=said, status=status)).reports
    assert [one.kind for one in found] == [kind]


@pytest.mark.parametrize("action", ["delayed", "delivered", "relayed", "expanded", ""])
def test_only_what_failed_counts(action, sent):
    reading = reports.read(bounce(sent(), action=action, said=FULL, status="4.2.2"))
    assert (reading.what, reading.reports) == ("news", [])


def test_a_whole_returned_message_is_read_too(box, sent):
    box.put(bounce(sent(), returned="message/rfc822", body="The whole text of it.\n" * 10))
    mailbox.read_mailbox()
    assert kinds() == ["hard"]


# --- What does not count ----------------------------------------------------------------------


AUTOMATIC = """\
From: {address}
To: liaisons@example.org
Subject: Out of office
Message-ID: <vacation@example.org>
{header}
Content-Type: text/plain

I am away. 550 5.1.1 User unknown. Message-ID: {message_id}
"""


HEADERS = {
    "Auto-Submitted: auto-replied": "automatic",
    "X-Autoreply: yes": "automatic",
    "X-Autorespond: away": "automatic",
    "Precedence: auto_reply": "automatic",
    "X-Vacation: on": "automatic",
    "In-Reply-To: <x@example.org>": "other",
}


def test_an_automatic_answer_is_no_bounce(box, sent):
    delivery = sent()
    for header, what in HEADERS.items():
        mail = AUTOMATIC.format(
            address=delivery.recipient.address, message_id=delivery.message_id, header=header
        ).encode()
        assert reports.read(mail).what == what
        box.put(mail)
    assert mailbox.read_mailbox() == {"automatic": 5, "other": 1}
    assert (kinds(), box.count("UNSEEN")) == ([], 0)


def test_a_receipt_for_reading_is_no_bounce(box, sent):
    box.put(bounce(sent()).replace(b"report-type=delivery", b"report-type=disposition"))
    assert mailbox.read_mailbox() == {"news": 1}
    assert kinds() == []


def test_a_bounce_that_somebody_passes_on_is_none(box, sent):
    inner = bounce(sent())
    outer = b"From: x@example.org\r\nContent-Type: message/rfc822\r\n\r\n" + inner
    mixed = b'From: x@example.org\r\nContent-Type: multipart/mixed; boundary="q"\r\n\r\n--q\r\n'
    box.put(outer, mixed + inner.partition(b"\r\nMIME-Version: 1.0\r\n")[2] + b"\r\n--q--\r\n")
    assert mailbox.read_mailbox() == {"other": 2}
    assert kinds() == []


def test_a_forged_bounce_counts_for_nobody(box, sent):
    own, other = sent(), sent()
    box.put(
        # A Message-ID that nobody sent; somebody else's address; none at all.
        bounce(own, number=1, message_id="<00000000000000000000000000000000@testserver>"),
        bounce(own, number=2, address=other.recipient.address),
        bounce(own, number=3, message_id=""),
        complaint(own, number=4, recipient=f"Original-Rcpt-To: {other.recipient.address}"),
    )
    mailbox.read_mailbox()
    assert kinds() == []
    assert not Suppression.objects.exists()


def test_what_was_sent_to_an_earlier_address_says_nothing_of_the_new_one(box, sent):
    delivery = sent("old@example.org")
    report = bounce(delivery)
    recipients.sync_user(delivery.recipient.user, "new@example.org", "en", "UTC")
    box.put(report)
    mailbox.read_mailbox()
    assert kinds() == []


# --- Hostile mail ----------------------------------------------------------------------------


def deep(levels) -> bytes:
    """Multiparts within multiparts."""
    opening = "".join(
        "Content-Type: multipart/report; report-type=delivery-status; "
        f'boundary="b{n}"\r\n\r\n--b{n}\r\n'
        for n in range(levels)
    )
    return f"From: x@example.org\r\n{opening}".encode()


def hostile(delivery):
    whole = bounce(delivery)
    yield b""
    yield b"\x00\xff" * 500
    yield whole[: len(whole) // 2]
    yield whole.replace(b"message/delivery-status", b"text/plain")
    yield whole.replace(b"boundary=", b"nothing=")
    yield whole.replace(b"text/rfc822-headers", b"text/rfc822-headers; charset=no-such-one")
    yield whole.replace(b"Final-Recipient: rfc822;", b"Final-Recipient: =?utf-9?b?////?= ;;;\xfe")
    yield whole.replace(b"Message-ID: <", b"Message-ID: <\xe9\x00\r\n <")
    yield whole.replace(b"Status: 5.1.1", b"Status: " + b"5.1." + b"1" * 5_000)
    yield whole.replace(b"Action: failed\r\n", b"Action: failed\r\n" * 3_000)
    yield whole.replace(
        b"Final-Recipient:",
        b"Action: failed\r\nStatus: 5.1.1\r\n\r\n" * 3_000 + b"Final-Recipient:",
    )
    yield b"Content-Type: multipart/report; report-type=delivery-status\r\n\r\n"
    yield b"Content-Type: multipart/report; report-type*0*=utf-9''%ff; boundary=b\r\n\r\n--b\r\n"


@pytest.mark.parametrize("levels", [90, 3_000])
def test_parts_within_parts_are_nothing_to_go_into(levels):
    """Read without the server, which takes minutes over such a mail itself."""
    assert reports.read(deep(levels)).reports == []


FIELD = b"Content-Type: multipart/report; report-type=delivery-status"
BOMBS = {
    # The parser's time grows with the square of these, or with lines times levels.
    "semicolons": FIELD + b'; a="' + b";" * 480_000,
    "folded": FIELD + b'; a="' + b";;;;;;;;;\r\n " * 19_000,
    "old line ends": b"Subject: x\r" + FIELD + b'; a="' + b";" * 480_000,
    "in a part": FIELD + b"; boundary=q\r\n\r\n--q\r\n" + FIELD + b'; a="' + b";" * 480_000,
    "deep and long": deep(900) + b"\n" * 440_000,
    "deep": deep(900) + b"x" * 400_000,
}


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS)
def test_no_mail_takes_long_to_read(bomb):
    began = time.monotonic()
    assert reports.read(bomb).reports == []
    assert time.monotonic() - began < 2


def test_a_word_without_end_takes_no_longer(box, sent):
    box.put(bounce(sent(), said="550 5.1.1 " + "a" * 470_000))
    began = time.monotonic()
    mailbox.read_mailbox()
    assert (kinds(), time.monotonic() - began < 5) == (["hard"], True)


def test_a_mail_that_kills_its_readers_is_begun_twice_and_never_again(box, sent, monkeypatch):
    def die_over(raw):
        if b"<1@mx.example.org>" in raw:
            raise SystemExit
        return reports.read(raw)

    monkeypatch.setattr(mailbox, "read", die_over)
    box.put(bounce(sent(), number=1), bounce(sent(), number=2))
    for _reader in range(2):
        with pytest.raises(SystemExit):
            mailbox.read_mailbox()
        assert kinds() == []
    assert mailbox.read_mailbox() == {"bounce": 1}
    assert (kinds(), box.count("UNSEEN")) == (["hard"], 0)


def test_a_reader_that_was_stopped_loses_nothing(box, sent, monkeypatch):
    box.put(bounce(sent()))
    monkeypatch.setattr(mailbox, "read", lambda raw: (_ for _ in ()).throw(SystemExit))
    with pytest.raises(SystemExit):
        mailbox.read_mailbox()
    monkeypatch.undo()
    assert mailbox.read_mailbox() == {"bounce": 1}


def test_no_mail_stops_the_reader(box, sent):
    delivery, honest = sent(), sent()
    mails = [mail or b"\r\n" for mail in hostile(delivery)]
    box.put(*mails, bounce(honest, number=99))
    counts = mailbox.read_mailbox()
    assert counts.total() == len(mails) + 1
    assert is_suppressed(honest)
    assert box.count("UNSEEN") == 0
    assert Bounce.objects.filter(delivery=delivery).count() <= 3


def test_what_a_server_says_fits_the_database(box, sent):
    delivery = sent()
    said = b"smtp; 550 5.1.1 \x00\xed\xa0\x80 " + b"x" * 3_000
    box.put(bounce(delivery).replace(b"smtp; 550 5.1.1", said))
    mailbox.read_mailbox()
    assert kinds() == ["hard"]


def test_a_huge_mail_is_read_in_part(box, sent, settings):
    settings.BOUNCE_MAIL_BYTES = 20_000
    delivery = sent()
    box.put(bounce(delivery, returned="message/rfc822", body="x" * 70 + "\n" * 200_000))
    assert mailbox.read_mailbox() == {"bounce": 1}
    assert kinds() == ["hard"]


def test_random_damage_never_crashes_the_reader(sent):
    whole, dice = bounce(sent()), random.Random(7)
    for _turn in range(300):
        mail = bytearray(whole)
        for _damage in range(dice.randint(1, 40)):
            mail[dice.randrange(len(mail))] = dice.randrange(256)
        reports.read(bytes(mail))


def test_a_run_is_bounded_and_the_next_goes_on(box, sent, settings):
    settings.BOUNCE_MAILS_A_RUN = 3
    box.put(*(soft(sent(), number) for number in range(5)))
    assert mailbox.read_mailbox().total() == 3
    assert mailbox.read_mailbox().total() == 2
    assert kinds() == ["soft"] * 5


def test_more_places_than_are_asked_about_at_once(box, sent, monkeypatch):
    monkeypatch.setattr(mailbox, "PLACES", 2)
    delivery = sent()
    box.put(*(soft(delivery, number) for number in range(5)))
    assert mailbox.read_mailbox().total() == 5


# --- The way there ----------------------------------------------------------------------------


def test_nothing_is_said_to_a_server_without_a_certificate_to_trust(box, sent, settings):
    box.put(bounce(sent()))
    settings.BOUNCE_IMAP_CA = ""
    assert mailbox.read_mailbox() is None
    assert (kinds(), box.count("UNSEEN")) == ([], 1)


@pytest.mark.parametrize(
    "wrong", [{"BOUNCE_IMAP_PASSWORD": "x"}, {"BOUNCE_IMAP_FOLDER": "No such one"}]
)
def test_a_mailbox_that_cannot_be_opened_is_told_to_the_core_team(
    wrong, box, settings, core_team, caplog
):
    for name, value in wrong.items():
        setattr(settings, name, value)
    assert mailbox.read_mailbox() is None
    assert not Pulse.objects.filter(job="bounces").exists()
    assert "mailbox of bounces could not be read" in core_team.get("/admin/").content.decode()
    assert imap_server.PASSWORD not in caplog.text


def test_a_server_that_is_not_there_costs_no_error(box, settings):
    settings.BOUNCE_IMAP_PORT = free_port()
    assert mailbox.read_mailbox() is None


def test_without_a_mailbox_nothing_is_done(settings):
    settings.BOUNCE_IMAP_HOST = ""
    tasks.read_bounces()
    assert not Pulse.objects.exists()


def test_what_cannot_be_written_down_is_read_again(box, sent, monkeypatch):
    box.put(bounce(sent()))
    write_down = fates.write_down
    monkeypatch.setattr(
        fates, "write_down", lambda *_, **__: (_ for _ in ()).throw(OperationalError("away"))
    )
    for _time in range(3):
        assert mailbox.read_mailbox() is None
        assert box.count("UNSEEN") == 1
    monkeypatch.setattr(fates, "write_down", write_down)
    mailbox.read_mailbox()
    assert kinds() == ["hard"]


def test_reports_of_long_ago_are_forgotten(box, sent, settings):
    box.put(bounce(sent()))
    mailbox.read_mailbox()
    Bounce.objects.update(
        reported_at=timezone.now() - timedelta(days=settings.MAIL_NOTICE_DAYS, hours=1)
    )
    tasks.forget_old_notices()
    assert kinds() == []
    assert Suppression.objects.exists()


def test_the_core_team_reads_the_story_and_no_address(box, sent, core_team):
    delivery = sent("gone@example.org")
    box.put(bounce(delivery))
    mailbox.read_mailbox()
    page = core_team.get(reverse("admin:mailing_delivery_change", args=[delivery.pk]))
    assert "It came back: the address does not exist" in page.content.decode()
    assert "gone@example.org" not in page.content.decode()
