"""Everything a demo holds, carried out in the order of time."""

import logging
from contextlib import contextmanager
from datetime import timedelta

from django.contrib.auth.hashers import make_password
from django.core.management.base import CommandError
from django.db import transaction
from django.utils import timezone, translation

from liaisons.errors import Refused
from liaisons.models import Country, User
from strategy.models import Topic
from web import content_version

from . import clock
from .applications import APPLICATIONS, BEGINNERS
from .letters import plan_letters
from .lives import plan_lives
from .mandates import plan_accounts, plan_application, plan_beginner, plan_liaison
from .people import ACCOUNTS, CORE_TEAM, LIAISONS
from .post import Post, due_hours
from .process import date_topics, plan_topics, shift_timeline
from .relays import plan_relays
from .reports import plan_reports
from .responses import plan_responses
from .translations import plan_translations
from .updates import plan_updates

MINUTE = timedelta(minutes=1)


@transaction.atomic
def seed(password: str) -> list[str]:
    """Make what is missing; what an earlier run made, and what people changed since, stays.

    All demo people get ``password``. Gives what was refused, because people of the demo have done
    something else meanwhile. Raises ``CommandError`` without the reference data.
    """
    if not (Country.objects.exists() and Topic.objects.exists()):
        raise CommandError(
            "The demo stands on the reference data. First: manage.py import_reference_data"
        )
    refused = []
    with translation.override("en"), _without_log("mailing"):
        shift_timeline()
        date_topics()
        post = Post()
        for days, act in _plan(post):
            moment = clock.moment(days)
            with clock.as_if_at(moment):
                try:
                    act()
                except Refused as refusal:
                    refused.append(str(refusal.message))
            with clock.as_if_at(moment + MINUTE):
                post.hand_over_notices()
        set_passwords(password)
        content_version.bump()
    return refused


@contextmanager
def _without_log(name: str):
    """Keep what the past would have logged out of today's log; warnings stay."""
    logger = logging.getLogger(name)
    level = logger.level
    logger.setLevel(logging.WARNING)
    try:
        yield
    finally:
        logger.setLevel(level)


def set_passwords(password: str) -> None:
    """Let all demo people sign in with this password; one hash serves for all of them."""
    known = User.objects.get(email=CORE_TEAM.address)
    people = User.objects.filter(email__in=demo_addresses(), erased_at=None)
    if known.has_usable_password() and known.check_password(password):
        people = people.exclude(password=known.password)
        hashed = known.password
    else:
        hashed = make_password(password)
    people.update(password=hashed)


def demo_addresses() -> list[str]:
    """The addresses of everyone the demo makes."""
    return [one.address for one in [*ACCOUNTS, *LIAISONS, *APPLICATIONS, *BEGINNERS]]


def _plan(post: Post) -> clock.Plan:
    """Everything there is to do, in the order of time."""
    owners = {one.address for one in [*LIAISONS, *APPLICATIONS]}
    plan = plan_accounts([account for account in ACCOUNTS if account.address not in owners])
    made: set[str] = set()
    for liaison in LIAISONS:
        plan += plan_liaison(liaison, made)
    for application in APPLICATIONS:
        plan += plan_application(application, made)
    for beginner in BEGINNERS:
        plan += plan_beginner(beginner)
    plan += plan_lives(made)
    plan += plan_letters(made)
    plan += plan_topics()
    plan += plan_updates(post)
    plan += plan_translations()
    plan += plan_relays()
    plan += plan_reports()
    plan += plan_responses()
    plan += [(clock.days_before_today(hour), post.make_round) for hour in due_hours(timezone.now())]
    return sorted(plan, key=lambda step: -step[0])
