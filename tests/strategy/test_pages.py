"""The public pages: what they say, full and empty, with how many queries."""

import datetime
from xml.etree import ElementTree

import pytest
from django.core.cache import caches
from django.utils import timezone

from tests.factories import GroupFactory, MandateFactory

from .factories import TimelineEntryFactory, TopicFactory, TopicQuestionFactory, UpdateFactory

pytestmark = pytest.mark.django_db
SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
XHTML = "{http://www.w3.org/1999/xhtml}"


def text(client, address):
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


def something_of_everything():
    UpdateFactory(published=True, in_arabic=True)
    topic = TopicFactory()
    TopicQuestionFactory(topic=topic)
    today = timezone.localdate()
    TimelineEntryFactory(starts_on=today, ends_on=today + datetime.timedelta(days=12))
    MandateFactory(confirmed=True, group=GroupFactory(latitude=1, longitude=1))


# --- Home -----------------------------------------------------------------------------------------


def test_home_says_what_this_is_where_the_process_stands_and_what_to_do(client):
    something_of_everything()
    home = text(client, "/en/")
    assert "A Strategy Liaison carries news" in home
    assert "now, ends in 12 days" in home
    assert 'href="/en/join/"' in home
    assert "closes in 12 days" in home
    assert "1 of 1 groups has a liaison" in home
    assert '<circle class="has"' in home


def test_home_is_no_empty_page_before_anything_happened(client):
    home = text(client, "/en/")
    assert "Nothing is published yet" in home
    assert "No topic is open now" in home
    assert "The timeline is not there yet" in home
    assert "No groups are listed yet" in home
    assert 'href="/en/join/"' in home


def test_home_shows_nobody_by_name(client, alice, bob):
    home = text(client, "/en/")
    assert "Alice" not in home
    assert "Bob" not in home


# --- Updates --------------------------------------------------------------------------------------


def test_an_update_names_its_languages_and_its_reading_time(client):
    update = UpdateFactory(published=True, in_arabic=True, body_en="word " * 900)
    page = text(client, f"/en/updates/{update.slug}/")
    assert "5 minutes to read" in page
    assert f'href="/ar/updates/{update.slug}/" hreflang="ar"' in page
    assert f"http://testserver/en/updates/{update.slug}/" in page
    assert "2 languages" in text(client, "/en/updates/")


def test_an_update_not_translated_says_so_and_carries_its_real_language(client):
    update = UpdateFactory(published=True)
    page = text(client, f"/ar/updates/{update.slug}/")
    assert f'<h1 lang="en" dir="ltr">{update.title_en}</h1>' in page
    assert '<div class="prose" lang="en" dir="ltr">' in page
    assert '<html lang="ar" dir="rtl">' in page


def test_title_and_text_never_come_in_two_languages(client):
    update = UpdateFactory(published=True, title_fr="Titre sans texte")
    page = text(client, f"/fr/updates/{update.slug}/")
    assert "Titre sans texte" not in page
    assert update.title_en in page


def test_the_list_has_pages(client):
    for _ in range(11):
        UpdateFactory(published=True)
    assert text(client, "/en/updates/").count("<h2>") == 10
    assert text(client, "/en/updates/?page=2").count("<h2>") == 1
    for odd in ("0", "-1", "99999999999999999999", "abc", "1e9"):
        assert client.get(f"/en/updates/?page={odd}").status_code == 200


def test_an_empty_list_says_what_will_come(client):
    assert "No update is published yet" in text(client, "/en/updates/")


# --- About, privacy, accessibility ----------------------------------------------------------------


@pytest.mark.parametrize("name", ["about", "privacy", "accessibility"])
@pytest.mark.parametrize("language", ["en", "ar", "zh-hans"])
def test_the_pages_about_this_site_answer_in_every_language(client, name, language):
    assert f'<html lang="{language}"' in text(client, f"/{language}/{name}/")


# --- For programs ---------------------------------------------------------------------------------


def test_the_site_map_names_each_page_in_each_language(client):
    update = UpdateFactory(published=True)
    TopicFactory(slug="open-one")
    TopicFactory(slug="hidden-one", is_public=False)
    index = ElementTree.fromstring(text(client, "/sitemap.xml"))  # noqa: S314
    places = [found.text for found in index.iter(f"{SITEMAP}loc")]
    assert "http://testserver/sitemap-updates.xml" in places
    whole = "".join(text(client, place.removeprefix("http://testserver")) for place in places)
    assert "http://testserver/en/topics/open-one/" in whole
    assert "hidden-one" not in whole
    pages = ElementTree.fromstring(text(client, "/sitemap-updates.xml"))  # noqa: S314
    urls = pages.findall(f"{SITEMAP}url")
    assert len(urls) == 10
    links = {a.get("hreflang"): a.get("href") for a in urls[0].findall(f"{XHTML}link")}
    assert links["ar"] == f"http://testserver/ar/updates/{update.slug}/"
    assert links["x-default"].endswith(f"/updates/{update.slug}/")
    assert len(links) == 11


def test_an_unknown_site_map_is_not_there(client):
    assert client.get("/sitemap-people.xml").status_code == 404


def test_robots_are_told_where_the_site_map_is(client):
    robots = text(client, "/robots.txt")
    assert "Sitemap: http://testserver/sitemap.xml" in robots
    assert "Disallow: /admin/" in robots


# --- Queries --------------------------------------------------------------------------------------


def queries_of(client, address, django_assert_max_num_queries):
    for name in ("pages", "searches", "figures"):
        caches[name].clear()
    with django_assert_max_num_queries(12) as queries:
        text(client, address)
    return len(queries)


@pytest.mark.parametrize(
    "address",
    [
        "/en/",
        "/ar/",
        "/en/updates/",
        "/en/updates/feed/",
        "/en/topics/",
        "/en/timeline/",
        "/sitemap-updates.xml",
        "/sitemap-topics.xml",
    ],
)
def test_twenty_rows_take_as_many_queries_as_one(client, address, django_assert_max_num_queries):
    something_of_everything()
    one = queries_of(client, address, django_assert_max_num_queries)
    for _ in range(19):
        something_of_everything()
    assert queries_of(client, address, django_assert_max_num_queries) == one


def test_twenty_questions_take_as_many_queries_as_one(client, django_assert_max_num_queries):
    topic = TopicFactory(slug="advocacy")
    TopicQuestionFactory(topic=topic)
    one = queries_of(client, "/en/topics/advocacy/", django_assert_max_num_queries)
    for _ in range(19):
        TopicQuestionFactory(topic=topic)
    assert queries_of(client, "/en/topics/advocacy/", django_assert_max_num_queries) == one
