"""Relays through the front door: record, change, withdraw, list; who may and who may not."""

import datetime
import re

import pytest
from django.utils import timezone

from liaisons import mandates
from liaisons.models import Mandate
from strategy.models import Relay, Update
from tests.factories import GroupFactory, LanguageFactory, MandateFactory

from .factories import UpdateFactory, passed_on

pytestmark = pytest.mark.django_db
LIST = "/en/my/relays/"
NEW = "/en/my/relays/new/"
SEEN = re.compile(r'name="seen" value="([^"]+)"')


@pytest.fixture
def update():
    return UpdateFactory(published=True, slug="news", title_en="News for all")


def said(person, **values):
    """What the form sends, with what it holds when it opens."""
    given = {
        "whose": person.pk,
        "channel": "mailing_list",
        "relayed_on": timezone.localdate().isoformat(),
        "language": "Swahili",
        "people": "40",
        "url": "https://lists.example.org/1",
    }
    return {**given, **values}


def record(browser, person, path=f"{NEW}?update=news", **values):
    return browser.post(path, said(person, **values))


def text(response):
    return response.content.decode()


def messages_of(response):
    return [str(message) for message in response.context["messages"]]


def test_a_liaison_records_a_relay_and_reads_so(as_person, alice, swahili, update):
    browser = as_person(alice)
    response = browser.post(f"{NEW}?update=news", said(alice), follow=True)
    assert response.redirect_chain == [("/en/my/", 302)]
    assert "Thank you, it is recorded." in messages_of(response)[0]
    assert f"{NEW}?update=news&amp;group=swahili" in messages_of(response)[0]
    relay = Relay.objects.get()
    assert (relay.update, relay.group, relay.person) == (update, swahili, alice)
    assert (relay.channel, relay.people, relay.language_id) == ("mailing_list", 40, "sw")
    assert relay.url == "https://lists.example.org/1"
    assert alice.updates_read.filter(update=update).exists()


def test_the_form_opens_with_today_and_the_groups_first_language(as_person, alice, update):
    shown = text(as_person(alice).get(f"{NEW}?update=news"))
    assert "News for all" in shown
    assert f'value="{timezone.localdate().isoformat()}"' in shown
    assert 'name="language" value="Swahili"' in shown
    assert 'name="group"' not in shown
    assert 'name="update"' not in shown


def test_the_form_opens_with_the_language_of_last_time(as_person, alice, update):
    arabic = LanguageFactory(code="ar", english_name="Arabic", autonym="العربية")
    passed_on(update, Mandate.objects.get(person=alice), language=arabic)
    UpdateFactory(published=True, slug="more")
    assert 'name="language" value="Arabic"' in text(as_person(alice).get(f"{NEW}?update=more"))


@pytest.mark.parametrize("name", ["Kiswahili", "sw", "SW", "swahili", "Suaheli", "Whatever (sw)"])
def test_a_language_is_found_by_each_of_its_names(as_person, alice, update, name):
    assert record(as_person(alice), alice, language=name).status_code == 302
    assert Relay.objects.get().language_id == "sw"


def test_a_name_of_two_languages_asks_which_one(as_person, alice, update):
    for code in ("xa", "xb"):
        LanguageFactory(code=code, english_name="Twin", autonym="Twin")
    shown = text(record(as_person(alice), alice, language="twin"))
    assert "can mean more than one language" in shown
    assert "Twin (xa), Twin (xb)" in shown
    assert not Relay.objects.exists()
    assert record(as_person(alice), alice, language="Twin (xb)").status_code == 302
    assert Relay.objects.get().language_id == "xb"


def test_a_language_nearly_typed_is_proposed(as_person, alice, update):
    assert "Did you mean: Swahili (sw)?" in text(record(as_person(alice), alice, language="Swahil"))


