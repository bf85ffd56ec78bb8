"""Sign-up through the client: every step, its failures, and what is kept."""

import datetime
import json

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from liaisons import mandates
from liaisons.group_search import refresh_search_text
from liaisons.models import Group, Mandate
from mailing.models import Notice
from mailing.recipients import preference_of
from tests.factories import (
    CountryFactory,
    GroupFactory,
    LanguageFactory,
    MandateFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

SUPPORT = {
    "languages": ["sw"],
    "other_languages": "",
    "channel": "email",
    "rhythm": "monthly",
    "mail_language": "fr",
    "country": "TZ",
    "display_name": "Dave",
    "is_public_by_name": "no",
}


def at(name, **kwargs):
    return reverse(f"liaisons:{name}", **kwargs)


def answers_of(draft, **changes):
    return {
        "draft": draft.pk,
        "group": draft.group_id,
        "role": "board",
        "seat": "deputy",
        "evidence": "link",
        "evidence_url": "https://meta.example.org/wiki/Decision",
        "agreed_on": "2026-01-31",
        "evidence_text": "",
        "is_attested": "on",
    } | changes


@pytest.fixture
def browser(dave, as_person):
    return as_person(dave)


@pytest.fixture
def draft(dave, swahili):
    """Dave's draft with a group chosen."""
    found = mandates.start_draft(person=dave)
    return mandates.choose_group(mandate=found, by=dave, group=swahili)


@pytest.fixture
def complete(draft, browser):
    """Dave's draft with everything answered, through the pages."""
    browser.post(at("join_mandate"), answers_of(draft))
    browser.post(at("join_support"), SUPPORT | {"draft": draft.pk})
    draft.refresh_from_db()
    return draft


def send(browser, draft):
    page = browser.get(at("join_check"))
    return browser.post(at("join_check"), {"draft": draft.pk, "seen": page.context["seen"]})


# --- The way ---------------------------------------------


def test_the_whole_way_from_the_search_to_the_receipt(browser, dave, swahili):
    refresh_search_text([swahili.pk])
    found = browser.get(at("join_group"), {"q": "jenga"})
    assert "Jenga Wikipedia ya Kiswahili" in found.text
    assert "no liaison yet" in found.text
    chosen = browser.post(at("join_choose_group"), {"group": "swahili"})
    assert chosen.url == at("join_mandate")
    draft = Mandate.objects.get(person=dave)
    after_mandate = browser.post(at("join_mandate"), answers_of(draft))
    assert after_mandate.url == at("join_support")
    after_support = browser.post(at("join_support"), SUPPORT | {"draft": draft.pk})
    assert after_support.url == at("join_check")
    check = browser.get(at("join_check")).text
    for words in ("Jenga Wikipedia", "Board", "Deputy", "Decision", "Swahili", "français"):
        assert words in check
    done = send(browser, draft)
    assert done.url == at("join_done")
    page = browser.get(at("join_done"))
    assert "usually takes 7 days" in page.text
    draft.refresh_from_db()
    assert draft.status == "submitted"
    assert draft.agreed_on == datetime.date(2026, 1, 31)
    dave.refresh_from_db()
    assert (dave.language, dave.country_id, dave.is_public_by_name) == ("fr", "TZ", False)
    assert preference_of(dave).rhythm == "monthly"
    receipt = Notice.objects.get(kind="mandate_received")
    assert receipt.recipient.user == dave
    assert receipt.language == "fr"


def test_signed_out_people_read_what_a_liaison_does_and_begin_with_an_account(swahili):
    page = Client().get(at("join"), {"group": "swahili"})
    assert page["Cache-Control"].startswith("public")
    assert not page.cookies
    assert "What a liaison does" in page.text
    assert "Jenga Wikipedia ya Kiswahili" in page.text
    assert f"{reverse('account_signup')}?next=/en/join/group/%3Fgroup%3Dswahili" in page.text


@pytest.mark.parametrize(
    "name",
    ["join_group", "join_propose", "join_mandate", "join_support", "join_check", "join_done"],
)
def test_every_step_sends_signed_out_people_to_sign_in_and_back(name):
    answer = Client().get(at(name))
    assert answer.status_code == 302
    assert answer.url == f"{reverse('account_login')}?next={at(name)}"


def test_a_group_named_in_the_address_is_preselected(browser, swahili):
    page = browser.get(at("join_group"), {"group": "swahili"})
    assert page.context["chosen"].group == swahili
    assert "This is it" in page.text


def test_a_draft_is_taken_up_on_another_device(complete, dave, as_person):
    elsewhere = as_person(dave)
    page = elsewhere.get(at("join"))
    assert page.context["start"] == at("join_check")
    form = elsewhere.get(at("join_mandate")).context["form"]
    assert form["evidence_url"].value() == "https://meta.example.org/wiki/Decision"
    assert form["seat"].value() == "deputy"


@pytest.mark.parametrize("name", ["join_mandate", "join_support", "join_check"])
def test_no_step_can_be_reached_before_those_that_come_first(browser, name):
    assert browser.get(at(name)).url == at("join_group")


def test_the_support_step_waits_for_the_mandate_step(browser, draft):
    assert browser.get(at("join_support")).url == at("join_mandate")


# --- Group ---------------------------------------------


def test_results_say_who_holds_the_seats_without_hidden_names(browser, alice, bob, swahili):
    refresh_search_text([swahili.pk])
    page = browser.get(at("join_group"), {"q": "jenga"})
    assert "has a primary liaison and a deputy" in page.text
    assert "Bob" not in page.text


def test_nothing_found_says_what_to_try(browser):
    page = browser.get(at("join_group"), {"q": "zzzz"})
    assert "No group fits" in page.text
    assert f"{at('join_propose')}?q=zzzz" in page.text


def test_live_suggestions_give_public_facts_only(browser, alice, bob, swahili):
    refresh_search_text([swahili.pk])
    answer = browser.get(at("join_suggestions"), {"q": "jenga"})
    assert json.loads(answer.content) == {
        "groups": [
            {
                "name": "Jenga Wikipedia ya Kiswahili",
                "facts": ["User group", "Tanzania", "has a primary liaison and a deputy"],
                "url": f"{at('join_group')}?group=swahili",
            }
        ]
    }


def test_live_suggestions_are_limited(browser, monkeypatch):
    monkeypatch.setattr("liaisons.join.views.SUGGESTIONS_A_MINUTE", 2)
    with time_machine.travel("2026-06-01T12:00:00Z", tick=False):
        answers = [browser.get(at("join_suggestions"), {"q": "x"}).status_code for _ in range(3)]
    assert answers == [200, 200, 429]
    assert browser.get(at("join_suggestions"), {"q": "x" * 201}).status_code == 400


@pytest.mark.parametrize("trait", ["archived", "proposed"])
def test_a_group_that_is_not_active_cannot_be_chosen(browser, trait):
    group = GroupFactory(**{trait: True})
    answer = browser.post(at("join_choose_group"), {"group": group.slug}, follow=True)
    assert "cannot be chosen" in answer.text
    assert not Mandate.objects.filter(group=group).exists()


def test_a_liaison_cannot_apply_for_the_same_group_again(alice, as_person, swahili):
    answer = as_person(alice).post(at("join_choose_group"), {"group": "swahili"}, follow=True)
    assert "You already have an application or a mandate" in answer.text


def test_choosing_another_group_asks_for_the_sentence_again(browser, complete, armenia):
    browser.post(at("join_choose_group"), {"group": "armenia"})
    complete.refresh_from_db()
    assert complete.group == armenia
    assert not complete.is_attested
    assert browser.get(at("join_check")).url == at("join_mandate")


@pytest.mark.parametrize("query_rows", [1, 20])
def test_the_search_asks_the_same_number_of_questions(
    browser, query_rows, django_assert_num_queries
):
    made = [GroupFactory(name=f"Search Me {n}") for n in range(query_rows)]
    refresh_search_text([group.pk for group in made])
    browser.get(at("join_group"), {"q": "search"})
    with django_assert_num_queries(7):
        page = browser.get(at("join_group"), {"q": "search"})
    assert len(page.context["found"]) == query_rows


# --- Proposing a group ---------------------------------------------


PROPOSAL = {
    "name": "Wikimedians of Nowhere",
    "kind": "user_group",
    "country": "TZ",
    "other_languages": "Kiswahili, en",
    "page_url": "meta.example.org/wiki/Nowhere",
}


@pytest.fixture
def proposal(swahili):
    LanguageFactory(code="sw", autonym="Kiswahili")
    LanguageFactory(code="en", autonym="English")
    return dict(PROPOSAL)


def test_a_group_that_is_not_listed_is_proposed(browser, dave, proposal):
    answer = browser.post(at("join_propose"), proposal)
    assert answer.url == at("join_mandate")
    group = Group.objects.get(status="proposed")
    assert group.proposed_by == dave
    assert group.country_id == "TZ"
    assert group.page_url == "https://meta.example.org/wiki/Nowhere"
    assert {language.code for language in group.languages.all()} >= {"sw", "en"}
    assert Mandate.objects.get(person=dave).group == group


def test_a_proposed_group_is_no_page_and_in_nobody_elses_search(
    browser, alice, as_person, proposal
):
    browser.post(at("join_propose"), proposal)
    group = Group.objects.get(status="proposed")
    seen_by_alice = as_person(alice).get(at("join_group"), {"q": "nowhere"})
    assert "Wikimedians of Nowhere" not in seen_by_alice.text
    assert Client().get(reverse("outreach_map:group_detail", args=[group.slug])).status_code == 404


def test_a_worldwide_group_has_no_country(browser, proposal):
    browser.post(at("join_propose"), proposal | {"country": "worldwide"})
    group = Group.objects.get(status="proposed")
    assert (group.country, group.scope) == (None, "worldwide")


def test_a_name_in_another_script_gets_an_address(browser, proposal):
    browser.post(at("join_propose"), proposal | {"name": "مجموعة ويكيميديا"})
    assert Group.objects.get(status="proposed").slug.startswith("group-")


def test_duplicates_are_hinted_and_can_be_passed(browser, proposal, armenia):
    refresh_search_text([armenia.pk])
    proposal["name"] = "Wikimedia Armenia"
    hinted = browser.post(at("join_propose"), proposal)
    assert "Is it one of these?" in hinted.text
    assert not Group.objects.filter(status="proposed").exists()
    passed = browser.post(at("join_propose"), proposal | {"none_of_these": "Wikimedia Armenia"})
    assert passed.url == at("join_mandate")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": "x"}, "name"),
        ({"kind": ""}, "kind"),
        ({"country": ""}, "country"),
        ({"country": "XX"}, "country"),
        ({"other_languages": "Klingonese"}, "other_languages"),
        ({"page_url": "javascript:alert(1)"}, "page_url"),
        ({"page_url": "ftp://example.org/"}, "page_url"),
    ],
)
def test_what_a_proposal_refuses(browser, proposal, change, field):
    page = browser.post(at("join_propose"), proposal | change)
    assert page.status_code == 200
    assert list(page.context["form"].errors) == [field]
    assert not Group.objects.filter(status="proposed").exists()


