"""Once a day: what became of the Wikimedia accounts by which people are known here.

The wiki is asked by the central id (``meta=globaluserinfo``). It answers with the name of today
and with ``locked``, or with ``missing`` where the account is hidden: who may not see hidden
accounts is told that there is none.

A fault is no answer: nothing is changed for that account, and it is asked about again in the next
run, after the others. A fault that concerns everybody (too many requests, the wiki is behind) ends
the run; so do three in a row.
"""

import logging
import math
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from email.utils import parsedate_to_datetime

import requests
from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone

from . import wiki_standing, wikimedia
from .wiki_http import WikiSession, read_json
from .wiki_standing import PROVIDER_ID, Word

logger = logging.getLogger(__name__)
FAULTS_IN_A_ROW = 3
LONGEST_WAIT = 86_400
WAIT_KEY = "wiki_accounts.wait"
FAULTY_KEY = "wiki_accounts.faulty"
# Any number that no other advisory lock of ours has.
_LOCK = 7_401_126


class Fault(Exception):
    """The wiki gave no answer about this account; the text says why, and names nobody."""


class AskLater(Fault):
    """The wiki wants to be left alone for ``seconds``."""

    def __init__(self, why: str, seconds: float):
        super().__init__(why)
        self.seconds = seconds


@dataclass
class Run:
    """What one run did, in numbers."""

    asked: int = 0
    changes: Counter = field(default_factory=Counter)
    faults: Counter = field(default_factory=Counter)


def check() -> Run | None:
    """Ask about the accounts whose turn it is, the longest unasked first.

    None where nothing is asked: no Wikimedia sign-in here, another worker at it, or the wiki
    wants to be left alone.
    """
    if not wikimedia.is_on() or cache.get(WAIT_KEY):
        return None
    with _only_one() as is_mine:
        if not is_mine:
            return None
        run = Run()
        _ask_in_turn(run)
    _report(run)
    return run


def unanswered() -> int:
    """How many linked accounts the wiki gave no answer about for too long."""
    if not wikimedia.is_on():
        return 0
    long_ago = timezone.now() - timedelta(hours=settings.WIKI_CHECK_LATE_HOURS)
    since = Coalesce("user__wiki_checked_at", "date_joined")
    return _linked().annotate(since=since).filter(since__lt=long_ago).count()


def _linked() -> QuerySet[SocialAccount]:
    return SocialAccount.objects.filter(provider=PROVIDER_ID, user__erased_at=None)


def _turn(last: set[int]) -> list[tuple[int, str]]:
    """Whose turn it is; those about whom the last run got no answer (``last``) come at the end."""
    before = timezone.now() - timedelta(hours=settings.WIKI_CHECK_HOURS)
    due = _linked().filter(Q(user__wiki_checked_at=None) | Q(user__wiki_checked_at__lt=before))
    order = F("user__wiki_checked_at").asc(nulls_first=True)
    found = due.order_by(order, "pk").values_list("pk", "uid")
    turn = list(found[: settings.WIKI_CHECKS_A_RUN + len(last)])
    return sorted(turn, key=lambda link: link[0] in last)[: settings.WIKI_CHECKS_A_RUN]


def _ask_in_turn(run: Run) -> None:
    ends = time.monotonic() + settings.WIKI_CHECK_RUN_SECONDS
    faulty: set[int] = set()
    in_a_row = 0
    for pk, uid in _turn(set(cache.get(FAULTY_KEY, ()))):
        if run.asked:
            time.sleep(settings.WIKI_CHECK_PAUSE)
        if time.monotonic() > ends:
            break
        run.asked += 1
        said_at = timezone.now()
        try:
            word = ask(uid)
        except Fault as fault:
            run.faults[str(fault)] += 1
            faulty.add(pk)
            in_a_row += 1
            if isinstance(fault, AskLater):
                cache.set(WAIT_KEY, True, min(fault.seconds, LONGEST_WAIT))
            if isinstance(fault, AskLater) or in_a_row == FAULTS_IN_A_ROW:
                break
        else:
            in_a_row = 0
            run.changes.update(wiki_standing.keep(uid, word, said_at=said_at))
    cache.set(FAULTY_KEY, sorted(faulty), LONGEST_WAIT)


def ask(uid: str) -> Word:
    """The wiki's word on one account, by its central id. Raises ``Fault``."""
    query = {
        "action": "query",
        "meta": "globaluserinfo",
        "guiid": uid,
        "format": "json",
        "formatversion": "2",
        # The wiki refuses while its copies are behind: what it said then might be old.
        "maxlag": "5",
    }
    try:
        with WikiSession() as session:
            response = session.get(
                f"{settings.WIKIMEDIA_ORIGIN}/w/api.php",
                params=query,
                headers={"User-Agent": wikimedia.user_agent()},
            )
        answer = read_json(response) if response.status_code == 200 else None
    except requests.RequestException as error:
        raise Fault(type(error).__name__) from error
    if response.status_code in (429, 503):
        raise AskLater(f"status {response.status_code}", _wait(response))
    if response.status_code != 200:
        raise Fault(f"status {response.status_code}")
    return _read(answer, uid, response)


def _read(answer, uid: str, response) -> Word:
    problem = answer.get("error") if isinstance(answer, dict) else None
    if isinstance(problem, dict):
        if problem.get("code") in ("maxlag", "ratelimited", "readonly"):
            raise AskLater(problem["code"], _wait(response))
        if problem.get("code") == "invaliduserid":
            raise Fault("the wiki knows no such account")
    query = answer.get("query") if isinstance(answer, dict) else None
    found = query.get("globaluserinfo") if isinstance(query, dict) else None
    if not isinstance(found, dict):
        raise Fault("not an answer to the question")
    if found.get("missing") is True or found.get("hidden") is True:
        return Word("")
    name = found.get("name")
    if str(found.get("id")) != uid or not wikimedia.is_name(name):
        raise Fault("an answer about somebody else")
    return Word(name, is_locked=found.get("locked") is True)


def _wait(response) -> float:
    """How long the wiki wants to be left alone; at least a minute, whatever it says."""
    said = response.headers.get("Retry-After", "")
    try:
        seconds = float(said)
    except ValueError:
        try:
            seconds = (parsedate_to_datetime(said) - timezone.now()).total_seconds()
        except (TypeError, ValueError):
            seconds = 0
    return min(max(seconds, 60), LONGEST_WAIT) if math.isfinite(seconds) else LONGEST_WAIT


@contextmanager
def _only_one() -> Iterator[bool]:
    """One worker at a time; the lock ends with the connection, also when the worker is killed."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_LOCK])
        is_mine = cursor.fetchone()[0]
    try:
        yield is_mine
    finally:
        if is_mine:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])


def _report(run: Run) -> None:
    """Numbers only: the log names nobody."""
    if run.changes:
        said = ", ".join(f"{count} {change.value}" for change, count in run.changes.items())
        logger.info("Wikimedia accounts: %s asked about; %s.", run.asked, said)
    if run.faults:
        said = ", ".join(f"{count} × {why}" for why, count in run.faults.items())
        logger.warning(
            "Wikimedia accounts: %s asked about, no answer about %s (%s). Nothing was changed "
            "for them; they are asked about again.",
            run.asked,
            run.faults.total(),
            said,
        )
