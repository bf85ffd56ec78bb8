"""What the digest tells each liaison alone, and who may get it on their talk page."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from mailing.sections import Block, PersonalSection, Reader
from web.templatetags.web import day_text

from . import next_steps
from .models import User
from .next_steps import NextStep


class NextSteps(PersonalSection):
    """What a person can do next, as on their page. Each step is told once, and once more when due.

    No reason for a mail by itself: what has a deadline for everyone is news of its own, and the end
    of a mandate has its reminders.
    """

    key = "next_steps"
    label = _("Your next steps")
    is_news = False

    def load(self, readers: Sequence[Reader]) -> dict[int, dict[str, Any]]:
        people = User.objects.in_bulk([reader.user_id for reader in readers])
        steps_of = next_steps.of_each(list(people.values()))
        found = {}
        for reader in readers:
            with translation.override(reader.language):
                steps = steps_of(people[reader.user_id]) if reader.user_id in people else []
            found[reader.delivery_id] = {_name(step): step for step in steps if step.in_digest}
        return found

    def render(self, things: list[NextStep], language: str) -> Block:
        context = {
            # Where nothing is due it says since when it waits.
            "steps": [
                {
                    "step": step,
                    "due": _day(step.due),
                    "since": "" if step.due else _day(step.since),
                }
                for step in things
            ],
            "base_url": settings.BASE_URL,
        }
        return Block(
            html=render_to_string("liaisons/mail/next_steps.html", context),
            text=render_to_string("liaisons/mail/next_steps.txt", context),
            count=len(things),
            headline=things[0].title if things else "",
        )


def _name(step: NextStep) -> str:
    """Once it is due within a few days it is another thing to tell."""
    return f"{step.key}-soon" if step.is_soon else step.key


def _day(moment: datetime | None) -> str:
    return day_text(moment.date()) if moment else ""


def named_on_wikis() -> QuerySet:
    """User ids and wiki names of those whose talk page may stand on a list that leaves this site.

    Only who chose to be shown by name; nobody whose name the wiki hid or whose account it locked.
    """
    return (
        User.objects.filter(is_active=True, is_public_by_name=True, erased_at=None)
        .filter(wiki_suppressed_at=None, wiki_locked_at=None)
        .exclude(wiki_username="")
        .values_list("pk", "wiki_username")
    )
