"""What the digest says of updates; those that ask to do something are in ``of_calls``."""

from collections.abc import Iterator
from copy import copy
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from mailing.sections import Section

from .. import audiences, language_versions, updates
from ..models import Update
from .lines import block, wikitext

# What is older than this goes with the next digest: nobody is woken for it any more.
STILL_URGENT = timedelta(days=2)


class OfUpdates(Section):
    """Updates, each at its place, and at a further one where it came to be for more people."""

    def updates(self) -> QuerySet[Update]:
        """Which updates stand here."""
        raise NotImplementedError

    def items(self, after, until):
        in_place = Q(position__gt=after, position__lte=until)
        found = self.updates().without_bodies().filter(in_place | ~Q(further_positions=[]))
        placed = [one for update in found for one in _at_its_places(update)]
        return sorted(
            (one for one in placed if after < one.position <= until), key=lambda one: one.position
        )

    def narrowed(self, after, until, besides):
        in_place = Q(position__gt=after, position__lte=until) | Q(position__in=besides)
        found = self.updates().titles_only().filter(in_place | ~Q(further_positions=[]))
        found = found.exclude(audience={}, further_positions=[])
        return [
            place
            for update in found
            for place in audiences.narrowed(update, self.key)
            if after < place.position <= until or place.position in besides
        ]

    def for_whom(self, items):
        found = audiences.with_words(items)
        return {one.position: " · ".join(one.for_whom) for one in found if one.for_whom}

    def render_for(self, items, language, *, has_account, is_alone):
        return self.render(items, language, has_account=has_account, is_alone=is_alone)

    def chosen(self, items, choices):
        # Who was told of none of its places is told once. At the last of them: others who read the
        # same list may have been told of the first, and are to find the last as news.
        last = {update.pk: update for update in items}
        return sorted(last.values(), key=lambda update: update.position)

    def held(self, until, at):
        return _held(self.updates(), until, at)


def _held(found: QuerySet[Update], until: int, at: datetime) -> dict[str, set[int]]:
    """The places of those of these updates that wait, by the language whose readers wait."""
    held: dict[str, set[int]] = {}
    waiting = Update.objects.waiting(at) & found
    for update in waiting.without_bodies().filter(position__lte=until):
        places = {one.position for one in _at_its_places(update) if one.position <= until}
        for code in updates.waiting_languages(update, at):
            held.setdefault(code, set()).update(places)
    return held


def _left_out(update: Update) -> str:
    wanted = get_language() or settings.LANGUAGE_CODE
    title, _language = language_versions.field_for(update, "title", wanted)
    if not update.for_whom:
        return gettext("“%(title)s” was left out: it was for others then.") % {"title": title}
    # Translators: why somebody was not told of an update; "whom" says "For liaisons in Asia".
    said = gettext("“%(title)s” was left out, because of whom it is for. %(whom)s.")
    return said % {"title": title, "whom": " · ".join(update.for_whom)}


def _at_its_places(update: Update) -> Iterator[Update]:
    yield update
    for position in update.further_positions:
        again = copy(update)
        again.position = position
        yield again


class NewUpdates(OfUpdates):
    """Updates published since the person's last digest, the newest first."""

    key = "updates"
    label = _("New updates")

    def updates(self):
        return Update.objects.published().exclude(kind=Update.Kind.URGENT).exclude(open_calls())

    def held(self, until, at):
        # Calls to act too: whoever waits for one until its day is over finds it here.
        return _held(Update.objects.published().exclude(kind=Update.Kind.URGENT), until, at)

    def for_others(self, positions):
        # Of every kind: they are told apart nowhere else.
        found = Update.objects.published().titles_only()
        found = found.filter(
            Q(position__in=positions) | Q(further_positions__overlap=list(positions))
        )
        return {
            place.position: _left_out(update)
            for update in audiences.with_words(found)
            for place in _at_its_places(update)
        }

    def render(self, items, language, **fitting):
        return block("updates", items[::-1], language, list_url="strategy:update_list", **fitting)

    def wikitext(self, items, language):
        return wikitext("updates", items[::-1], language, list_url="strategy:update_list")


class UrgentUpdates(OfUpdates):
    """Urgent updates: each goes out at once by itself; here for those whom that mail did not reach.

    Nothing that is urgent waits for a translation.
    """

    key = "urgent"
    label = _("Urgent")
    is_urgent = True

    def updates(self):
        return Update.objects.published().filter(kind=Update.Kind.URGENT)

    def held(self, until, at):
        return {}

    def at_once(self, until, at):
        lately = self.updates().filter(published_at__gt=at - STILL_URGENT, position__lte=until)
        return list(lately.values_list("position", flat=True))

    def render(self, items, language, **fitting):
        return block("urgent", items[::-1], language, list_url="strategy:update_list", **fitting)

    def wikitext(self, items, language):
        return wikitext("urgent", items[::-1], language, list_url="strategy:update_list")


def open_calls() -> Q:
    """The condition for calls to act whose day is still to come."""
    return Q(kind=Update.Kind.ACT, deadline__gt=timezone.now())