def test_nobody_proposes_without_end(browser, dave, proposal):
    GroupFactory.create_batch(5, proposed=True, proposed_by=dave)
    page = browser.post(at("join_propose"), proposal)
    assert "proposed several groups already" in page.text


# --- Mandate ---------------------------------------------


def test_the_mandate_step_shows_the_holders(browser, draft, alice, bob):
    page = browser.get(at("join_mandate"))
    assert "Alice" in page.text
    assert "Bob" not in page.text
    assert "held; the person is not shown by name" in page.text


TOMORROW = (timezone.localdate() + datetime.timedelta(days=1)).isoformat()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"role": ""}, "role"),
        ({"seat": "emperor"}, "seat"),
        ({"evidence": ""}, "evidence"),
        ({"evidence_url": ""}, "evidence_url"),
        ({"evidence_url": "javascript:alert(1)"}, "evidence_url"),
        ({"evidence_url": "ftp://example.org/x"}, "evidence_url"),
        ({"evidence_url": "https://example.org/" + "x" * 500}, "evidence_url"),
        ({"agreed_on": ""}, "agreed_on"),
        ({"agreed_on": TOMORROW}, "agreed_on"),
        ({"agreed_on": "0019-01-01"}, "agreed_on"),
        ({"agreed_on": "yesterday"}, "agreed_on"),
        ({"evidence": "explanation"}, "evidence_text"),
        ({"evidence": "explanation", "evidence_text": "we agreed"}, "evidence_text"),
        ({"evidence": "explanation", "evidence_text": "x" * 2001}, "evidence_text"),
        ({"is_attested": ""}, "is_attested"),
    ],
)
def test_what_the_mandate_step_refuses(browser, draft, change, field):
    page = browser.post(at("join_mandate"), answers_of(draft, **change))
    assert page.status_code == 200
    assert list(page.context["form"].errors) == [field]
    assert browser.get(at("join_support")).url == at("join_mandate")


