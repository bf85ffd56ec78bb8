"""Where help with translation is needed and offered, and how much each of the Core Team has."""

import datetime

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse
from django.utils import timezone

from liaisons import translation_help
from liaisons.models import ContactRule, LanguageSkill, Mandate
from tests.factories import (
    CountryFactory,
    GroupFactory,
    LanguageFactory,
    MandateFactory,
    RegionFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

PAGE = "admin:liaisons_user_translation_help"
WORKLOAD = "admin:liaisons_user_workload"


@pytest.fixture
def desk(frank, as_person):
    """Frank's browser."""
    return as_person(frank)


def skill(person, code, **flags):
    LanguageFactory(code=code)
    return LanguageSkill.objects.create(person=person, language_id=code, **flags)


def figures(found):
    return {str(one.of): one.counts for one in found}


def test_figures_by_language(alice, grace, dave):
    skill(alice, "sw", needs_help_from_english=True, needs_help_to_english=True)
    skill(dave, "sw", needs_help_from_english=True)
    skill(grace, "sw", offers_help_to_english=True)
    skill(grace, "hy")
    (swahili,) = translation_help.overview().languages
    assert swahili.of.code == "sw"
    assert swahili.counts == {
        "needs_from": 2, "needs_to": 1, "offers_from": 0, "offers_to": 1, "needs": 2, "offers": 1,
    }  # fmt: skip


def test_the_region_is_that_of_the_group_else_of_the_country(alice, grace, dave):
    """Alice speaks for a group in SSA though she lives elsewhere; Dave speaks for none."""
    elsewhere = CountryFactory(iso2="JP", region=RegionFactory(code="ESEAP"))
    alice.country = elsewhere
    alice.save()
    dave.country = elsewhere
    dave.save()
    for person in (alice, grace, dave, UserFactory()):
        skill(person, "sw", needs_help_from_english=True)
    found = translation_help.overview()
    assert {one.of.code if one.of else "": one.counts["needs"] for one in found.regions} == {
        "SSA": 1, "CEECA": 1, "ESEAP": 1, "": 1,
    }  # fmt: skip
    (there,) = translation_help.overview(region="ESEAP").languages
    assert there.counts["needs"] == 1


def test_where_most_help_is_missing_stands_first(alice, grace, dave):
    skill(alice, "ja", needs_help_from_english=True)
    skill(grace, "ja", offers_help_from_english=True)
    skill(dave, "sw", needs_help_to_english=True)
    assert [one.of.code for one in translation_help.overview().languages] == ["sw", "ja"]


def test_closed_accounts_count_no_more(alice, dave):
    for person, change in ((alice, {"is_active": False}), (dave, {"erased_at": timezone.now()})):
        skill(person, "sw", needs_help_from_english=True)
        type(person).objects.filter(pk=person.pk).update(**change)
    assert translation_help.overview().languages == []


def test_the_page_shows_figures_and_names_of_one_language(desk, alice, dave):
    RegionFactory(code="CEECA")
    skill(alice, "sw", needs_help_from_english=True)
    skill(dave, "ja", offers_help_to_english=True)
    text = desk.get(reverse(PAGE)).text
    assert "Swahili" in text
    assert "Alice" not in text
    text = desk.get(reverse(PAGE), {"language": "sw"}).text
    assert "Alice" in text
    assert "Dave" not in text
    assert "Alice" not in desk.get(reverse(PAGE), {"language": "sw", "region": "CEECA"}).text
    assert (
        desk.get(reverse(PAGE), {"language": "\x01", "region": "x", "page": "x"}).status_code < 500
    )


def test_a_translator_sees_figures_and_no_names(as_person, alice):
    skill(alice, "sw", needs_help_from_english=True)
    translator = UserFactory(core_team=True)
    translator.user_permissions.set(Permission.objects.filter(codename="view_languageskill"))
    client = as_person(translator)
    text = client.get(reverse(PAGE), {"language": "sw"}).text
    assert "Swahili" in text
    assert "Alice" not in text
    assert reverse(PAGE) in client.get(reverse("admin:index")).text
    assert as_person(UserFactory(core_team=True)).get(reverse(PAGE)).status_code == 403


def test_the_picture_says_its_figures_in_words_too(desk, alice):
    skill(alice, "sw", needs_help_from_english=True)
    text = desk.get(reverse(PAGE)).text
    assert "<span>Needed: 1</span>" in text
    assert "<span>Offered: 0</span>" in text


def test_many_ask_as_much_as_one(desk, questions):
    for number in (1, 25):
        for one in range(number):
            country = CountryFactory(iso2=f"X{chr(65 + one)}", region=RegionFactory(code=f"R{one}"))
            held = MandateFactory(confirmed=True, group=GroupFactory(country=country))
            skill(held.person, f"x{one:02}", needs_help_from_english=True)
            skill(held.person, f"y{one:02}", offers_help_to_english=True)
        questions(desk, reverse(PAGE) + "?language=x00")
    assert questions.are_the_same


# --- Workload ---------------------------------------------


def row_of(page, person):
    return next(row for row in page.context["rows"] if row["person"] == person)


def test_the_workload_of_each_contact(desk, frank, alice, grace):
    application = MandateFactory(reviewer=frank)
    application.events.create(kind="asked", actor=application.person, message="When?")
    MandateFactory(more_asked=True, reviewer=frank)
    Mandate.objects.filter(person=grace).update(
        last_day=timezone.localdate() + datetime.timedelta(days=5)
    )
    frank.away_until = timezone.localdate()
    frank.save()
    page = desk.get(reverse(WORKLOAD))
    row = row_of(page, frank)
    assert (row["liaisons"], row["ending"], row["open"], row["questions"]) == (2, 1, 2, 1)
    assert row["person"].is_away


def test_who_left_and_still_has_liaisons_is_marked(desk, alice):
    gone = UserFactory(display_name="Gone")
    alice.mandates.update(contact=gone)
    page = desk.get(reverse(WORKLOAD))
    assert not row_of(page, gone)["is_of_core_team"]
    assert "No longer in the Core Team" in page.text
    moved = desk.get(row_of(page, gone)["reassign_url"] + f"&to={page.wsgi_request.user.pk}")
    assert [row.mandate.person for row in moved.context["rows"].done] == [alice]


def test_liaisons_without_a_contact_are_counted(desk, alice):
    alice.mandates.update(contact=None)
    assert "1 liaison has no contact." in desk.get(reverse(WORKLOAD)).text


def test_the_workload_asks_as_much_for_many(desk, questions):
    for number in (1, 20):
        for _one in range(number):
            MandateFactory(confirmed=True)
            MandateFactory(reviewer=UserFactory(core_team=True))
        questions(desk, reverse(WORKLOAD))
    assert questions.are_the_same


def test_taking_the_core_team_away_hands_the_liaisons_on(desk, alice, frank):
    leaving, after = UserFactory.create_batch(2, core_team=True)
    alice.mandates.update(contact=leaving)
    address = reverse("admin:liaisons_user_change", args=[leaving.pk])
    form = {
        "is_active": "on", "language_skills-TOTAL_FORMS": "0", "language_skills-INITIAL_FORMS": "0",
    }  # fmt: skip
    page = desk.post(address, form, follow=True)
    assert "1 liaison keeps this contact" in page.text
    ContactRule.objects.create(contact=after)
    page = desk.post(address, form, follow=True)
    assert "1 liaison has another contact now" in page.text
    assert alice.mandates.get().contact == after