@pytest.mark.parametrize(
    ("values", "error"),
    [
        ({"channel": ""}, "Choose where you passed it on."),
        ({"channel": "pigeon"}, "Select a valid choice."),
        ({"relayed_on": ""}, "Enter the day."),
        ({"relayed_on": "yesterday"}, "Enter a day like this"),
        ({"relayed_on": "2001-01-01"}, "was not published yet on this day"),
        ({"relayed_on": "2999-01-01"}, "This day is still to come."),
        ({"language": ""}, "Enter the language."),
        ({"language": "Klingonese"}, "No language is called “Klingonese”"),
        ({"people": "0"}, "Give a number between 1 and 1,000,000."),
        ({"people": "1000001"}, "Give a number between 1 and 1,000,000."),
        ({"people": "9" * 30}, "Give a number between 1 and 1,000,000."),
        ({"people": "many"}, "Enter a whole number"),
        ({"url": "javascript:alert(1)"}, "Enter a link that begins with https://."),
    ],
)
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(as_person, alice, update, values, error):
    sent = said(alice, **values)
    response = as_person(alice).post(f"{NEW}?update=news", sent)
    assert response.status_code == 200
    assert error in text(response)
    assert "Please check your answers." in text(response)
    for name, value in sent.items():
        if name != "whose" and value and value != "pigeon":
            assert f'value="{value}"' in text(response), name
    assert not Relay.objects.exists()


def test_people_and_link_may_be_left_out(as_person, alice, update):
    assert record(as_person(alice), alice, people="", url="").status_code == 302
    relay = Relay.objects.get()
    assert relay.people is None
    assert relay.url == ""


def test_the_same_place_again_is_refused_kindly_with_a_way_to_the_one_there_is(
    as_person, alice, bob, update
):
    record(as_person(bob), bob)
    response = record(as_person(alice), alice, people="55")
    there = Relay.objects.get()
    assert there.people == 40
    assert "It is recorded already that your group passed this update on there." in text(response)
    assert f'href="/en/my/relays/{there.pk}/"' in text(response)
    assert 'value="55"' in text(response)


def test_sent_twice_it_counts_once_and_says_so(as_person, alice, update):
    browser = as_person(alice)
    record(browser, alice)
    response = browser.post(f"{NEW}?update=news", said(alice), follow=True)
    assert messages_of(response)[-1] == "This is recorded. You sent it twice; it counts once."
    assert Relay.objects.count() == 1


def test_another_place_for_the_same_update_is_another_relay(as_person, alice, update):
    browser = as_person(alice)
    record(browser, alice)
    shown = text(browser.get(f"{NEW}?update=news"))
    assert "Recorded so far" in shown
    assert "Mailing list" in shown
    record(browser, alice, channel="meeting")
    assert Relay.objects.count() == 2


def test_who_speaks_for_several_groups_chooses_one(as_person, alice, swahili, update):
    other = GroupFactory(slug="other", name="Other group", languages=[LanguageFactory(code="sw")])
    MandateFactory(person=alice, group=other, confirmed=True)
    browser = as_person(alice)
    record(browser, alice, group="swahili")
    shown = text(browser.get(f"{NEW}?update=news"))
    assert '<option value="other" selected>' in shown  # the other one has done it already
    assert '<option value="swahili" selected>' in text(
        browser.get(f"{NEW}?update=news&group=swahili")
    )
    record(browser, alice, group="other")
    assert Relay.objects.filter(group=other).count() == 1


def test_nobody_records_for_a_group_of_others(as_person, alice, grace, armenia, update):
    MandateFactory(person=alice, confirmed=True)  # so that the form has a choice of groups
    response = record(as_person(alice), alice, group=armenia.slug)
    assert "Select a valid choice." in text(response)
    record(as_person(alice), alice, f"{NEW}?update=news&group={armenia.slug}", group="")
    assert not Relay.objects.filter(group=armenia).exists()


def test_without_an_update_one_is_chosen(as_person, alice, update):
    UpdateFactory(title_en="Not out yet", slug="draft")
    browser = as_person(alice)
    shown = text(browser.get(NEW))
    assert '<option value="news">News for all</option>' in shown
    assert "Not out yet" not in shown
    assert "Choose the update." in text(browser.post(NEW, said(alice)))
    assert "Select a valid choice." in text(browser.post(NEW, said(alice, update="draft")))
    assert browser.post(NEW, said(alice, update="news")).status_code == 302
    assert Relay.objects.get().update == update


def test_an_update_that_is_not_out_is_as_one_that_is_not_there(as_person, alice):
    UpdateFactory(slug="draft")
    browser = as_person(alice)
    hidden, missing = browser.get(f"{NEW}?update=draft"), browser.get(f"{NEW}?update=nothing")
    assert (hidden.status_code, missing.status_code) == (404, 404)
    assert text(hidden).replace("draft", "nothing") == text(missing)