def test_what_is_right_is_kept_although_something_else_is_wrong(browser, draft):
    browser.post(at("join_mandate"), answers_of(draft, is_attested="", role=""))
    draft.refresh_from_db()
    assert draft.evidence_url == "https://meta.example.org/wiki/Decision"
    assert not draft.is_attested


def test_the_other_kind_of_evidence_does_not_matter(browser, draft):
    answer = browser.post(
        at("join_mandate"),
        answers_of(
            draft,
            evidence="explanation",
            evidence_url="not a link",
            agreed_on="never",
            evidence_text="We agreed at our meeting in May.",
        ),
    )
    assert answer.url == at("join_support")


def test_a_form_for_a_group_left_in_another_window_is_not_kept(browser, draft, armenia):
    stale = answers_of(draft)
    browser.post(at("join_choose_group"), {"group": "armenia"})
    page = browser.post(at("join_mandate"), stale)
    assert "You chose another group in another window" in page.text
    draft.refresh_from_db()
    assert draft.evidence_url == ""
    # What was typed is still in the form.
    assert page.context["form"]["evidence_url"].value() == stale["evidence_url"]


@pytest.mark.parametrize("number", ["²", "٣", "9" * 30, "-1", "x", ""])
def test_a_forged_number_of_a_draft_is_no_error(browser, draft, number):
    answer = browser.post(at("join_mandate"), answers_of(draft, role="") | {"draft": number})
    assert answer.status_code in (200, 302)


