"""Pages that are the same for everyone: what they carry, and what can never enter them."""

import datetime
import threading

import pytest
import time_machine
from django.contrib.messages.storage.cookie import CookieStorage
from django.core.cache import caches
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client, RequestFactory, override_settings
from django.utils import timezone

from strategy.models import TimelineEntry
from tests.strategy.factories import TopicFactory, UpdateFactory
from tests.web import probe_urls
from web import content_version, public_pages
from web.models import ContentVersion

PAGES = [
    "/en/",
    "/ar/",
    "/en/updates/",
    "/en/updates/feed/",
    "/en/topics/",
    "/en/timeline/",
    "/en/about/",
    "/en/privacy/",
    "/en/accessibility/",
    "/sitemap.xml",
    "/sitemap-pages.xml",
    "/robots.txt",
]
CANARY = "canary-4711"


@pytest.fixture
def rendered(monkeypatch):
    """The paths that were rendered anew since the test began."""
    paths = []
    view_answer = public_pages._view_answer

    def counting(request, *rest):
        paths.append(request.path)
        return view_answer(request, *rest)

    monkeypatch.setattr(public_pages, "_view_answer", counting)
    return paths


@pytest.fixture
def probes():
    """Routes with views made to misbehave."""
    with override_settings(ROOT_URLCONF="tests.web.probe_urls"):
        yield


def bump():
    with transaction.atomic():
        content_version.bump()


# --- What they carry ----------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("address", PAGES)
def test_an_anonymous_page_sets_no_cookie_and_may_be_kept_by_anyone(client, address):
    response = client.get(address)
    assert response.status_code == 200
    assert not response.cookies
    assert "csrfmiddlewaretoken" not in response.content.decode()
    assert response["Cache-Control"] == "public, max-age=60"
    assert "Cookie" in response["Vary"]
    assert response["ETag"].startswith('"')


@pytest.mark.django_db
@pytest.mark.parametrize("address", PAGES)
def test_a_reader_who_has_the_page_is_told_so(client, address):
    etag = client.get(address)["ETag"]
    again = client.get(address, headers={"if-none-match": etag})
    assert again.status_code == 304
    assert again.content == b""
    assert again["ETag"] == etag
    assert again["Cache-Control"] == "public, max-age=60"
    assert not again.cookies


@pytest.mark.django_db
@pytest.mark.parametrize("address", PAGES)
def test_head_says_the_same_without_the_page(client, address):
    full, head = client.get(address), client.head(address)
    assert head.status_code == 200
    assert head.content == b""
    for name in ("ETag", "Content-Type", "Cache-Control", "Content-Length"):
        assert head[name] == full[name]


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "options"])
def test_nothing_can_be_sent_to_a_public_page(method):
    # Also with the CSRF check on, the answer is that this page takes nothing.
    assert getattr(Client(), method)("/en/about/").status_code == 405


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("address", "content_type"),
    [
        ("/en/", "text/html; charset=utf-8"),
        ("/en/updates/feed/", "application/atom+xml; charset=utf-8"),
        ("/sitemap.xml", "application/xml"),
        ("/sitemap-pages.xml", "application/xml"),
        ("/robots.txt", "text/plain; charset=utf-8"),
    ],
)
def test_a_kept_answer_keeps_its_type(client, address, content_type):
    for _again in range(2):
        assert client.get(address)["Content-Type"] == content_type


# --- When they are rendered anew ------------------------------------------------------------------


@pytest.mark.django_db
def test_a_page_is_rendered_once(client, rendered):
    for _again in range(3):
        client.get("/en/about/")
    assert rendered == ["/en/about/"]


@pytest.mark.django_db
def test_a_kept_page_costs_no_query(client, django_assert_num_queries):
    client.get("/en/")
    with django_assert_num_queries(0):
        client.get("/en/")


@pytest.mark.django_db
def test_what_another_process_changed_is_noticed_a_second_later(client, rendered):
    client.get("/en/about/")
    # Not through bump(): that would tell this process at once.
    ContentVersion.objects.update_or_create(pk=1, defaults={"version": 4711})
    later = timezone.now() + datetime.timedelta(seconds=content_version.SECONDS_TO_NOTICE + 1)
    with time_machine.travel(later, tick=False):
        assert client.get("/en/about/")["ETag"].startswith('"4711-')
    assert rendered == ["/en/about/", "/en/about/"]


