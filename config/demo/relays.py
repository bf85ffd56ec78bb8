"""The demo's relays: what liaisons passed on, unevenly, and what the demo liaison has read."""

import csv
from functools import partial

from django.utils import timezone

from liaisons.models import Language, User
from strategy import relays
from strategy.models import Relay, Update

from . import clock
from .mandates import liaison_of
from .people import LIAISON, LIAISONS
from .text_files import FOLDER, read_all

# Later in the day than any update is published.
HOUR = 16
READ_HOUR = 19
# What is newer waits on the demo liaison's own page.
READ_IF_OLDER_THAN = 9


def plan_relays() -> clock.Plan:
    """Each relay on its day, and the evenings on which the demo liaison read an update.

    Where a liaison had recorded relays of an update before this run, nothing is added to them:
    people of the demo may have changed and withdrawn some.
    """
    published = {slug: texts.get("days_ago") for slug, texts in read_all("updates").items()}
    there = set(Relay.objects.values_list("update__slug", "person__email"))
    plan: clock.Plan = []
    for number, row in enumerate(_rows()):
        if (row["update"], LIAISONS[int(row["liaison"])].address) in there:
            continue
        days_ago = published[row["update"]] - int(row["days_after"])
        made: list[Relay] = []
        # Minutes apart, in the order of the file.
        at = clock.on(days_ago, HOUR + number / 60)
        plan.append((at, partial(record, row, made)))
        if row["withdrawn_after"]:
            later = clock.on(days_ago - int(row["withdrawn_after"]), HOUR)
            plan.append((later, partial(withdraw, made)))
    for slug, days_ago in published.items():
        if days_ago and days_ago > READ_IF_OLDER_THAN:
            # What was older than the mandate was read in its first days.
            days = min(days_ago, LIAISONS[0].confirmed_days_ago - 1)
            plan.append((clock.on(days, READ_HOUR), partial(read, slug)))
    return plan


def record(row: dict[str, str], made: list[Relay]) -> None:
    """Record one relay, which goes into ``made``; nothing where that liaison is none any more."""
    mandate = liaison_of(int(row["liaison"]))
    if mandate is None:
        return
    relay = relays.record(
        update=Update.objects.get(slug=row["update"]),
        group=mandate.group,
        by=mandate.person,
        channel=row["channel"],
        relayed_on=timezone.localdate(),
        language=Language.objects.get(pk=row["language"]),
        people=int(row["people"]) if row["people"] else None,
        url=row["page"],
    )
    made.append(relay)


def withdraw(made: list[Relay]) -> None:
    """Withdraw a relay of this run."""
    for relay in made:
        relays.withdraw(relay=relay, by=relay.person)


def read(slug: str) -> None:
    """Have the demo liaison read an update, where both are there."""
    person = User.objects.filter(email=LIAISON.address).first()
    update = Update.objects.filter(slug=slug).first()
    if person and update and not person.updates_read.filter(update=update).exists():
        relays.mark_read([update], by=person)


def _rows() -> list[dict[str, str]]:
    with (FOLDER / "relays.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
