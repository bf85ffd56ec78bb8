"""The next steps this app offers: about applications, mandates, and the choice about the name."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime, time, timedelta

from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from web.templatetags.web import day_text

from .mandates import is_renewable
from .models import Group, Mandate, User
from .next_steps import NextStep, StepsOfOne

# Each kind of step is offered for so many mandates at most.
MOST = 3
# For so many days after its end the way back from a lapsed mandate is offered.
OFFERED_AFTER_END = 60

Status = Mandate.Status
EndReason = Mandate.EndReason


def offered(people: Sequence[User]) -> StepsOfOne:
    """What people can do about their applications and mandates. Three queries at most for all."""
    open_ones = Mandate.objects.open().filter(person__in=people).select_related("group")
    mandates = defaultdict(list)
    for mandate in open_ones.order_by("last_day", "pk"):
        mandates[mandate.person_id].append(mandate)
    ending = {person: _ending(own) for person, own in mandates.items()}
    unfollowed = _without_successor([mandate for own in ending.values() for mandate in own])
    lapsed = _lapsed_of(people)

    def of_one(person: User) -> Iterator[NextStep]:
        own = mandates[person.pk]
        yield from _steps_of(
            person,
            own,
            to_renew=[one for one in ending.get(person.pk, ()) if one.pk in unfollowed],
            lapsed=lapsed.get(person.pk, []),
        )

    return of_one


def _ending(mandates) -> list[Mandate]:
    active = [mandate for mandate in mandates if mandate.is_active]
    return [one for one in active if is_renewable(one) and one.group.is_active]


def _steps_of(person, mandates, *, to_renew, lapsed) -> Iterator[NextStep]:
    active = [mandate for mandate in mandates if mandate.is_active]
    if person.is_away:
        yield _away(person)
    for mandate in [one for one in mandates if one.status == Status.MORE_ASKED][:MOST]:
        yield _answer(mandate)
    for mandate in to_renew[:MOST]:
        yield _renew(mandate)
    going_on = {one.group_id for one in mandates if one.is_active or one.status != Status.CONFIRMED}
    for mandate in [one for one in lapsed if one.group_id not in going_on][:MOST]:
        yield _come_back(mandate)
    for mandate in [one for one in mandates if one.status == Status.DRAFT]:
        yield _finish(mandate)
    if active and person.is_public_by_name is None:
        yield NextStep(
            key="name",
            title=_("Choose whether everyone may see your name"),
            detail=_("Until you choose, it is not shown."),
            url=reverse("liaisons:settings_profile"),
            action=_("Choose"),
            since=active[0].decided_at,
            weight=10,
        )


def _answer(mandate) -> NextStep:
    return NextStep(
        key=f"answer-{mandate.pk}",
        title=_("Answer the Core Team’s question about your application"),
        about=mandate.group.name,
        url=reverse("liaisons:mandate", args=[mandate.pk]),
        action=_("Answer"),
        since=mandate.changed_at,
        is_urgent=True,
    )


def _away(person) -> NextStep:
    return NextStep(
        key="away",
        title=_("You are away until %(day)s.") % {"day": day_text(person.away_until)},
        url=reverse("liaisons:away"),
        action=_("Come back now"),
        weight=5,
        # Who comes back reads the digest; who is away need not be told.
        in_digest=False,
    )


def _without_successor(mandates) -> set[int]:
    """Of these, the ids of those for whose seat no named successor has applied."""
    if not mandates:
        return set()
    ids = {mandate.pk for mandate in mandates}
    waiting = Mandate.objects.waiting().filter(predecessor__in=ids)
    return ids - set(waiting.values_list("predecessor", flat=True))


def _renew(mandate) -> NextStep:
    return NextStep(
        key=f"renew-{mandate.pk}",
        title=_("Renew your mandate, or say who follows"),
        about=mandate.group.name,
        url=reverse("liaisons:mandate_renew", args=[mandate.pk]),
        action=_("Renew"),
        due=timezone.make_aware(datetime.combine(mandate.last_day, time.max)),
    )


def _lapsed_of(people) -> dict[int, list[Mandate]]:
    """By person: mandates that were over lately, where nobody applied for the group again."""
    since = timezone.localdate() - timedelta(days=OFFERED_AFTER_END)
    again = Mandate.objects.filter(
        person=OuterRef("person"), group=OuterRef("group"), submitted_at__isnull=False
    ).exclude(pk=OuterRef("pk"))
    lapsed = (
        Mandate.objects.lapsed()
        .filter(person__in=people, last_day__gte=since, end_reason__in=["", EndReason.EXPIRED])
        .filter(group__status=Group.Status.ACTIVE)
        .filter(~Exists(again.filter(submitted_at__gt=OuterRef("decided_at"))))
        .select_related("group")
        .order_by("-last_day", "pk")
    )
    found = defaultdict(list)
    for mandate in lapsed:
        found[mandate.person_id].append(mandate)
    return found


def _come_back(mandate) -> NextStep:
    return NextStep(
        key=f"come-back-{mandate.pk}",
        title=_("Your mandate is over. You can come back"),
        about=mandate.group.name,
        url=reverse("liaisons:mandate", args=[mandate.pk]),
        action=_("See how"),
        since=mandate.ended_at,
        weight=15,
    )


def _finish(draft) -> NextStep:
    return NextStep(
        key=f"draft-{draft.pk}",
        title=_("Finish and send your application"),
        about=draft.group.name if draft.group else "",
        detail=_("What you filled in is saved."),
        url=reverse("liaisons:join"),
        action=_("Go on"),
        since=draft.changed_at,
        weight=20,
    )
