"""What the digest says of updates and topics; registered in ``apps.py``."""

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from mailing.sections import Block, Section

from . import language_versions
from .models import Topic, Update, WorkingGroup

# The name under which a reader's choice of topics is kept.
TOPICS = "topics"


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

    def render(self, items, language):
        return _block("updates", items[::-1], language)


class OpenTopics(Section):
    """Topics that opened, or whose deadline moved, since the last digest; soonest deadline first.

    Those that closed meanwhile are left out: nobody can say anything on them any more.
    """

    key = "topics"
    label = _("Open for your view")

    def items(self, after, until):
        return list(
            Topic.objects.open(timezone.now())
            .select_related("working_group")
            .filter(position__gt=after, position__lte=until)
            .order_by("position")
        )

    def chosen(self, items, choices):
        wanted = choices.get(TOPICS)
        return [item for item in items if item.working_group.slug in wanted] if wanted else items

    def render(self, items, language):
        return _block("topics", sorted(items, key=_deadline), language)


def _deadline(topic):
    return (topic.closes_at is None, topic.closes_at or topic.opens_at, topic.slug)


def _block(name, items, language):
    context = {
        "versions": [language_versions.shown(item, language) for item in items],
        "base_url": settings.BASE_URL,
    }
    return Block(
        html=render_to_string(f"strategy/mail/{name}.html", context),
        text=render_to_string(f"strategy/mail/{name}.txt", context).strip() + "\n",
        count=len(items),
        # The newest update, or the soonest deadline, becomes the subject of the mail.
        headline=context["versions"][0].title if items else "",
    )
