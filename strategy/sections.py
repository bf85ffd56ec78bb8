"""What the digest says to everyone of updates and topics; registered in ``apps.py``."""

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from mailing.sections import Block, Section
from web.templatetags.web import day_text

from . import language_versions, updates
from .models import Topic, Update, WorkingGroup

# The name under which a reader's choice of topics is kept.
TOPICS = "topics"
# So many bytes of short versions stand in one section; what comes after is named with its link. A
# mail holds each text twice, and Gmail cuts at 102 kB.
MOST_BYTES = {"updates": 6_400, "topics": 3_600}
# So many are named at all; after a long pause the list on the site is better.
MOST_NAMED = 20
# Of a topic that soon closes, so many letters of its short version.
TEASER = 160


def topic_options() -> list[tuple[str, str]]:
    """What a reader chooses topics by: the Working Groups, which stay while topics come and go."""
    named = [(group.slug, group.name or group.slug) for group in WorkingGroup.objects.all()]
    return sorted(named, key=lambda option: option[1])


class NewUpdates(Section):
    """Updates published since the person's last digest, the newest first."""

    key = "updates"
    label = _("New updates")

    def items(self, after, until):
        return list(
            Update.objects.published()
            .without_bodies()
            .filter(position__gt=after, position__lte=until)
            .order_by("position")
        )

    def held(self, until, at):
        held: dict[str, set[int]] = {}
        waiting = Update.objects.waiting(at).without_bodies().filter(position__lte=until)
        for update in waiting:
            for code in updates.waiting_languages(update, at):
                held.setdefault(code, set()).add(update.position)
        return held

    def render(self, items, language):
        return _block("updates", items[::-1], language, list_url="strategy:update_list")

    def wikitext(self, items, language):
        return _wikitext("updates", items[::-1], language)


class _OfTopics(Section):
    """Topics, as the reader chose them by their Working Groups."""

    def chosen(self, items, choices):
        wanted = choices.get(TOPICS)
        return [item for item in items if item.working_group.slug in wanted] if wanted else items


class ClosingTopics(_OfTopics):
    """Calls to act: topics in their last days, the soonest deadline first.

    A deadline that comes near is news of its own, once.
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
        return _placed(topics, "closing_position")

    def render(self, items, language):
        topics = sorted(items, key=_deadline)
        return _block("closing", topics, language, heading=_before(topics))

    def wikitext(self, items, language):
        return _wikitext("closing", sorted(items, key=_deadline), language)


class OpenTopics(_OfTopics):
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
        return _block(
            "topics", sorted(items, key=_deadline), language, list_url="strategy:topic_list"
        )

    def wikitext(self, items, language):
        return _wikitext("topics", sorted(items, key=_deadline), language)


class ClosedTopics(_OfTopics):
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
        return _block("closed", items[::-1], language)

    def wikitext(self, items, language):
        return _wikitext("closed", items[::-1], language)


def _placed(topics, place: str) -> list[Topic]:
    """The topics in the order of what happened to them; ``position`` is the place of that."""
    found = list(topics.order_by(place))
    for topic in found:
        topic.position = getattr(topic, place)
    return found


def _deadline(topic):
    return (topic.closes_at is None, topic.closes_at or topic.opens_at, topic.slug)


def _before(topics) -> str:
    """ "Three things before 12 December": how many, and the day of the last of them."""
    day = day_text(timezone.localdate(topics[-1].closes_at))
    # Translators: heading above topics that soon close for views. "Thing" is something to do.
    said = ngettext(
        "%(count)s thing to do before %(day)s is over",
        "%(count)s things to do before %(day)s is over",
        len(topics),
    )
    return said % {"count": len(topics), "day": day}


def _block(name, items, language, *, heading="", list_url="") -> Block:
    versions = [language_versions.shown(item, language) for item in items]
    in_full = _in_full(versions, MOST_BYTES.get(name, 0))
    context = {
        "versions": versions[:in_full],
        "named": versions[in_full:MOST_NAMED],
        "number_left": max(len(versions) - MOST_NAMED, 0),
        "teasers": [_teaser(version) for version in versions],
        "list_url": list_url,
        "base_url": settings.BASE_URL,
    }
    return Block(
        html=render_to_string(f"strategy/mail/{name}.html", context),
        text=render_to_string(f"strategy/mail/{name}.txt", context).strip() + "\n",
        count=len(items),
        # The newest update, or the soonest deadline, becomes the subject of the mail.
        headline=versions[0].title if versions else "",
        heading=heading,
    )


def _in_full(versions, most_bytes: int) -> int:
    """How many of them stand with their short version: as many as fit, the first one always."""
    used = 0
    for number, version in enumerate(versions):
        used += len(version.short.encode())
        if number and used > most_bytes:
            return number
    return len(versions)


def _teaser(version) -> dict:
    return {"version": version, "short": Truncator(version.short).chars(TEASER)}


def _wikitext(name, items, language) -> str:
    versions = [language_versions.shown(item, language) for item in items[:MOST_NAMED]]
    context = {"versions": versions, "base_url": settings.BASE_URL}
    return render_to_string(f"strategy/wiki/{name}.txt", context).strip()
