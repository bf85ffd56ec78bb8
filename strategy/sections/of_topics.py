"""What the digest says of topics; those in their last days are in ``of_calls``."""

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from mailing.sections import Section

from ..models import Topic
from ..topic_choices import TOPICS
from .lines import block, wikitext


class OfTopics(Section):
    """Topics, as the reader chose them by their Working Groups."""

    def chosen(self, items, choices):
        wanted = choices.get(TOPICS)
        return [item for item in items if item.working_group.slug in wanted] if wanted else items


class OpenTopics(OfTopics):
    """Topics that opened, or whose deadline moved, since the last digest; soonest deadline first.

    Those that closed meanwhile are left out: nobody can say anything on them any more. Those in
    their last days are among the calls to act.
    """

    key = "topics"
    label = _("Open for your view")

    def items(self, after, until):
        return list(
            Topic.objects.open(timezone.now())
            .select_related("working_group")
            .filter(position__gt=after, position__lte=until, closing_position__isnull=True)
            .order_by("position")
        )

    def render(self, items, language):
        return block(
            "topics", sorted(items, key=_deadline), language, list_url="strategy:topic_list"
        )

    def wikitext(self, items, language):
        return wikitext(
            "topics", sorted(items, key=_deadline), language, list_url="strategy:topic_list"
        )


class ClosedTopics(OfTopics):
    """Topics that closed since the last digest, and who acts now; the last one first."""

    key = "closed"
    label = _("Closed")

    def items(self, after, until):
        topics = (
            Topic.objects.public()
            .filter(closes_at__lte=timezone.now())
            .select_related("working_group")
            .filter(closed_position__gt=after, closed_position__lte=until)
        )
        return _placed(topics, "closed_position")

    def render(self, items, language):
        return block("closed", items[::-1], language, list_url="strategy:topic_list")

    def wikitext(self, items, language):
        return wikitext("closed", items[::-1], language, list_url="strategy:topic_list")


def _placed(topics, place: str) -> list[Topic]:
    """The topics in the order of what happened to them; ``position`` is the place of that."""
    found = list(topics.order_by(place))
    for topic in found:
        topic.position = getattr(topic, place)
    return found


def _deadline(topic):
    return (topic.closes_at is None, topic.closes_at or topic.opens_at, topic.slug)
