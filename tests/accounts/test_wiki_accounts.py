"""Once a day the wiki is asked about the accounts: in turn, bounded; faults change nothing."""

import logging
import threading
from datetime import timedelta

import pytest
from allauth.socialaccount.models import SocialAccount
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from liaisons import tasks
from liaisons.accounts import erasure, wiki_accounts
from liaisons.models import User
from tests.factories import UserFactory
from web import content_version
from web.models import Installation

from .wiki import LONG_AGO, linked, state_of

pytestmark = pytest.mark.usefixtures("without_pauses")


def test_the_question_is_the_right_one(wiki, settings):
    linked(wiki, 4711)
    tasks.check_wiki_accounts()
    [asked] = wiki.questions
    assert asked["action"] == "query"
    assert asked["meta"] == "globaluserinfo"
    assert asked["guiid"] == "4711"
    assert asked["maxlag"]
    assert all(settings.CONTACT_EMAIL in agent for agent in wiki.user_agents)


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
