"""Each person's own part: placed into the mail, told once, read for a whole batch."""

from datetime import timedelta
from email import message_from_bytes, policy

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings

from mailing import claimed, deliver, editions, mime, sections
from mailing.models import Delivery, ToldItem
from tests.mailing.people import Letterbox, person, told_on
from tests.mailing.test_editions import MONDAY, run
from tests.mailing.test_messages import TEXTS, sheet, without_line_ends

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def letterbox(only_board):
    return sections.register_personal(Letterbox())


@pytest.fixture
def steps(only_board):
    return sections.register_personal(Letterbox("steps", is_news=False))


def own_parts(heading="* In the letterbox *"):
    return {
        message.to[0]: told_on(heading, message.body)
        for message in mail.outbox
        if heading in message.body
    }


def test_each_person_gets_their_own_part_and_nobody_elses(only_board, letterbox):
    one, two, third = (person("daily") for _number in range(3))
    letterbox.post(one, "For one")
    letterbox.post(two, "For two")
    only_board.post("News")
    run(MONDAY)
    assert own_parts() == {one.address: "For one", two.address: "For two"}
    assert len(mail.outbox) == 3
    for message in mail.outbox:
        html = message.alternatives[0].content
        assert ("For one" in html) == (message.to == [one.address])
        assert third.address != message.to[0] or "letterbox" not in message.body + html


def test_it_is_a_reason_for_a_mail_and_told_once(letterbox):
    reader, other = person("daily"), person("daily")
    letterbox.post(reader, "Answer")
    for day in range(3):
        run(MONDAY + day * DAY)
    assert [message.to for message in mail.outbox] == [[reader.address]]
    assert own_parts() == {reader.address: "Answer"}
    assert {d.reason for d in Delivery.objects.filter(recipient=other)} == {"empty"}


def test_what_a_refused_digest_was_to_tell_comes_with_the_next(letterbox):
    reader = person("daily")
    letterbox.post(reader, "Answer")
    editions.make_editions(MONDAY)
    Delivery.objects.update(state="failed", reason="refused", finished_at=MONDAY)
    run(MONDAY + DAY)
    assert own_parts() == {reader.address: "Answer"}
    assert ToldItem.objects.count() == 1


def test_whoever_joins_later_is_told_nothing_of_before(letterbox):
    early = person("daily")
    letterbox.post(early, "Before")
    early.__class__.objects.filter(pk=early.pk).update(joined_position=99)
    run(MONDAY)
    assert mail.outbox == []


def test_what_only_stands_beside_news_sends_no_mail_and_is_told_once(only_board, steps):
    reader = person("daily")
    steps.standing = {reader.user_id: ["Finish"]}
    run(MONDAY)
    assert mail.outbox == []
    only_board.post("News")
    run(MONDAY + DAY)
    steps.standing = {reader.user_id: ["Finish", "Renew"]}
    only_board.post("More news")
    run(MONDAY + 2 * DAY)
    first, second = mail.outbox
    assert told_on("* In the steps *", first.body) == "Finish"
    assert told_on("* In the steps *", second.body) == "Renew"


def test_a_digest_tried_again_tells_the_same(only_board, steps):
    reader = person("daily")
    steps.standing = {reader.user_id: ["Finish"]}
    only_board.post("News")
    run(MONDAY)
    Delivery.objects.update(
        state="retry", next_attempt_at=MONDAY, finished_at=None, reason="", message_id="<2@x>"
    )
    run(MONDAY + timedelta(hours=1))
    assert [told_on("* In the steps *", message.body) for message in mail.outbox] == ["Finish"] * 2


def test_a_batch_is_read_with_the_same_queries_for_few_and_many(only_board, letterbox, steps):
    def queries(number, day):
        for _number in range(number):
            reader = person("daily")
            steps.standing[reader.user_id] = ["Finish"]
            letterbox.post(reader, f"Answer {_number}")
        with CaptureQueriesContext(
            connection,
        ) as seen:
            editions.make_editions(MONDAY + day * DAY)
            worker = deliver._Worker()
            ids = [d.pk for d in Delivery.objects.filter(state="pending")]
            letters = claimed.loaded(Delivery, ids)
            before = len(seen)
            worker.own_parts.read(letters)
            count = len(seen) - before
            worker.transport.leave()
        deliver.send_due()
        return count

    few = queries(1, 0)
    assert queries(20, 1) == few


def test_what_cannot_be_read_for_all_is_read_for_each(letterbox, monkeypatch):
    good, bad = person("daily"), person("daily")
    letterbox.post(good, "Good")
    letterbox.post(bad, "Bad")
    load = letterbox.load

    def one_is_broken(readers):
        if any(reader.user_id == bad.user_id for reader in readers):
            raise RuntimeError("nobody can read this")
        return load(readers)

    monkeypatch.setattr(letterbox, "load", one_is_broken)
    run(MONDAY)
    assert own_parts() == {good.address: "Good"}
    assert Delivery.objects.get(recipient=bad).state == "retry"


@settings(max_examples=100, deadline=None)
@given(before=TEXTS, own=TEXTS, after=TEXTS)
def test_an_own_part_reads_as_if_it_were_written_there(before, own, after):
    message = sheet(f"{before}\n{mime.TEXT_SLOT}\n{after}", html=f"<p>{mime.HTML_SLOT}</p>").filled(
        address="a@example.org", message_id="<1@example.org>", text=own, html=own
    )
    parsed = message_from_bytes(message, policy=policy.default)
    text, html = (part.get_payload(decode=True).decode() for part in parsed.iter_parts())
    assert without_line_ends(text) == without_line_ends(f"{before}\n{own}\n{after}")
    assert without_line_ends(html) == without_line_ends(f"<p>{own}</p>")
    body = message.split(b"\r\n\r\n", 1)[1]
    assert all(len(line) <= mime.LINE for line in body.split(b"\r\n"))
    assert message.isascii()


def test_the_next_is_written_while_the_server_reads(only_board, letterbox, sink, monkeypatch):
    """And what cannot be written then is tried, and noted, in its own turn."""
    readers = [person("daily", address=f"ok.{number}@example.org") for number in range(4)]
    for number, reader in enumerate(readers):
        letterbox.post(reader, f"Answer {number}")
    render, arrived_before = letterbox.render, []

    def looking(things, language):
        arrived_before.append((things, len(sink.arrived)))
        if things == ["Answer 2"]:
            raise RuntimeError("nobody can write this")
        return render(things, language)

    monkeypatch.setattr(letterbox, "render", looking)
    run(MONDAY)
    assert arrived_before == [
        (["Answer 0"], 0),
        (["Answer 1"], 0),
        (["Answer 2"], 1),
        (["Answer 2"], 2),
        (["Answer 3"], 2),
    ]
    told = {
        one["to"]: told_on("* In the letterbox *", text_of(one["content"])) for one in sink.arrived
    }
    assert told == {f"ok.{number}@example.org": f"Answer {number}" for number in (0, 1, 3)}
    assert Delivery.objects.get(recipient=readers[2]).state == "retry"


def text_of(content):
    return message_from_bytes(content, policy=policy.default).get_body(["plain"]).get_content()
