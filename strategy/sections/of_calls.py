"""What the digest says of all there is to do in time."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from .. import deadlines
from ..models import Topic, Update
from .call import Call, call_of, end_of
from .lines import block, wikitext
from .of_topics import OfTopics
from .of_updates import OfUpdates, open_calls


class _CallsByUpdate(OfUpdates):
    """Updates that ask to do something until a day, as long as it can be done."""

    key = "closing"

    def updates(self):
        return Update.objects.published().filter(open_calls())


class CallsToAct(OfTopics):
    """Calls to act: updates that are one, topics in their last days, deadlines of the timeline.

    The soonest day first. A deadline that comes near is news of its own, once.
    """

    key = "closing"
    label = _("Closing soon")
    is_urgent = True

    def items(self, after, until):
        topics = (
            Topic.objects.closing()
            .select_related("working_group")
            .filter(closing_position__gt=after, closing_position__lte=until)
        )
        calls = [Call(topic.closing_position, topic.closes_at, topic) for topic in topics]
        calls += [
            Call(near.entry.closing_position, end_of(near.ends_on), near.entry)
            for near in deadlines.near()
            if after < (near.entry.closing_position or 0) <= until
        ]
        calls += [call_of(update) for update in _CallsByUpdate().items(after, until)]
        return sorted(calls, key=lambda call: call.position)

    def chosen(self, items, choices):
        topics = super().chosen([call for call in items if call.is_topic], choices)
        by_update = [call.thing for call in items if call.is_update]
        once = {update.position for update in _CallsByUpdate().chosen(by_update, choices)}
        return [
            call
            for call in items
            if (call in topics if call.is_topic else not call.is_update or call.position in once)
        ]

    def narrowed(self, after, until, besides):
        return _CallsByUpdate().narrowed(after, until, besides)

    def for_whom(self, items):
        return _CallsByUpdate().for_whom([call.thing for call in items if call.is_update])

    def held(self, until, at):
        return _CallsByUpdate().held(until, at)

    def render(self, items, language, **fitting):
        calls = sorted(items, key=_due)
        return block(
            "closing",
            calls,
            language,
            heading=_before(calls),
            list_url=_list_of(calls),
            **fitting,
        )

    def render_for(self, items, language, *, has_account, is_alone):
        return self.render(items, language, has_account=has_account, is_alone=is_alone)

    def wikitext(self, items, language):
        calls = sorted(items, key=_due)
        return wikitext("closing", calls, language, list_url=_list_of(calls))


def _list_of(calls: list[Call]) -> str:
    """Where those are that have no room: updates only lead to these, all else to the topics."""
    are_updates = all(call.is_update for call in calls)
    return "strategy:update_list" if are_updates else "strategy:topic_list"


def _due(call):
    return (call.due, call.position)


def _before(calls) -> str:
    """ "Three things by 12 December, 14:00 UTC": how many, and until when the last of them."""
    said = ngettext(
        # Translators: heading above topics that soon close for views. "Thing" is something to do.
        # "When" is the last day, mostly with the time.
        "%(count)s thing to do, by %(when)s",
        "%(count)s things to do, the last by %(when)s",
        len(calls),
    )
    return said % {"count": len(calls), "when": calls[-1].until_when}
