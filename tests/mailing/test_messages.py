"""Mails as they are received."""

import dataclasses
import re
from email import message_from_bytes, policy
from email.utils import getaddresses

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from hypothesis import given, settings
from hypothesis import strategies as st

from mailing import deliver, kinds, mime, notices
from mailing.addresses import header_address, wire_address
from mailing.models import Delivery, Notice, Suppression
from tests.mailing.people import person
from tests.mailing.test_editions import MONDAY, run
from web.models import Installation

LINES = st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"])).map(
    lambda text: re.sub(r"[\u2028\u2029\x85]", " ", text)
)
TEXTS = st.lists(LINES, max_size=8).map("\n".join)


def sheet(text, html="<p>x</p>", subject="News", headers=None):
    return mime.compose(
        sender="Us <us@example.org>", subject=subject, text=text, html=html, headers=headers or {}
    )


def parts(message: bytes):
    parsed = message_from_bytes(message, policy=policy.default)
    return [part.get_payload(decode=True).decode() for part in parsed.iter_parts()]


@settings(max_examples=300, deadline=None)
@given(before=TEXTS, after=TEXTS, token=st.from_regex(r"[a-z0-9-]{51}", fullmatch=True))
def test_a_spliced_message_reads_as_if_it_were_written_for_one(before, after, token):
    message = sheet(before + mime.TOKEN_SLOT + after).filled(
        address="a@example.org", message_id="<1@example.org>", token=token
    )
    text, _html = parts(message)
    # Spaces at the end of a line are nobody's loss; base64 needs some.
    assert without_line_ends(text) == without_line_ends(f"{before}{token}{after}")
    body = message.split(b"\r\n\r\n", 1)[1]
    assert all(len(line) <= mime.LINE for line in body.split(b"\r\n"))
    assert not re.search(rb"(?m)^(\.|From )", body)
    assert message.isascii()
    assert b"\n" not in message.replace(b"\r\n", b"")


def without_line_ends(text):
    return re.sub(r" *\r?\n", "\n", text)


# Lines that mail servers, mailbox files or quoted-printable could take for something else.
TRICKY = st.lists(
    st.one_of(
        LINES,
        st.text(alphabet=". =\tab~ä", max_size=90),
        st.sampled_from(["From you", "From", ".", "..", "=", "a ", "a\t", "a" * 75, "a" * 76]),
    ),
    max_size=8,
).map("\n".join)


@settings(max_examples=300, deadline=None)
@given(own=TRICKY)
def test_a_persons_own_words_arrive_as_they_are_in_lines_that_nothing_on_the_way_changes(own):
    message = sheet(f"Hello\n{mime.TEXT_SLOT}\nBye").filled(
        address="a@example.org", message_id="<1@x>", text=own
    )
    body = message.partition(b"\r\n--=_")[2].partition(b"\r\n\r\n")[2].partition(b"\r\n--=_")[0]
    for line in body.split(b"\r\n"):
        assert len(line) <= 76
        assert line.isascii()
        assert not line.startswith((b".", b"From "))
        assert not line.endswith((b" ", b"\t"))
        assert b"\n" not in line
    assert parts(message)[0].replace("\r\n", "\n") == f"Hello\n{own}\nBye"


@pytest.mark.parametrize(
    ("sentence", "encoding"),
    [
        ("Les groupes de travail ont publié leurs premières ébauches.", "quoted-printable"),
        ("Рабочие группы опубликовали первые проекты.", "base64"),
        ("कार्य समूहों ने अपने पहले मसौदे प्रकाशित किए हैं।", "base64"),
    ],
)
def test_a_text_travels_in_the_shorter_of_two_encodings(sentence, encoding):
    body = "\n".join([sentence] * 30) + "\n" + mime.TOKEN_SLOT + "/\n" + sentence
    token = "sl-u1-" + "0123456789abcde" * 3
    message = sheet(body, html=body).filled(
        address="a@example.org", message_id="<1@example.org>", token=token
    )
    parsed = message_from_bytes(message, policy=policy.default)
    assert [part["Content-Transfer-Encoding"] for part in parsed.iter_parts()] == [encoding] * 2
    assert f"{token}/\r\n{sentence}" in parts(message)[1]
    assert len(message) < 2.2 * 2 * len(body.encode())