@pytest.mark.django_db
def test_each_language_is_kept_for_itself(client):
    pages = {client.get(f"/{code}/about/").content for code in ("en", "ar", "de")}
    assert len(pages) == 3


@pytest.mark.django_db
def test_a_change_shows_at_once_and_gives_a_new_etag(client):
    before = client.get("/en/")
    UpdateFactory(published=True, title_en="Something new")
    after = client.get("/en/", headers={"if-none-match": before["ETag"]})
    assert after.status_code == 200
    assert "Something new" in after.content.decode()
    assert after["ETag"] != before["ETag"]


@pytest.mark.django_db
def test_a_change_without_a_new_version_still_gives_a_new_etag(client):
    """A page says what follows from the clock, so the bytes have their part in the ETag."""
    before = client.get("/en/timeline/")
    TimelineEntry.objects.create(kind="stage", title_en="A stage", starts_on=timezone.localdate())
    for name in ("pages", "figures"):
        caches[name].clear()
    after = client.get("/en/timeline/", headers={"if-none-match": before["ETag"]})
    assert after.status_code == 200


@pytest.mark.django_db
def test_a_new_day_is_a_new_page(client, rendered):
    now = timezone.now().replace(hour=23, minute=59)
    with time_machine.travel(now, tick=False):
        TopicFactory(closes_at=now + datetime.timedelta(days=2))
        assert "closes in 2 days" in client.get("/en/").content.decode()
    with time_machine.travel(now + datetime.timedelta(minutes=2), tick=False):
        assert "closes in 1 day" in client.get("/en/").content.decode()
    assert rendered == ["/en/", "/en/"]


@pytest.mark.django_db(transaction=True)
def test_the_version_grows_only_with_the_change_that_needs_it():
    with pytest.raises(RuntimeError, match="transaction"):
        content_version.bump()


@pytest.mark.django_db(transaction=True)
def test_a_change_that_is_rolled_back_changes_no_version():
    before = content_version.current()
    with transaction.atomic():
        content_version.bump()
        transaction.set_rollback(True)
    assert content_version.current() == before


