"""Each liaison's own part of the digest: answers to what their groups said.

Every answer is mailed at once (``strategy.notices``). The digest brings those that were not,
because somebody had enough mail that week, or came to speak for the group later. Nobody gets both.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import CharField, Exists, F, IntegerField, OuterRef, Q, Value
from django.db.models.fields.json import KT
from django.db.models.functions import Cast, Concat
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from modeltranslation.utils import build_localized_fieldname, resolution_order

from liaisons.models import Mandate
from mailing.models import Notice, State
from mailing.sections import Block, PersonalSection, Reader
from web import markdown

from . import notices
from .excerpts import beginning
from .models import Response, Statement
from .what_became import Answered, by_answer

# Shorter than what notices say is kept: after that nobody knows which answer one was about.
LOOK_BACK = min(timedelta(days=60), timedelta(days=settings.MAIL_NOTICE_DAYS) / 2)
MOST_ANSWERS = 3
# In letters, and in bytes: scripts that take three bytes for a letter say more with each.
MOST_LETTERS, MOST_BYTES = 300, 420
MOST_LETTERS_OF_STATEMENT, MOST_BYTES_OF_STATEMENT = 120, 160
NAME = "answer-"


class Replies(PersonalSection):
    """Answers to statements of one's groups, the newest first."""

    key = "replies"
    label = _("Answers to what your group said")

    def owed(self, until):
        said = "group__reports__statements"
        mailed = Notice.objects.annotate(
            about=Cast(KT("context__response_id"), IntegerField())
        ).filter(
            kind=notices.ANSWERED,
            recipient__user=OuterRef("person"),
            about=OuterRef(f"{said}__response"),
        )
        return (
            Mandate.objects.active()
            .filter(
                **{
                    f"{said}__withdrawn_in__isnull": True,
                    f"{said}__response__position__lte": until,
                    f"{said}__response__published_at__gte": timezone.now() - LOOK_BACK,
                }
            )
            .filter(~Exists(mailed.exclude(_was_not_told())))
            .order_by()
            .values_list(
                "person",
                Concat(
                    Value(NAME),
                    Cast(F(f"{said}__response"), CharField()),
                    output_field=CharField(),
                ),
                f"{said}__response__position",
            )
            .distinct()
        )

    def load(self, readers: Sequence[Reader]) -> dict[int, dict[str, Any]]:
        wanted = {int(name.removeprefix(NAME)) for reader in readers for name in reader.items}
        if not wanted:
            return {}
        people = [reader.user_id for reader in readers]
        groups = defaultdict(set)
        active = Mandate.objects.active().filter(person__in=people)
        for person, group in active.values_list("person", "group"):
            groups[person].add(group)
        statements = list(
            Statement.objects.public()
            .filter(response__in=wanted, report__group__in=set().union(*groups.values()))
            .select_related("report__group", "report__language", "response")
            .order_by("-response__position", "-response", "-report__number", "number")
        )
        return {
            reader.delivery_id: {
                f"{NAME}{answer.response.pk}": answer
                for answer in by_answer(
                    one for one in statements if one.report.group_id in groups[reader.user_id]
                )
                if f"{NAME}{answer.response.pk}" in reader.items
            }
            for reader in readers
        }

    def render(self, things: list[Answered], language: str) -> Block:
        pages = {
            one.report.group_id: one.report.group for answer in things for one in answer.statements
        }
        context = {
            "answers": [_shown(answer, language) for answer in things[:MOST_ANSWERS]],
            "number_left": max(len(things) - MOST_ANSWERS, 0),
            "pages": [
                (group, settings.BASE_URL + reverse("outreach_map:group_detail", args=[group.slug]))
                for group in pages.values()
            ],
            "base_url": settings.BASE_URL,
        }
        return Block(
            html=render_to_string("strategy/mail/replies.html", context),
            text=render_to_string("strategy/mail/replies.txt", context),
            count=len(things),
            headline=str(self.label),
        )


def _was_not_told() -> Q:
    """A mail that came to nothing; not one that a digest took along."""
    return Q(state=State.FAILED) | (Q(state=State.SKIPPED) & ~Q(reason="in_digest"))


def _shown(answer: Answered, language: str) -> dict[str, Any]:
    text, code = _text(answer.response, language)
    return {
        "statements": [
            {
                "statement": one,
                "text": beginning(one.text, MOST_LETTERS_OF_STATEMENT, MOST_BYTES_OF_STATEMENT),
            }
            for one in answer.statements[:2]
        ],
        "number_of_others": len(answer.statements[2:]),
        "text": beginning(markdown.to_text(text), MOST_LETTERS, MOST_BYTES),
        "language": code,
        "is_fallback": code != language,
    }


def _text(response: Response, language: str) -> tuple[str, str]:
    for code in resolution_order(language):
        if text := getattr(response, build_localized_fieldname("text", code)):
            return text, code
    return "", language
