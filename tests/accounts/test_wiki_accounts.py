"""Once a day the wiki is asked what became of the accounts; faults change nothing."""

import logging
import threading
from datetime import timedelta

import pytest
from allauth.socialaccount.models import SocialAccount
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.cache import cache
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from liaisons import tasks
from liaisons.accounts import erasure, ways, wiki_accounts, wiki_standing
from liaisons.models import User
from tests.factories import GroupFactory, MandateFactory, UserFactory
from web import content_version
from web.models import Installation

LONG_AGO = timedelta(days=3)


@pytest.fixture(autouse=True)
def without_pauses(settings):
    settings.WIKI_CHECK_PAUSE = 0
    cache.clear()
    yield
    cache.clear()


def linked(wiki, uid, name="Ada Lovelace", *, checked=LONG_AGO, **more):
    """Somebody whose Wikimedia account is known here, and at the wiki."""
    person = UserFactory(
        wiki_username=name,
        display_name=more.pop("display_name", ""),
        wiki_checked_at=None if checked is None else timezone.now() - checked,
        **more,
    )
    SocialAccount.objects.create(
        user=person, provider="mediawiki", uid=str(uid), extra_data={"username": name}
    )
    wiki.accounts[str(uid)] = {"name": name}
    return person


def state_of(person):
    """What the wiki's word can change."""
    return User.objects.values(
        "wiki_username", "wiki_checked_at", "wiki_locked_at", "wiki_suppressed_at"
    ).get(pk=person.pk)


def test_the_question_is_the_right_one(wiki, settings):
    linked(wiki, 4711)
    tasks.check_wiki_accounts()
    [asked] = wiki.questions
    assert asked["action"] == "query"
    assert asked["meta"] == "globaluserinfo"
    assert asked["guiid"] == "4711"
    assert asked["maxlag"]
    assert all(settings.CONTACT_EMAIL in agent for agent in wiki.user_agents)


def test_a_rename_is_taken_over_everywhere(wiki, client):
    person = linked(wiki, 4711, is_public_by_name=True)
    group = GroupFactory(name="Group", slug="group")
    MandateFactory(confirmed=True, group=group, person=person)
    LogEntry.objects.create(
        user=person, action_flag=2, object_repr="Ada Lovelace", object_id=str(person.pk),
        content_type=ContentType.objects.get_for_model(User),
    )  # fmt: skip
    page = reverse("outreach_map:group_detail", args=["group"])
    assert "Ada Lovelace" in client.get(page).content.decode()
    wiki.accounts["4711"]["name"] = "Ada King"
    before = content_version.current()
    wiki_accounts.check()
    assert content_version.current() > before
    shown = client.get(page).content.decode()
    assert "Ada King" in shown
    assert "Lovelace" not in shown
    assert LogEntry.objects.get().object_repr == "Ada King"
    assert SocialAccount.objects.get().extra_data == {"username": "Ada King"}


def test_a_hidden_name_is_gone_from_every_page_and_comes_back(wiki, client):
    person = linked(wiki, 4711, display_name="Countess", is_public_by_name=True)
    group = GroupFactory(name="Group", slug="group")
    mandate = MandateFactory(confirmed=True, group=group, person=person)
    LogEntry.objects.create(
        user=person, action_flag=2, object_repr="Countess", object_id=str(person.pk),
        content_type=ContentType.objects.get_for_model(User),
    )  # fmt: skip
    team = Client()
    team.force_login(UserFactory(admin=True))
    pages = [
        (client, reverse("outreach_map:group_detail", args=["group"])),
        (team, reverse("admin:liaisons_user_changelist")),
        (team, reverse("admin:liaisons_user_change", args=[person.pk])),
        (team, reverse("admin:liaisons_mandate_changelist")),
        (team, reverse("admin:liaisons_mandate_change", args=[mandate.pk])),
        (team, reverse("admin:index")),
        (team, reverse("admin:liaisons_user_history", args=[person.pk])),
    ]
    Installation.objects.update(is_demo=True)  # the team's second step is not what is tested here

    def names_on(pages):
        found = set()
        for browser, page in pages:
            html = browser.get(page, follow=True).content.decode()
            found |= {(page, name) for name in ("Countess", "Ada Lovelace") if name in html}
        return found

    assert len({page for page, _name in names_on(pages)}) >= 4
    wiki.accounts["4711"]["hidden"] = True
    before = content_version.current()
    wiki_accounts.check()
    assert names_on(pages) == set()
    on_the_persons_page = team.get(pages[2][1]).content.decode()
    assert "Name hidden since <time" in on_the_persons_page
    assert content_version.current() > before
    person.refresh_from_db()
    assert person.public_name == person.wiki_username == ""
    assert "Countess" not in person.name_for_core_team
    assert SocialAccount.objects.get().extra_data == {}
    assert LogEntry.objects.get().object_repr == str(person.pk)
    del wiki.accounts["4711"]["hidden"]
    User.objects.filter(pk=person.pk).update(wiki_checked_at=timezone.now() - LONG_AGO)
    wiki_accounts.check()
    person.refresh_from_db()
    assert person.wiki_suppressed_at is None
    assert person.public_name == "Countess"
    assert person.wiki_username == "Ada Lovelace"
    assert LogEntry.objects.get().object_repr == "Countess"


