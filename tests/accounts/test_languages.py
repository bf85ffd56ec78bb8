"""One's languages: how well, and which help is needed and offered; and how one's name looks."""

import re

import pytest
from django.urls import reverse
from django.utils.html import strip_tags

from liaisons import languages
from liaisons.models import LanguageSkill, User
from tests.factories import LanguageFactory, UserFactory

PAGE = "liaisons:settings_languages"


@pytest.fixture
def ada(db):
    """Knows Swahili well and offers help with it; knows Armenian and needs help; and English."""
    person = UserFactory(display_name="Ada")
    for code, answers in {
        "sw": {"level": "native", "offers_help_from_english": True},
        "hy": {"level": "basic", "needs_help_to_english": True},
        "en": {},
    }.items():
        person.language_skills.create(language=LanguageFactory(code=code), **answers)
    LanguageFactory(code="ka", english_name="Georgian", autonym="ქართული")
    return person


@pytest.fixture
def browser(ada, as_person):
    return as_person(ada)


def typed(**answers):
    """The form as it stands for Ada, with these answers; keys have _ for -."""
    form = {
        "language-sw-is_on_page": "True", "language-sw-level": "native",
        "language-sw-offers_help_from_english": "on",
        "language-hy-is_on_page": "True", "language-hy-level": "basic",
        "language-hy-needs_help_to_english": "on",
        "language-en-is_on_page": "True", "language-en-level": "", "new-language": "",
    }  # fmt: skip
    return {k: v for k, v in (form | answers).items() if v is not None}


def skill(person, code) -> LanguageSkill:
    return person.language_skills.get(language=code)


def test_each_language_has_its_own_level_and_help(browser, ada):
    answers = {
        "language-hy-level": "good",
        "language-hy-needs_help_to_english": None,
        "language-hy-offers_help_to_english": "on",
    }
    page = browser.post(reverse(PAGE), typed(**answers), follow=True)
    assert "saved" in page.content.decode()
    hy = skill(ada, "hy")
    assert (hy.level, hy.needs_help_to_english, hy.offers_help_to_english) == ("good", False, True)
    assert skill(ada, "sw").offers_help_from_english


def test_one_is_added_by_any_of_its_names_and_one_removed(browser, ada):
    browser.post(reverse(PAGE), typed(**{"new-language": "ქართული", "language-hy-remove": "on"}))
    assert set(ada.language_skills.values_list("language", flat=True)) == {"sw", "en", "ka"}
    assert skill(ada, "ka").level == ""


def test_an_unknown_name_is_answered_and_nothing_is_lost(browser, ada):
    page = browser.post(reverse(PAGE), typed(**{"new-language": "xyzzy"})).content.decode()
    assert "No language is called" in page
    assert ada.language_skills.count() == 3


def test_adding_what_is_there_changes_nothing(browser, ada):
    browser.post(reverse(PAGE), typed(**{"new-language": "hy"}))
    assert skill(ada, "hy").needs_help_to_english
    assert ada.language_skills.count() == 3


def test_a_page_from_before_a_language_was_added_leaves_it_alone(browser, ada):
    ada.language_skills.create(language_id="ka", level="fluent", offers_help_to_english=True)
    browser.post(reverse(PAGE), typed())
    ka = skill(ada, "ka")
    assert (ka.level, ka.offers_help_to_english) == ("fluent", True)


def test_a_language_removed_meanwhile_stays_removed(browser, ada):
    form = typed()
    ada.language_skills.filter(language="hy").delete()
    browser.post(reverse(PAGE), form)
    assert not ada.language_skills.filter(language="hy").exists()


def test_nobody_translates_english_into_english(browser, ada):
    page = browser.get(reverse(PAGE)).content.decode()
    assert 'name="language-hy-needs_help_to_english"' in page
    assert 'name="language-en-needs_help_to_english"' not in page
    browser.post(reverse(PAGE), typed(**{"language-en-needs_help_to_english": "on"}))
    assert not skill(ada, "en").needs_help_to_english


def test_no_more_than_so_many(browser, ada):
    for number in range(languages.MOST - 3):
        ada.language_skills.create(language=LanguageFactory(code=f"q{number:02}"))
    answer = browser.post(reverse(PAGE), typed(**{"new-language": "ka"}))
    assert answer.context["form"].new.errors["language"]


def test_another_s_languages_are_out_of_reach(browser, ada, alice):
    alice.language_skills.create(language_id="ka", level="native")
    browser.post(
        reverse(PAGE), typed(**{"language-ka-is_on_page": "True", "language-ka-remove": "on"})
    )
    assert skill(alice, "ka").level == "native"


@pytest.mark.parametrize(
    ("from_english", "to_english", "expected"),
    [
        # What was said of one language alone stays; a new language gets the one answer.
        (False, True, {"hy": (False, True), "sw": (False, False), "ka": (False, True)}),
        # Nobody needed it so far: now it is needed for all.
        (True, True, {"hy": (True, True), "sw": (True, False), "ka": (True, True)}),
        (False, False, {"hy": (False, False), "sw": (False, False), "ka": (False, False)}),
    ],
)
def test_sign_up_asks_once_for_all_and_loses_nothing(ada, from_english, to_english, expected):
    named = [LanguageFactory(code=code) for code in ("sw", "hy", "ka")]
    languages.speak(
        person=ada, languages=named, help_from_english=from_english, help_to_english=to_english
    )
    needs = {
        one.language_id: (one.needs_help_from_english, one.needs_help_to_english)
        for one in ada.language_skills.all()
    }
    assert needs == expected
    assert skill(ada, "sw").level == "native"
    assert skill(ada, "sw").offers_help_from_english
    assert skill(ada, "hy").level == "basic"


def words(page) -> str:
    return re.sub(r"\s+", " ", strip_tags(page.content.decode()))


def test_the_preview_says_what_the_pages_say(world, client, browser):
    """Both ways, word for word as on the group's page and above a report."""
    alice = world.people["liaison"]
    client.force_login(alice, backend="django.contrib.auth.backends.ModelBackend")
    preview = client.get(reverse("liaisons:settings_profile"))
    shown = [
        re.sub(r"\s+", " ", strip_tags(text)).strip()
        for text in re.findall(r"<dd>(.*?)</dd>", preview.content.decode(), re.S)
    ]
    group = reverse("outreach_map:group_detail", args=[world.group.slug])
    report = reverse("strategy:report_detail", args=[world.report.number])
    by_name = words(browser.get(group)), words(browser.get(report))
    User.objects.filter(pk=alice.pk).update(is_public_by_name=False)
    hidden = words(browser.get(group)), words(browser.get(report))
    named = alice.display_name
    assert named in shown[0]
    assert shown[0] in by_name[0]
    assert shown[1] in by_name[1]
    assert shown[3] in hidden[0]
    assert shown[4] in hidden[1]
    assert named not in " ".join(shown[3:])