@pytest.mark.django_db(transaction=True)
def test_of_many_readers_after_a_change_one_waits_for_the_page_and_the_rest_for_it(monkeypatch):
    rendered, started = [], threading.Event()
    view_answer = public_pages._view_answer

    def slow(request, *rest):
        rendered.append(request.path)
        started.wait(0.3)
        return view_answer(request, *rest)

    monkeypatch.setattr(public_pages, "_view_answer", slow)
    answers = []

    def read():
        try:
            answers.append(Client().get("/en/about/").status_code)
        finally:
            connection.close()

    readers = [threading.Thread(target=read) for _ in range(6)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join(30)
    assert answers == [200] * 6
    assert rendered == ["/en/about/"]


# --- What cannot fill the cache -------------------------------------------------------------------


@pytest.mark.django_db
def test_parameters_the_page_does_not_know_change_nothing(client, rendered):
    plain = client.get("/en/updates/")
    odd = client.get(f"/en/updates/?utm_source={CANARY}&fbclid=1&what=x")
    assert odd.content == plain.content
    assert rendered == ["/en/updates/"]


@pytest.mark.django_db
def test_the_order_of_parameters_makes_no_other_page(client, probes, rendered):
    client.get("/everything/?kind=b&kind=a&q=1")
    client.get("/everything/?q=1&kind=b&kind=a&page=3")
    assert len(rendered) == 1


@pytest.mark.django_db
def test_pages_with_a_query_cannot_push_out_the_others(client, rendered):
    client.get("/en/about/")
    for number in range(400):
        client.get(f"/en/updates/?page={number}")
    del rendered[:]
    client.get("/en/about/")
    assert rendered == []


@pytest.mark.django_db
def test_what_is_not_there_is_not_kept(client, rendered):
    for _again in range(2):
        response = client.get("/en/updates/no-such-update/")
        assert response.status_code == 404
        assert "no-store" in response["Cache-Control"]
        assert not response.cookies
    assert len(rendered) == 2


@pytest.mark.django_db
def test_what_is_not_there_costs_little(client, django_assert_max_num_queries):
    with django_assert_max_num_queries(4):
        client.get("/en/updates/no-such-update/")


# --- What is personal -----------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_view_of_a_kept_page_knows_nothing_of_who_asks(probes):
    client = Client(
        headers={
            "user-agent": CANARY,
            "accept-language": CANARY,
            "referer": f"http://testserver/{CANARY}",
            "authorization": CANARY,
            "x-forwarded-for": CANARY,
            "x-forwarded-host": CANARY,
            "x-anything": CANARY,
        },
        REMOTE_ADDR="192.0.2.7",
        REMOTE_USER=CANARY,
    )
    client.cookies["csrftoken"] = CANARY * 3
    client.cookies["anything"] = CANARY
    said = client.get(f"/everything/?email={CANARY}&q=1").content.decode()
    assert CANARY not in said
    assert "192.0.2.7" not in said
    assert "AnonymousUser" in said
    assert said.startswith("q=1|/everything/?q=1|http://testserver/everything/?q=1|")


@pytest.mark.django_db
def test_another_host_name_does_not_enter_a_kept_page(probes):
    said = Client(headers={"host": "localhost"}).get("/everything/").content.decode()
    assert "localhost" not in said


@pytest.mark.django_db
def test_signed_in_readers_neither_fill_nor_read_the_cache(client, as_person, alice, rendered):
    signed_in = as_person(alice)
    own = signed_in.get("/en/about/")
    assert own["Cache-Control"] == "private, no-store"
    assert not own.has_header("ETag")
    assert "Cookie" in own["Vary"]
    assert rendered == []

    anonymous = client.get("/en/about/")
    assert rendered == ["/en/about/"]
    assert "My account" in own.content.decode()
    assert "My account" not in anonymous.content.decode()
    assert "My account" in signed_in.get("/en/about/").content.decode()


@pytest.mark.django_db
def test_a_session_cookie_that_is_no_longer_valid_is_not_served_from_the_cache(client):
    client.get("/en/about/")
    client.cookies["sessionid"] = "made-up"
    assert client.get("/en/about/")["Cache-Control"] == "private, no-store"


@pytest.mark.django_db
def test_a_message_for_one_reader_is_seen_by_that_reader_only(client):
    """Messages stand in a cookie where there is no session, for example after signing out."""
    request = RequestFactory().get("/")
    storage = CookieStorage(request)
    storage.add(25, CANARY)
    answer = HttpResponse()
    storage.update(answer)
    client.cookies["messages"] = answer.cookies["messages"].value

    theirs = client.get("/en/about/")
    assert CANARY in theirs.content.decode()
    assert theirs["Cache-Control"] == "private, no-store"
    assert CANARY not in Client().get("/en/about/").content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("address", "error"),
    [("/cookie/", "no cookie"), ("/token/", "no CSRF token"), ("/session/", "session")],
)
def test_a_view_that_wants_something_personal_fails_loudly(probes, client, address, error):
    with pytest.raises((RuntimeError, AttributeError), match=error):
        client.get(address)


@pytest.mark.django_db
def test_language_links_hold_no_parameter_that_the_page_does_not_know(client):
    page = client.get(f"/en/updates/?page=1&token={CANARY}").content.decode()
    assert CANARY not in page
    assert "/de/updates/?page=1" in page


# --- The address without a language ---------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("ar", "/ar/"),
        ("pt-BR,pt;q=0.9,en;q=0.8", "/pt/"),
        ("zh-CN,zh;q=0.9", "/zh-hans/"),
        ("sw,fr;q=0.5", "/fr/"),
        ("tlh", "/en/"),
        ("", "/en/"),
        ("*;q=abc,,,;", "/en/"),
    ],
)
def test_the_front_door_leads_to_the_readers_language(client, accept, expected):
    response = client.get("/", headers={"accept-language": accept})
    assert response.status_code == 302
    assert response["Location"] == expected
    assert "Accept-Language" in response["Vary"]
    assert "public" not in response["Cache-Control"]
    assert not response.cookies


@pytest.mark.django_db
def test_public_pages_are_declared_public():
    assert probe_urls.everything.policy == "public"