@pytest.mark.parametrize("kind", ["user", "mandate"])
def test_a_hidden_name_is_not_found_by_the_admins_search(wiki, kind):
    person = linked(wiki, 4711, display_name="Countess")
    mandate = MandateFactory(confirmed=True, person=person)
    team = Client()
    team.force_login(UserFactory(admin=True))
    Installation.objects.update(is_demo=True)  # the team's second step is not what is tested here
    page = reverse(f"admin:liaisons_{kind}_changelist")
    rows = {"user": person, "mandate": mandate}
    row = reverse(f"admin:liaisons_{kind}_change", args=[rows[kind].pk])
    filters = {"mandate": {"status": "all"}}.get(kind, {})

    def found_by(words):
        return row in team.get(page, {"q": words, **filters}).content.decode()

    assert found_by("Countess")
    assert found_by("Lovelace")
    wiki.accounts["4711"]["hidden"] = True
    wiki_accounts.check()
    assert not found_by("Countess")
    assert not found_by("Lovelace")
    assert found_by({"user": person.email, "mandate": mandate.group.name}[kind])


@pytest.mark.parametrize("change", [{"name": "Ada King"}, {"locked": True}, {"hidden": True}])
def test_the_way_to_write_by_the_wiki_follows_on_the_groups_page(wiki, client, change):
    person = linked(wiki, 4711, display_name="Countess", is_public_by_name=True, contact_by="wiki")
    MandateFactory(confirmed=True, group=GroupFactory(slug="group"), person=person)
    page = reverse("outreach_map:group_detail", args=["group"])
    assert "EmailUser/Ada_Lovelace" in client.get(page).content.decode()
    wiki.accounts["4711"] |= change
    wiki_accounts.check()
    shown = client.get(page).content.decode()
    assert "EmailUser/Ada_Lovelace" not in shown
    assert ("EmailUser/Ada_King" in shown) == ("name" in change)


def test_a_lock_is_noted_and_taken_back(wiki):
    person = linked(wiki, 4711)
    wiki.accounts["4711"]["locked"] = True
    wiki_accounts.check()
    locked_at = state_of(person)["wiki_locked_at"]
    assert locked_at
    assert state_of(person)["wiki_username"] == "Ada Lovelace"
    User.objects.update(wiki_checked_at=timezone.now() - LONG_AGO)
    wiki_accounts.check()
    assert state_of(person)["wiki_locked_at"] == locked_at
    del wiki.accounts["4711"]["locked"]
    User.objects.update(wiki_checked_at=timezone.now() - LONG_AGO)
    wiki_accounts.check()
    assert state_of(person)["wiki_locked_at"] is None


def test_a_hidden_account_keeps_its_lock(wiki):
    person = linked(wiki, 4711)
    User.objects.update(wiki_locked_at=timezone.now())
    wiki.accounts["4711"]["hidden"] = True
    wiki_accounts.check()
    assert state_of(person)["wiki_locked_at"]


def test_nothing_is_written_where_nothing_changed_but_when(wiki):
    person = linked(wiki, 4711, display_name="Countess", is_public_by_name=True)
    before, state = content_version.current(), state_of(person)
    used = SocialAccount.objects.get().last_login
    wiki_accounts.check()
    after = state_of(person)
    assert after.pop("wiki_checked_at") > state.pop("wiki_checked_at")
    assert after == state
    assert content_version.current() == before
    # Asking is no sign-in.
    assert SocialAccount.objects.get().last_login == used


def say(*args, **more):
    return lambda handler: handler.say(*args, **more)


def error(code):
    return say(200, b'{"error": {"code": "%s", "info": "no"}}' % code.encode(), Retry_After="5")


