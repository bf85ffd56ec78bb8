"""The next steps this app offers: about applications, mandates, and the choice about the name."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from .models import Mandate, User
from .next_steps import NextStep

# From how long before its end a mandate is a thing to act on.
ENDS_SOON = timedelta(days=60)
# Each kind of step is offered for so many mandates at most.
MOST = 3

Status = Mandate.Status


def offered(person: User) -> Iterator[NextStep]:
    """What this person can do about their applications and mandates. One query."""
    open_ones = Mandate.objects.open().filter(person=person).select_related("group")
    mandates = list(open_ones.order_by("last_day", "pk"))
    active = [mandate for mandate in mandates if mandate.is_active]
    horizon = timezone.localdate() + ENDS_SOON
    for mandate in [one for one in mandates if one.status == Status.MORE_ASKED][:MOST]:
        yield _answer(mandate)
    for mandate in [one for one in active if one.last_day <= horizon][:MOST]:
        yield _ends(mandate)
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


def _ends(mandate) -> NextStep:
    return NextStep(
        key=f"ends-{mandate.pk}",
        title=_("Your mandate ends"),
        about=mandate.group.name,
        detail=_("Talk to your group about who speaks for it afterwards."),
        url=reverse("liaisons:mandate", args=[mandate.pk]),
        action=_("See the mandate"),
        due=timezone.make_aware(datetime.combine(mandate.last_day, time.max)),
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