def test_a_relay_is_changed(as_person, alice, bob, update):
    relay = passed_on(update, Mandate.objects.get(person=bob))
    browser = as_person(alice)  # any liaison of the group
    assert 'value="30"' in text(browser.get(f"{LIST}{relay.pk}/"))
    response = browser.post(f"{LIST}{relay.pk}/", said(alice, people="31"), follow=True)
    assert messages_of(response) == ["Your changes are saved."]
    relay.refresh_from_db()
    assert (relay.people, relay.channel, relay.person) == (31, "mailing_list", bob)


def test_of_two_who_change_the_same_relay_the_second_sees_what_the_first_saved(
    as_person, alice, bob, update
):
    relay = passed_on(update, Mandate.objects.get(person=bob))
    path = f"{LIST}{relay.pk}/"
    first, second = as_person(alice), as_person(bob)
    seen_by = {one: SEEN.search(text(one.get(path)))[1] for one in (first, second)}
    first.post(path, said(alice, people="31", seen=seen_by[first]))
    refused = second.post(path, said(bob, people="32", seen=seen_by[second]))
    assert "Somebody changed this at the same moment." in text(refused)
    assert "about 31 people" in text(refused)
    assert 'value="32"' in text(refused)
    relay.refresh_from_db()
    assert relay.people == 31
    # Having seen it, the second one may decide.
    second.post(path, said(bob, people="32", seen=SEEN.search(text(refused))[1]))
    relay.refresh_from_db()
    assert relay.people == 32


def test_a_form_sent_back_for_a_mistake_still_knows_what_it_began_with(
    as_person, alice, bob, update
):
    relay = passed_on(update, Mandate.objects.get(person=bob))
    path = f"{LIST}{relay.pk}/"
    first, second = as_person(alice), as_person(bob)
    seen = SEEN.search(text(second.get(path)))[1]
    first.post(path, said(alice, people="31", seen=seen))
    sent_back = text(second.post(path, said(bob, people="many", seen=seen)))
    assert "Somebody changed this at the same moment." not in sent_back
    second.post(path, said(bob, people="32", seen=SEEN.search(sent_back)[1]))
    relay.refresh_from_db()
    assert relay.people == 31


def test_a_change_cannot_make_two_of_the_same(as_person, alice, update):
    mandate = Mandate.objects.get(person=alice)
    first = passed_on(update, mandate)
    second = passed_on(update, mandate, channel="meeting")
    response = as_person(alice).post(
        f"{LIST}{second.pk}/", said(alice, channel="village_pump", people="77")
    )
    assert f'href="/en/my/relays/{first.pk}/"' in text(response)
    assert 'value="77"' in text(response)
    second.refresh_from_db()
    assert (second.channel, second.people) == ("meeting", 30)


def test_withdrawing_asks_first_and_happens_once(as_person, alice, update):
    relay = passed_on(update, Mandate.objects.get(person=alice))
    browser = as_person(alice)
    assert "Withdraw this relay?" in text(browser.get(f"{LIST}{relay.pk}/withdraw/"))
    assert Relay.objects.current().exists()
    response = browser.post(f"{LIST}{relay.pk}/withdraw/", follow=True)
    assert messages_of(response) == ["The relay is withdrawn. It no longer counts."]
    assert not Relay.objects.current().exists()
    response = browser.post(f"{LIST}{relay.pk}/withdraw/", follow=True)
    assert messages_of(response) == ["This relay is withdrawn already."]
    response = browser.get(f"{LIST}{relay.pk}/", follow=True)
    assert messages_of(response) == ["This relay is withdrawn."]


def test_what_was_withdrawn_can_be_recorded_again(as_person, alice, update):
    browser = as_person(alice)
    record(browser, alice)
    browser.post(f"{LIST}{Relay.objects.get().pk}/withdraw/")
    record(browser, alice)
    assert Relay.objects.current().count() == 1
    assert Relay.objects.count() == 2


@pytest.mark.parametrize("tail", ["", "withdraw/"])
def test_a_relay_of_another_group_is_as_one_that_is_not_there(
    as_person, alice, grace, update, tail
):
    relay = passed_on(update, Mandate.objects.get(person=alice))
    browser = as_person(grace)
    for method in (browser.get, browser.post):
        hidden = method(f"{LIST}{relay.pk}/{tail}")
        missing = method(f"{LIST}999999/{tail}")
        assert (hidden.status_code, missing.status_code) == (404, 404)
        assert text(hidden).replace(f"/relays/{relay.pk}/", "/relays/999999/") == text(missing)
    assert Relay.objects.current().count() == 1


