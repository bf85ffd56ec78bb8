"""Asking liaisons to pass an update on: those of the groups shown, once for each update.

It is a reminder nobody asked for, so the contact budget decides when it comes (``mailing.budget``).
"""

from collections import defaultdict
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from liaisons.errors import Refused
from liaisons.models import Group, Mandate, User
from mailing import notices
from mailing.eligibility import KEPT_FOR
from mailing.kinds import Category
from mailing.models import Notice

from . import audiences, language_versions, relay_kit, relay_matrix
from .audiences import Audience
from .models import Relay, Update

KIND = "update_to_pass_on"
MAY_NUDGE = "strategy.publish_update"
# A mail names so many of its reader's groups.
MOST_NAMED = 5


def register_all() -> None:
    """Make the kind known to mailing; called once, when the app is ready."""
    stem = f"strategy/mail/{KIND}"
    notices.register(
        KIND,
        f"{stem}.subject.txt",
        f"{stem}.txt",
        f"{stem}.html",
        label=gettext_lazy("An update to pass on"),
        category=Category.REMINDER,
        to_whom=gettext_lazy("Liaisons of groups that have not passed an update on"),
        eligible=_still_open,
        more_context=_context,
    )


def whom(update: Update, groups: QuerySet[Group]) -> QuerySet[User]:
    """Liaisons of these groups whom it still makes sense to ask, each person once.

    Not those whose group passed the update on, for whom it is not, who were asked before, or who
    are away. Nobody for an update so old that it is forgotten by now who was asked.
    """
    if update.published_at is None or update.published_at < timezone.now() - KEPT_FOR:
        return User.objects.none()
    # In steps. As one query it asked for whom the update is at three depths, and PostgreSQL, which
    # expects few rows where much is asked, compared each with each.
    open_groups = relay_matrix.without(update, groups).order_by().values_list("pk", flat=True)
    concerned = audiences.concerns_mandate(Audience.of(update.audience))
    mandates = Mandate.objects.active().filter(concerned, group__in=list(open_groups))
    people = set(mandates.values_list("person", flat=True))
    asked = Notice.objects.filter(
        kind=KIND, context__update_id=update.pk, recipient__user__in=people
    )
    people.difference_update(asked.values_list("recipient__user", flat=True))
    found = User.objects.filter(pk__in=people, is_active=True, erased_at=None)
    present = [person.pk for person in found.only("away_until") if not person.is_away]
    return User.objects.filter(pk__in=present).order_by("pk")


@transaction.atomic
def nudge(*, update: Update, groups: QuerySet[Group], seen: int, by: User) -> int:
    """Owe one mail to each of those people; says to how many.

    ``seen`` is the number that was shown before: raises ``Refused`` where it is another one now,
    where the update is not published, or where ``by`` may not.
    """
    if not by.has_perm(MAY_NUDGE):
        raise Refused(_("You may not do this."))
    # Of two who do it at once the second finds nobody left to ask.
    update = Update.objects.select_for_update().get(pk=update.pk)
    if not update.is_published:
        raise Refused(_("This update is not published."))
    people = list(whom(update, groups))
    if len(people) != seen:
        raise Refused(_("Meanwhile it concerns others. Please look at the list again."))
    notices.send_many(KIND, [(person, {"update_id": update.pk}) for person in people])
    return len(people)


def _gaps(asked: list[Notice]) -> dict[tuple[int, int], list[Group]]:
    """By person and update: their groups that should pass it on and have not."""
    people = {notice.recipient.user_id for notice in asked if notice.recipient}
    updates = {notice.context["update_id"] for notice in asked}
    published = list(Update.objects.published().titles_only().filter(pk__in=updates))
    done = set(Relay.objects.current().filter(update__in=updates).values_list("group", "update"))
    found = defaultdict(list)
    mandates = Mandate.objects.active().filter(person__in=people).select_related("group")
    for_others = audiences.unconcerned(mandates, published)
    for mandate in mandates.order_by("group__name", "pk"):
        for update in published:
            is_done = (mandate.group_id, update.pk) in done
            whose = (mandate.person_id, mandate.group_id, update.pk)
            if not is_done and whose not in for_others:
                found[mandate.person_id, update.pk].append(mandate.group)
    return found


def _still_open(asked: list[Notice]) -> list[bool]:
    gaps = _gaps(asked)
    return [
        bool(notice.recipient and gaps.get((notice.recipient.user_id, notice.context["update_id"])))
        for notice in asked
    ]


def _context(notice: Notice) -> dict[str, Any]:
    update = Update.objects.get(pk=notice.context["update_id"])
    wanted = get_language() or settings.LANGUAGE_CODE
    groups = _gaps([notice])[notice.recipient.user_id, update.pk]
    kit = reverse("strategy:update_kit", args=[update.slug])
    relay = reverse("strategy:relay_new")
    return {
        "update": update,
        "version": language_versions.shown(update, wanted),
        "groups": groups[:MOST_NAMED],
        "has_more_groups": len(groups) > MOST_NAMED,
        "kit_url": settings.BASE_URL + kit,
        "relay_url": f"{settings.BASE_URL}{relay}?update={update.slug}",
        "address": relay_kit.short_address(update),
    }