FAULTS = {
    "500": say(500, b"{}"),
    "404": say(404, b"{}"),
    "302": say(302, b"", Location="http://127.0.0.1:9/"),
    "429": say(429, b"{}", Retry_After="120"),
    "429 with a date": say(429, b"{}", Retry_After="Sun, 22 Nov 2099 10:00:00 GMT"),
    "429 with nonsense": say(429, b"{}", Retry_After="nan"),
    "503": say(503, b"<html>", kind="text/html"),
    "maxlag": error("maxlag"),
    "ratelimited": error("ratelimited"),
    "unknown error": error("internal_api_error_DBQueryError"),
    "no such account": error("invaliduserid"),
    "HTML": say(200, b"<html>", kind="text/html"),
    "not JSON": say(200, b"{"),
    "null": say(200, b"null"),
    "a list": say(200, b"[]"),
    "empty": say(200, b'{"batchcomplete": true}'),
    "PHP's empty": say(200, b'{"query": []}'),
    "unknown module": say(200, b'{"warnings": {}, "query": {"globaluserinfo": []}}'),
    "somebody else": say(200, b'{"query": {"globaluserinfo": {"id": 1, "name": "Eve"}}}'),
    "no name": say(200, b'{"query": {"globaluserinfo": {"id": 4711}}}'),
    "a list as name": say(200, b'{"query": {"globaluserinfo": {"id": 4711, "name": ["Eve"]}}}'),
    "missing, perhaps": say(200, b'{"query": {"globaluserinfo": {"missing": "perhaps"}}}'),
    "huge": say(200, b'{"query": "' + b"x" * 3_000_000 + b'"}'),
    "cut short": say(200, b'{"query": {"globaluserinfo": {"missing": true}}}', length=500),
    "silence": lambda handler: threading.Event().wait(1.5),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_changes_nothing_and_is_reported_without_names(wiki, settings, caplog, fault):
    settings.WIKIMEDIA_ANSWER_SECONDS = 0.5
    person = linked(wiki, 4711, is_public_by_name=True)
    before, version = state_of(person), content_version.current()
    wiki.tricks["api"] = FAULTS[fault]
    with caplog.at_level(logging.INFO):
        run = wiki_accounts.check()
    assert state_of(person) == before
    assert content_version.current() == version
    assert run.faults.total() == 1
    [record] = [one for one in caplog.records if one.name == wiki_accounts.logger.name]
    assert record.levelno == logging.WARNING
    assert "no answer about 1" in record.getMessage()
    for secret in ("Ada", "4711", str(person.pk) + " "):
        assert secret not in record.getMessage().replace("1 asked", "")


def test_a_wiki_that_is_away_changes_nothing(wiki, settings):
    person = linked(wiki, 4711)
    before = state_of(person)
    settings.WIKIMEDIA_ORIGIN = "http://127.0.0.1:9"
    assert wiki_accounts.check().faults.total() == 1
    assert state_of(person) == before


@pytest.mark.parametrize("fault", ["429", "503", "maxlag", "ratelimited"])
def test_who_wants_to_be_left_alone_is_left_alone(wiki, fault):
    for uid in (1, 2, 3):
        linked(wiki, uid)
    wiki.tricks["api"] = FAULTS[fault]
    wiki_accounts.check()
    assert len(wiki.questions) == 1
    wiki.tricks.clear()
    assert wiki_accounts.check() is None
    assert len(wiki.questions) == 1
    cache.delete(wiki_accounts.WAIT_KEY)
    wiki_accounts.check()
    assert len(wiki.questions) == 4


def test_a_run_ends_after_three_faults_in_a_row_and_the_next_begins_with_others(wiki):
    for uid in range(1, 7):
        linked(wiki, uid, name=f"Name {uid}")
    wiki.accounts = {uid: known for uid, known in wiki.accounts.items() if int(uid) > 3}
    assert wiki_accounts.check().faults.total() == 3
    assert [one["guiid"] for one in wiki.questions] == ["1", "2", "3"]
    wiki_accounts.check()
    assert [one["guiid"] for one in wiki.questions][3:6] == ["4", "5", "6"]
    assert User.objects.filter(wiki_checked_at__gt=timezone.now() - timedelta(hours=1)).count() == 3


def test_one_fault_does_not_stop_the_others(wiki):
    linked(wiki, 1, checked=timedelta(days=9))
    other = linked(wiki, 2)
    del wiki.accounts["1"]
    wiki.accounts["2"]["name"] = "Renamed"
    run = wiki_accounts.check()
    assert (run.asked, run.faults.total()) == (2, 1)
    assert state_of(other)["wiki_username"] == "Renamed"


def test_the_longest_unasked_come_first_and_only_so_many(wiki, settings):
    settings.WIKI_CHECKS_A_RUN = 2
    linked(wiki, 1, checked=timedelta(days=2))
    linked(wiki, 2, checked=timedelta(days=5))
    linked(wiki, 3, checked=None)
    linked(wiki, 4, checked=timedelta(hours=1))
    wiki_accounts.check()
    assert [one["guiid"] for one in wiki.questions] == ["3", "2"]
    wiki_accounts.check()
    assert [one["guiid"] for one in wiki.questions] == ["3", "2", "1"]
    wiki_accounts.check()
    assert len(wiki.questions) == 3


def test_a_run_ends_when_its_time_is_over(wiki, settings):
    settings.WIKI_CHECK_RUN_SECONDS = -1
    linked(wiki, 1)
    assert wiki_accounts.check().asked == 0


def test_without_wikimedia_sign_in_nobody_is_asked(wiki, settings):
    linked(wiki, 1)
    settings.WIKIMEDIA_CLIENT_ID = ""
    assert wiki_accounts.check() is None
    assert wiki_accounts.unanswered() == 0
    assert wiki.questions == []


def test_who_is_gone_or_unlinked_is_not_asked_about(wiki):
    erasure.erase(linked(wiki, 1))
    SocialAccount.objects.filter(user=linked(wiki, 2)).delete()
    wiki_accounts.check()
    assert wiki.questions == []


def test_an_answer_about_an_account_that_was_unlinked_meanwhile_is_dropped(wiki):
    person = linked(wiki, 4711)
    before = state_of(person)

    wiki.accounts["4711"]["hidden"] = True
    word = wiki_accounts.ask("4711")
    SocialAccount.objects.all().delete()
    assert wiki_standing.keep("4711", word) == set()
    assert state_of(person) == before


@pytest.mark.django_db(transaction=True)
def test_an_answer_that_waits_for_the_unlinking_is_dropped(wiki):
    person = linked(wiki, 4711)
    changes = []

    def keep():
        changes.append(wiki_standing.keep("4711", wiki_standing.Word("")))
        connection.close()

    answer = threading.Thread(target=keep)
    with transaction.atomic():
        ways.disconnect_wikimedia(person=person)
        answer.start()
        for _turn in range(100):
            with connection.cursor() as cursor:
                cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
                if cursor.fetchone()[0]:
                    break
            threading.Event().wait(0.1)
        else:
            pytest.fail("The answer did not wait.")
    answer.join()
    assert changes == [set()]
    assert state_of(person)["wiki_suppressed_at"] is None


def test_an_older_word_does_not_undo_a_newer_one(wiki):
    person = linked(wiki, 4711, checked=timedelta(0))
    asked_at = timezone.now() - timedelta(minutes=1)
    assert wiki_standing.keep("4711", wiki_standing.Word("Old"), said_at=asked_at) == set()
    assert state_of(person)["wiki_username"] == "Ada Lovelace"


def test_the_core_team_sees_that_answers_are_missing(wiki):
    linked(wiki, 1)
    linked(wiki, 2, checked=timedelta(hours=1))
    never = linked(wiki, 3, checked=None)
    assert wiki_accounts.unanswered() == 1
    SocialAccount.objects.filter(user=never).update(date_joined=timezone.now() - LONG_AGO)
    assert wiki_accounts.unanswered() == 2
    team = Client()
    Installation.objects.update(is_demo=True)
    team.force_login(UserFactory(admin=True))
    assert "2 Wikimedia accounts" in team.get(reverse("admin:index")).content.decode()
    wiki_accounts.check()
    assert "Wikimedia accounts" not in team.get(reverse("admin:index")).content.decode()


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_ask_once(wiki):
    """The second goes away; nobody is asked about twice."""
    for uid in range(1, 6):
        linked(wiki, uid, name=f"Name {uid}")
    begun, go_on = threading.Event(), threading.Event()
    answer = wiki.http.RequestHandlerClass._api

    def slowly(handler):
        begun.set()
        go_on.wait(10)
        wiki.tricks.clear()
        wiki.questions.pop()
        answer(handler, wiki, {"guiid": handler.path.partition("guiid=")[2].partition("&")[0]})

    wiki.tricks["api"] = slowly
    results = []

    def first():
        results.append(wiki_accounts.check())
        connection.close()

    worker = threading.Thread(target=first)
    worker.start()
    assert begun.wait(10)
    assert wiki_accounts.check() is None
    go_on.set()
    worker.join()
    assert results[0].asked == 5
    assert sorted(one["guiid"] for one in wiki.questions) == ["1", "2", "3", "4", "5"]
    # The lock is free again.
    assert wiki_accounts.check().asked == 0
