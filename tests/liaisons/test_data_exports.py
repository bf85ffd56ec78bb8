"""Everything held on me: asked for, made in the background, had for a day by its owner alone."""

import json
import threading
import zipfile
from datetime import timedelta
from html.parser import HTMLParser
from io import BytesIO

import pytest
from django.core import mail
from django.db import connections, transaction
from django.urls import reverse
from django.utils import timezone
from kombu.exceptions import OperationalError

from liaisons import tasks
from liaisons.accounts import erasure
from liaisons.data_exports import archive, links, making
from liaisons.models import DataExport, Mandate, User
from mailing import deliver, recipients
from mailing.models import Notice
from tests.factories import UserFactory

PAGE = "liaisons:settings_data"


@pytest.fixture
def browsers(as_person, monkeypatch):
    """Signed-in browsers that proved a moment ago who they are."""
    monkeypatch.setattr("liaisons.accounts.freshness.is_fresh", lambda request: True)
    return as_person


@pytest.fixture
def writer(alice):
    """Alice, to whom mail can be sent."""
    recipients.sync_user(alice, alice.email, "en", "UTC")
    return alice


def ask(client):
    return client.post(reverse("liaisons:settings_download"), follow=True)


def made_for(person) -> DataExport:
    making.request(person)
    assert making.make_due() == 1
    return person.data_exports.get()


def files_of(response) -> dict[str, str]:
    with zipfile.ZipFile(BytesIO(response.content)) as packed:
        return {name: packed.read(name).decode() for name in packed.namelist()}


def test_the_whole_way(writer, browsers):
    client = browsers(writer)
    assert "being put together" in ask(client).content.decode()
    tasks.make_data_exports()
    deliver.send_due()
    link = links.link_to(writer.data_exports.get())
    assert link in client.get(reverse(PAGE)).content.decode()
    (letter,) = mail.outbox
    assert link in letter.body
    assert link in letter.alternatives[0].content
    answer = client.get(link)
    assert answer["Content-Disposition"] == f'attachment; filename="{archive.FILE_NAME}"'
    assert "no-store" in answer["Cache-Control"]
    held = json.loads(files_of(answer)[archive.JSON_NAME])
    assert held["account"]["email"] == writer.email


def test_nobody_else_opens_the_link(writer, bob, browsers, client):
    link = links.link_to(made_for(writer))
    missing = reverse("liaisons:settings_data_get", args=["x_" + "0" * 64])
    refused, unknown = browsers(bob).get(link), browsers(bob).get(missing)
    assert refused.status_code == unknown.status_code == 404
    assert writer.email not in refused.content.decode()
    assert client.get(link).status_code == 302


def test_the_link_works_for_a_day_and_no_longer(writer, browsers):
    export = made_for(writer)
    link, client = links.link_to(export), browsers(writer)
    in_time = timezone.now() + timedelta(minutes=1)
    DataExport.objects.update(expires_at=in_time)
    assert client.get(link).status_code == 200
    assert making.forget_old() == 0
    DataExport.objects.update(expires_at=timezone.now())
    answer = client.get(link)
    assert answer.status_code == 404
    assert "does not work any more" in answer.content.decode()
    assert link not in client.get(reverse(PAGE)).content.decode()
    assert making.forget_old() == 1
    assert not DataExport.objects.exists()


def test_it_lasts_as_long_as_the_setting_says(writer, settings):
    export = made_for(writer)
    assert export.expires_at - export.ready_at == timedelta(hours=settings.DATA_EXPORT_HOURS)
    assert making.forget_old(export.expires_at - timedelta(seconds=1)) == 0
    assert making.forget_old(export.expires_at) == 1


def test_only_the_hash_of_the_token_is_kept(writer):
    export = made_for(writer)
    token = links.token_of(export)
    assert token.startswith("x_")
    assert len(token) == 66
    held = [str(value) for value in DataExport.objects.defer("archive").values()[0].values()]
    assert token not in " ".join(held)
    assert token not in json.dumps(list(Notice.objects.values_list("context", flat=True)))


def test_asking_twice_makes_one(writer, browsers):
    client = browsers(writer)
    ask(client)
    ask(client)
    assert DataExport.objects.count() == 1


def test_a_new_one_takes_the_place_of_the_old(writer, browsers):
    old = links.link_to(made_for(writer))
    new = links.link_to(made_for(writer))
    assert old != new
    assert browsers(writer).get(old).status_code == 404


