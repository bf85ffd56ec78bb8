"""Sign-up, step of the support: languages, names, mails."""

import pytest

from mailing.recipients import preference_of
from tests.factories import (
    CountryFactory,
    LanguageFactory,
)

from .answers import SUPPORT, answers_of, at

pytestmark = pytest.mark.django_db


@pytest.fixture
def at_support(browser, draft):
    browser.post(at("join_mandate"), answers_of(draft))
    return browser


def test_the_groups_languages_are_suggested(at_support):
    form = at_support.get(at("join_support")).context["form"]
    assert form["languages"].value() == ["sw"]


def test_without_a_country_not_by_name_is_preselected_with_the_reason(at_support, dave):
    type(dave).objects.filter(pk=dave.pk).update(is_public_by_name=None)
    page = at_support.get(at("join_support"))
    assert page.context["form"]["is_public_by_name"].value() == "no"
    assert "we do not know your country" in page.text


def test_a_protected_country_is_a_reason(at_support, dave):
    protected = CountryFactory(protected=True)
    type(dave).objects.filter(pk=dave.pk).update(is_public_by_name=None, country=protected)
    page = at_support.get(at("join_support"))
    assert page.context["form"]["is_public_by_name"].value() == "no"
    assert "protection list" in page.text


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"languages": []}, "languages"),
        ({"languages": ["xx"]}, "languages"),
        ({"other_languages": "Klingonese"}, "other_languages"),
        ({"channel": "pigeon"}, "channel"),
        ({"channel": "talk_page"}, "channel"),
        ({"rhythm": "none"}, "rhythm"),
        ({"mail_language": "tlh"}, "mail_language"),
        ({"country": "XX"}, "country"),
        ({"is_public_by_name": ""}, "is_public_by_name"),
        ({"is_public_by_name": "yes", "display_name": " "}, "display_name"),
    ],
)
def test_what_the_support_step_refuses(at_support, draft, change, field):
    page = at_support.post(at("join_support"), SUPPORT | {"draft": draft.pk} | change)
    assert page.status_code == 200
    assert list(page.context["form"].errors) == [field]


def test_languages_are_added_by_any_name(at_support, draft, dave):
    LanguageFactory(code="hy", autonym="հայերեն", english_name="Armenian")
    LanguageFactory(code="de", autonym="Deutsch", english_name="German")
    at_support.post(
        at("join_support"),
        SUPPORT
        | {
            "draft": draft.pk,
            "languages": [],
            "other_languages": "Հայերեն، alemán",
            "help_from_english": "on",
        },
    )
    skills = {skill.language_id: skill for skill in dave.language_skills.all()}
    assert set(skills) == {"hy", "de"}
    assert skills["hy"].needs_help_from_english
    assert not skills["hy"].needs_help_to_english


def test_a_near_miss_is_answered_with_what_was_perhaps_meant(at_support, draft):
    page = at_support.post(
        at("join_support"), SUPPORT | {"draft": draft.pk, "other_languages": "Kiswahilli"}
    )
    assert "Did you mean: Swahili?" in page.text


@pytest.mark.parametrize(
    ("country", "zone"), [("TZ", "Africa/Dar_es_Salaam"), ("ES", "UTC"), ("", "UTC")]
)
def test_the_morning_follows_the_country_where_it_has_one_hour(
    at_support, draft, dave, country, zone
):
    CountryFactory(iso2="ES", english_name="Spain")
    at_support.post(at("join_support"), SUPPORT | {"draft": draft.pk, "country": country})
    dave.refresh_from_db()
    assert dave.time_zone == dave.mail_recipient.time_zone == zone


def test_a_time_zone_that_was_chosen_stays(at_support, draft, dave):
    type(dave).objects.filter(pk=dave.pk).update(time_zone="Asia/Kathmandu")
    at_support.post(at("join_support"), SUPPORT | {"draft": draft.pk})
    dave.refresh_from_db()
    assert dave.time_zone == "Asia/Kathmandu"


def test_the_talk_page_is_for_those_with_a_wikimedia_account(at_support, draft, dave):
    type(dave).objects.filter(pk=dave.pk).update(wiki_username="Dave of the wiki")
    answer = at_support.post(
        at("join_support"), SUPPORT | {"draft": draft.pk, "channel": "talk_page"}
    )
    assert answer.url == at("join_check")
    dave.refresh_from_db()
    assert dave.prefers_talk_page
    preference = preference_of(dave)
    assert (preference.channel, preference.rhythm) == ("talk_page", "monthly")


def test_a_name_is_one_line_and_turns_nothing(at_support, draft, dave):
    typed = {"draft": draft.pk, "display_name": "Dave\r\n\r\nThe \u202eCore Team"}
    at_support.post(at("join_support"), SUPPORT | typed)
    dave.refresh_from_db()
    assert dave.display_name == "Dave The Core Team"