def test_a_token_that_base64_could_not_place_is_refused():
    with pytest.raises(ValueError, match="multiple of three"):
        sheet(mime.TOKEN_SLOT).filled(address="a@example.org", message_id="<1@x>", token="four")


@settings(deadline=None)
@given(subject=LINES)
def test_a_subject_in_any_script_arrives(subject):
    message = sheet("x", subject=subject).filled(address="a@example.org", message_id="<1@x>")
    parsed = message_from_bytes(message, policy=policy.default)
    assert " ".join(str(parsed["Subject"]).split()) == " ".join(subject.split())
    assert parsed["To"] == "a@example.org"


def test_no_header_can_be_smuggled_in():
    message = sheet("x", subject="News\r\nBcc: all@example.org").filled(
        address="a@example.org", message_id="<1@x>"
    )
    assert message_from_bytes(message)["Bcc"] is None


@pytest.mark.django_db
def test_a_digest_has_the_headers_of_a_polite_list(only_board):
    reader = person("daily")
    only_board.post("News")
    run(MONDAY)
    [message] = mail.outbox
    headers = message.extra_headers
    assert headers["To"] == reader.address
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert headers["List-Unsubscribe"].startswith("<http://testserver/mail/unsubscribe/sl-u1-")
    assert headers["List-Id"] == "Digest <digest.testserver>"
    assert headers["List-Help"].startswith("<http://testserver/en/")
    assert headers["Auto-Submitted"] == "auto-generated"
    assert headers["Precedence"] == "list"
    assert headers["Message-ID"] == Delivery.objects.get().message_id
    assert mime.TOKEN_SLOT not in message.message().as_string()


@pytest.mark.django_db
def test_a_digest_loads_nothing_and_tells_nothing_about_its_reader(only_board):
    person("daily")
    only_board.post("News")
    run(MONDAY)
    html = mail.outbox[0].alternatives[0].content
    assert not re.search(r"<(img|script|link|iframe|object)|url\(|@import|src=", html)
    links = set(re.findall(r'href="([^"]+)"', html))
    assert all(link.startswith("http://testserver/") for link in links)
    assert not any("?" in link for link in links)


@pytest.mark.django_db
@pytest.mark.parametrize(("language", "direction"), [("ar", "rtl"), ("en", "ltr"), ("hi", "ltr")])
def test_language_and_direction_are_right(only_board, language, direction):
    person("daily", language=language)
    only_board.post("News")
    run(MONDAY)
    html = mail.outbox[0].alternatives[0].content
    assert html.count(f'lang="{language}" dir="{direction}"') == 2
    assert mail.outbox[0].extra_headers["Content-Language"] == language


@pytest.mark.django_db
def test_a_demo_says_so_in_the_subject_and_in_the_mail(only_board):
    Installation.objects.create(pk=1, is_demo=True)
    person("daily")
    only_board.post("News")
    run(MONDAY)
    assert mail.outbox[0].subject.startswith("[Demo] ")
    assert "demonstration" in mail.outbox[0].body


@pytest.mark.django_db
def test_each_part_is_rendered_once_for_all_who_get_the_same(only_board):
    only_board.post("One")
    for language in ("en", "en", "en", "ar", "ar"):
        person("daily", language=language)
    only_board.post("Two")
    only_board.renders = 0
    run(MONDAY)
    assert len(mail.outbox) == 5
    assert only_board.renders == 2


@pytest.mark.django_db
def test_a_notice_goes_out_before_any_digest(only_board, receipt):
    reader = person("daily")
    only_board.post("News")
    from mailing import editions

    editions.make_editions()
    notices.send("a_receipt", reader.user, {"thing": "a letter"})
    deliver.send_due()
    assert [message.subject for message in mail.outbox] == [
        "Received: a letter",
        "What is new in the strategy process",
    ]
    assert "List-Unsubscribe" not in mail.outbox[0].extra_headers
    assert mail.outbox[0].extra_headers["Auto-Submitted"] == "auto-generated"