def test_so_often_a_day_and_no_more(writer, browsers):
    client = browsers(writer)
    for _time in range(making.MOST_A_DAY):
        assert ask(client).status_code == 200
        DataExport.objects.all().delete()
    assert ask(client).status_code == 429


def test_a_get_asks_for_nothing(writer, browsers):
    assert browsers(writer).get(reverse("liaisons:settings_download")).status_code == 405
    assert not DataExport.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_without_redis_the_sweep_finds_it(writer, browsers, monkeypatch):
    def refused(*args, **kwargs):
        raise OperationalError

    monkeypatch.setattr("celery.app.base.Celery.send_task", refused)
    monkeypatch.setattr("mailing.nudges._quiet_until", 0.0)
    assert ask(browsers(writer)).status_code == 200
    tasks.make_data_exports()
    assert writer.data_exports.get().ready_at


def test_one_that_cannot_be_made_keeps_no_other_waiting(writer, bob, monkeypatch, caplog):
    making.request(writer)
    making.request(bob)
    pack = archive.of

    def broken(person):
        if person == writer:
            raise RuntimeError
        return pack(person)

    monkeypatch.setattr(archive, "of", broken)
    assert making.make_due() == 1
    assert bob.data_exports.get().ready_at
    assert writer.data_exports.get().ready_at is None
    assert "Could not make export" in caplog.text


def test_somebody_without_an_address_comes_back_to_the_page(db, browsers):
    person = UserFactory(email="", wiki_username="Ada")
    client = browsers(person)
    assert "You get a mail" not in ask(client).content.decode()
    making.make_due()
    assert links.link_to(person.data_exports.get()) in client.get(reverse(PAGE)).content.decode()


def test_no_mail_is_sent_about_an_archive_that_is_gone(writer):
    made_for(writer)
    DataExport.objects.all().delete()
    deliver.send_due()
    assert mail.outbox == []


class Page(HTMLParser):
    """What an opened page would run or load, and what it says of its language."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.loads, self.root = set(), [], {}
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        values = dict(attrs)
        if tag == "html":
            self.root = values
        self.loads += [v for k, v in values.items() if k in ("src", "href") and v[:1] != "#"]
        self.loads += [k for k in values if k.startswith("on")]


def test_the_page_for_reading_is_in_the_person_s_language_and_needs_nothing(writer):
    User.objects.filter(pk=writer.pk).update(
        language="ar", time_zone="Africa/Nairobi", display_name="<script>alert(1)</script>"
    )
    Mandate.objects.filter(person=writer).update(
        evidence_text="<img src=x onerror=1>", evidence_url="https://meta.example.org/x"
    )
    with zipfile.ZipFile(BytesIO(archive.of(User.objects.get(pk=writer.pk)))) as packed:
        text = packed.read(archive.HTML_NAME).decode()
    page = Page(text)
    assert (page.root["lang"], page.root["dir"]) == ("ar", "rtl")
    assert page.tags.isdisjoint({"script", "img", "iframe", "link"})
    assert page.loads == []
    assert "&lt;script&gt;" in text


def test_deleting_the_account_deletes_what_was_made(writer):
    made_for(writer)
    making.request(writer)
    erasure.erase(writer)
    assert not DataExport.objects.exists()
    assert making.make_due() == 0


@pytest.mark.django_db(transaction=True)
def test_an_account_deleted_while_its_archive_is_made_leaves_none(writer, monkeypatch):
    """The account goes in the moment in which the worker has everything in its hands."""
    making.request(writer)
    pack = archive.of
    begun, deleting = threading.Event(), []

    def delete():
        begun.wait(10)
        with transaction.atomic():
            erasure.erase(User.objects.get(pk=writer.pk))
        connections.close_all()

    def packed(person):
        deleting.append(threading.Thread(target=delete))
        deleting[0].start()
        begun.set()
        deleting[0].join(0.5)  # it waits for us
        return pack(person)

    monkeypatch.setattr(archive, "of", packed)
    making.make_due()
    deleting[0].join(20)
    assert User.objects.get(pk=writer.pk).erased_at
    assert not DataExport.objects.exists()
    deliver.send_due()
    assert mail.outbox == []


@pytest.mark.django_db(transaction=True)
def test_two_workers_make_it_once(writer):
    making.request(writer)
    made = []

    def work():
        made.append(making.make_due())
        connections.close_all()

    workers = [threading.Thread(target=work) for _number in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(30)
    assert sum(made) == 1
    assert Notice.objects.filter(kind="data_export_ready").count() == 1
