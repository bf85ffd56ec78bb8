"""Everything a demo holds, carried out in the order of time."""

from datetime import timedelta

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.management.base import CommandError
from django.db import transaction
from django.db.models import Max
from django.utils import timezone, translation

from liaisons import mandates
from liaisons.models import Country, User
from mailing.models import Notice
from strategy.models import Topic
from web import content_version

from .clock import as_if_at
from .mandates import plan_accounts, plan_application, plan_liaison
from .people import ACCOUNTS, APPLICATIONS, CORE_TEAM, LIAISON, LIAISONS
from .process import date_topics, shift_timeline
from .update_texts import UPDATES
from .updates import plan_update


@transaction.atomic
def seed(password: str) -> None:
    """Make what is missing; what an earlier run made, and what people changed since, stays.

    All demo people get ``password``. Raises ``CommandError`` without the reference data.
    """
    if not (Country.objects.exists() and Topic.objects.exists()):
        raise CommandError(
            "The demo stands on the reference data. First: manage.py import_reference_data"
        )
    now = timezone.now()
    with translation.override("en"):
        last_notice = Notice.objects.aggregate(last=Max("pk"))["last"] or 0
        for days_ago, act in _plan():
            with as_if_at(now - timedelta(days=days_ago)):
                act()
        # Mails about what lies months back would have gone out then; nobody gets them now.
        Notice.objects.filter(pk__gt=last_notice, created_at__lt=now).delete()
        shift_timeline()
        date_topics()
        set_passwords(password)
        content_version.bump()


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
    return [one.address for one in [*ACCOUNTS, *LIAISONS, *APPLICATIONS]]


def _plan() -> list:
    plan = plan_accounts([account for account in ACCOUNTS if account is not LIAISON])
    for liaison in LIAISONS:
        plan += plan_liaison(liaison)
        over = liaison.confirmed_days_ago - settings.MANDATE_LENGTH_DAYS - 1
        if over > 0:
            plan.append((over, mandates.end_lapsed))
    for application in APPLICATIONS:
        plan += plan_application(application)
    for update in UPDATES:
        plan += plan_update(update)
    return sorted(plan, key=lambda step: -step[0])