@pytest.mark.django_db
def test_a_notice_reaches_an_address_without_account_unless_it_bounced(receipt):
    notices.send("a_receipt", "guest@example.org", {"thing": "x"}, language="de")
    deliver.send_due()
    assert mail.outbox[0].to == ["guest@example.org"]
    from mailing.addresses import address_hash

    Suppression.objects.create(address_hash=address_hash("guest@example.org"), reason="bounced")
    notices.send("a_receipt", "Guest@example.org", {"thing": "x"})
    deliver.send_due()
    assert len(mail.outbox) == 1
    assert Notice.objects.latest("pk").reason == "suppressed"


@pytest.mark.django_db
def test_a_notice_whose_reason_is_gone_is_dropped(only_board, monkeypatch):
    holds = {"now": True}
    kinds.register(
        "conditional",
        label="Conditional",
        category=kinds.Category.RECEIPT,
        to_whom="Anybody",
        subject_template="s",
        eligible=kinds.one_by_one(lambda notice: holds["now"]),
    )
    try:
        notices.send("conditional", person().user, {})
        holds["now"] = False
        deliver.send_due()
    finally:
        notices.unregister("conditional")
    assert Notice.objects.get().reason == "not_eligible"
    assert mail.outbox == []


@pytest.mark.django_db
def test_a_kind_of_notice_may_say_where_an_answer_goes(receipt):
    to = {"address": "guest@example.org"}
    # The fixture takes it away again.
    kinds._kinds["a_receipt"] = dataclasses.replace(receipt, reply_to=lambda notice: to["address"])
    notices.send("a_receipt", person().user, {"thing": "x"})
    deliver.send_due()
    assert mail.outbox[0].extra_headers["Reply-To"] == "guest@example.org"
    to["address"] = "guest@example.org, other@example.org"
    notices.send("a_receipt", person().user, {"thing": "x"})
    deliver.send_due()
    assert len(mail.outbox) == 1
    assert Notice.objects.latest("pk").state == "retry"


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.emails(), st.text(), st.text(alphabet='ab@.,;:"<>() \r\n\\\t')))
def test_an_address_in_a_header_is_one_address(text):
    try:
        address = header_address(text)
    except ValueError:
        return
    assert address.isascii()
    assert [found for _name, found in getaddresses([address])] == [address]
    assert not re.search(r"[\s,;:<>()\"\\]", address)


@pytest.mark.django_db
def test_a_notice_to_whoever_has_no_address_is_skipped_with_that_reason(receipt):
    notices.send("a_receipt", person(address="").user, {"thing": "x"})
    deliver.send_due()
    assert Notice.objects.get().reason == "no_address"


@pytest.mark.django_db
def test_an_unknown_kind_is_refused_at_once():
    with pytest.raises(KeyError):
        notices.send("nonsense", "guest@example.org")


@pytest.mark.django_db
def test_an_address_that_is_none_fails_without_a_word_to_the_server(receipt):
    notices.send("a_receipt", "no address at all", {"thing": "x"})
    deliver.send_due()
    assert Notice.objects.get().state == "failed"
    assert mail.outbox == []


@settings(max_examples=500, deadline=None)
@given(
    st.one_of(
        st.emails(),
        st.text(alphabet="aZ0_+-.@'", max_size=20),
        st.from_regex(r"[a-z.+-]{1,70}@[a-z.-]{1,70}(\.[a-z0-9-]{1,4})?", fullmatch=True),
    )
)
def test_an_address_of_the_usual_form_is_one_for_django_too(text):
    try:
        validate_email(text)
        is_address = True
    except ValidationError:
        is_address = False
    try:
        assert wire_address(text) == text
        assert is_address
    except ValueError:
        assert not is_address