def test_who_has_no_mandate_reads_how_to_get_one(as_person, carol, dave, update):
    for person in (carol, dave):
        response = as_person(person).get(f"{NEW}?update=news")
        assert response.status_code == 403
        assert "/en/join/" in text(response)
        assert record(as_person(person), person).status_code == 403
    assert not Relay.objects.exists()


def test_with_the_mandate_ends_the_right_to_record_and_change(as_person, alice, bob, update):
    relay = passed_on(update, Mandate.objects.get(person=alice))
    browser = as_person(alice)
    mandates.end_mandate(mandate=Mandate.objects.get(person=alice), by=alice, reason="Over.")
    assert record(browser, alice).status_code == 403
    assert browser.post(f"{LIST}{relay.pk}/", said(alice)).status_code == 403
    assert browser.post(f"{LIST}{relay.pk}/withdraw/").status_code == 403
    # Speaking for another group gives back nothing of this one.
    MandateFactory(person=alice, confirmed=True)
    assert browser.post(f"{LIST}{relay.pk}/", said(alice)).status_code == 404
    record(browser, alice, f"{NEW}?update=news&group=swahili", group="swahili")
    assert Relay.objects.filter(group=relay.group).count() == 1
    relay.refresh_from_db()
    assert (relay.channel, relay.withdrawn_at) == ("village_pump", None)


def test_a_mandate_past_its_last_day_records_nothing(as_person, alice, update):
    yesterday = timezone.localdate() - datetime.timedelta(days=1)
    Mandate.objects.filter(person=alice).update(last_day=yesterday)
    assert record(as_person(alice), alice).status_code == 403
    assert not Relay.objects.exists()


def test_the_list_shows_what_all_my_groups_passed_on_and_nobody_elses(
    as_person, alice, bob, grace, update
):
    passed_on(update, Mandate.objects.get(person=bob))
    passed_on(update, Mandate.objects.get(person=grace), channel="newsletter")
    shown = text(as_person(alice).get(LIST))
    assert "News for all" in shown
    assert "Village pump" in shown
    assert "Newsletter" not in shown


def test_the_list_has_a_second_page_and_teaches_when_empty(as_person, alice, swahili):
    browser = as_person(alice)
    assert "Nothing is recorded yet" in text(browser.get(LIST))
    mandate = Mandate.objects.get(person=alice)
    for _ in range(11):
        passed_on(UpdateFactory(published=True), mandate)
    assert "Page 1 of 2" in text(browser.get(LIST))
    assert text(browser.get(f"{LIST}?page=2")).count("about 30 people") == 1


def test_what_was_typed_survives_signing_in_again(client, as_person, alice, update):
    sent = said(alice, people="123", channel="")
    response = client.post(f"{NEW}?update=news", sent)
    assert response["Location"] == f"/en/accounts/login/?next={NEW}%3Fupdate%3Dnews"
    client.force_login(alice, backend="django.contrib.auth.backends.ModelBackend")
    response = client.get(f"{NEW}?update=news")
    assert 'value="123"' in text(response)
    assert "What you typed is here" in text(response)
    assert 'value="123"' not in text(client.get(f"{NEW}?update=news"))


def test_what_one_person_typed_is_not_shown_to_another(client, alice, bob, update):
    client.post(f"{NEW}?update=news", said(alice, people="123"))
    client.force_login(bob, backend="django.contrib.auth.backends.ModelBackend")
    assert 'value="123"' not in text(client.get(f"{NEW}?update=news"))


def test_changes_typed_survive_signing_in_again(client, alice, update):
    relay = passed_on(update, Mandate.objects.get(person=alice))
    client.post(f"{LIST}{relay.pk}/", said(alice, people="123"))
    client.force_login(alice, backend="django.contrib.auth.backends.ModelBackend")
    assert 'value="123"' in text(client.get(f"{LIST}{relay.pk}/"))


def test_the_form_in_arabic_has_its_names_in_arabic(as_person, alice, update):
    shown = text(as_person(alice).get(f"/ar/my/relays/new/?update={update.slug}"))
    assert 'value="السواحلية"' in shown


def test_an_update_can_be_recorded_on_the_day_it_came_out_everywhere(as_person, alice, update):
    Update.objects.update(published_at="2019-07-15T23:30:00Z")
    assert record(as_person(alice), alice, relayed_on="2019-07-15").status_code == 302