def test_nobody_can_post_fields_that_are_not_asked(browser, draft):
    browser.post(
        at("join_mandate"),
        answers_of(draft, status="confirmed", reviewer="1", last_day="2030-01-01", person="1"),
    )
    draft.refresh_from_db()
    assert (draft.status, draft.reviewer, draft.last_day) == ("draft", None, None)


# --- Support ---------------------------------------------


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
    assert preference_of(dave).rhythm == "none"


# --- Check and done ---------------------------------------------


def test_a_change_in_another_window_asks_to_check_again(browser, complete, dave):
    seen = browser.get(at("join_check")).context["seen"]
    mandates.save_answers(mandate=complete, by=dave, role="staff")
    answer = browser.post(at("join_check"), {"draft": complete.pk, "seen": seen}, follow=True)
    assert "Please check them again" in answer.text
    complete.refresh_from_db()
    assert complete.status == "draft"


def test_sending_twice_sends_once(browser, complete):
    form = {"draft": complete.pk, "seen": browser.get(at("join_check")).context["seen"]}
    first, second = (browser.post(at("join_check"), form) for _ in range(2))
    assert first.url == second.url == at("join_done")
    assert complete.events.filter(kind="submitted").count() == 1
    assert Notice.objects.filter(kind="mandate_received").count() == 1


def test_a_step_sent_after_the_application_shows_what_became_of_it(browser, complete, frank):
    stale = answers_of(complete, role="staff")
    send(browser, complete)
    assert browser.post(at("join_mandate"), stale).url == at("join_done")
    mandates.decline(mandate=complete, by=frank, message="No.")
    answer = browser.post(at("join_mandate"), stale, follow=True)
    assert "already been declined" in answer.text
    complete.refresh_from_db()
    assert complete.role == "board"


def test_done_is_for_those_who_sent_something(browser):
    assert browser.get(at("join_done")).url == at("join")


def test_what_was_typed_when_the_session_had_ended_comes_back(complete, dave):
    client = Client()
    answer = client.post(
        at("join_mandate"), answers_of(complete, evidence_url="https://new.example.org/")
    )
    assert answer.url == f"{reverse('account_login')}?next={at('join_mandate')}"
    client.force_login(dave, backend="django.contrib.auth.backends.ModelBackend")
    form = client.get(at("join_mandate")).context["form"]
    assert form["evidence_url"].value() == "https://new.example.org/"


def test_what_was_typed_is_not_shown_to_another_person(complete, carol, armenia):
    client = Client()
    client.post(at("join_mandate"), answers_of(complete, evidence_url="https://new.example.org/"))
    other = mandates.start_draft(person=carol)
    mandates.choose_group(mandate=other, by=carol, group=armenia)
    client.force_login(carol, backend="django.contrib.auth.backends.ModelBackend")
    assert "new.example.org" not in client.get(at("join_mandate")).text


def test_a_draft_can_be_thrown_away(browser, complete):
    browser.post(at("join_discard"))
    complete.refresh_from_db()
    assert complete.status == "withdrawn"
    assert browser.post(at("join_discard")).status_code == 404


def test_an_applicant_meets_the_waiting_application_at_the_entry(carol, as_person):
    assert "waits for its review" in as_person(carol).get(at("join")).text


def test_usual_days_are_measured_once_there_are_enough_decisions(browser, complete):
    now = timezone.now()
    for days in (1, 2, 3, 4, 30):
        MandateFactory(
            declined=True, submitted_at=now - datetime.timedelta(days=days), decided_at=now
        )
    send(browser, complete)
    assert "usually takes 3 days" in browser.get(at("join_done")).text


def test_nobody_joins_with_a_closed_account(as_person, swahili):
    person = UserFactory()
    client = as_person(person)
    type(person).objects.filter(pk=person.pk).update(is_active=False)
    assert client.post(at("join_choose_group"), {"group": "swahili"}).status_code == 302
    assert not Mandate.objects.exists()


def test_a_form_that_arrives_empty_is_shown_again(browser, dave, swahili):
    MandateFactory(person=dave, draft=True, group=swahili)
    answer = browser.post(at("join_mandate"))
    assert answer.status_code == 200
    assert "role" in answer.context["form"].errors
