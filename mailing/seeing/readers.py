"""Who would be told of something that is not published yet: counted, and listed, by one rule.

No edition is made for it: it goes to people of every rhythm, each with their own next digest.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Case, Count, F, Q, QuerySet, When

from .. import kinds
from ..eligibility import obstacle
from ..kinds import Kind
from ..models import Delivery, Preference, Rhythm
from ..stories import reason_label
from .dry_run import PAGE, Person, Table, tables

_GET = Q(in_the_way="")


@dataclass(frozen=True)
class Readers:
    """How many would get it by mail, and how many not and why; and who gets it in another way."""

    get: int
    reasons: list[tuple[str, Any, int]]
    tables: list[Table]
    on_talk_pages: int
    # One page of those who would get it, or are skipped for the reason chosen.
    people: list[Person] = field(default_factory=list)
    number_of_people: int = 0

    @property
    def skipped(self) -> int:
        return sum(number for _code, _label, number in self.reasons)


def of(
    is_for: Callable[[str], Q], *, kind: Kind = kinds.DIGEST, reason: str = "", page: int = 1
) -> Readers:
    """The readers for whom something is, given the condition for the path to a recipient.

    ``reason``: look at those who would not get it for that, in place of those who would.
    """
    by_mail = _wanting(Preference.Channel.EMAIL, is_for).annotate(
        in_the_way=obstacle(kind, "recipient__")
    )
    counted = dict(by_mail.values_list("in_the_way").annotate(Count("pk")))
    shown = by_mail.filter(in_the_way=reason)
    people = shown.order_by("recipient__user_id", "recipient_id").select_related("recipient__user")
    pages = Paginator(people, PAGE)
    return Readers(
        get=counted.get("", 0),
        reasons=[
            (code, reason_label(Delivery(reason=code)), number)
            for code, number in sorted(counted.items(), key=lambda one: -one[1])
            if code
        ],
        tables=list(tables(by_mail, _GET, F("letter_language"))),
        on_talk_pages=_wanting(Preference.Channel.TALK_PAGE, is_for).count(),
        people=[
            Person(one.recipient, one.language or one.recipient.language)
            for one in pages.get_page(page).object_list
        ],
        number_of_people=pages.count,
    )


def by_language(is_for: Callable[[str], Q], *, kind: Kind = kinds.DIGEST) -> dict[str, int]:
    """Only how many would get it by mail, by language, most first; one query."""
    found = _wanting(Preference.Channel.EMAIL, is_for)
    found = found.annotate(in_the_way=obstacle(kind, "recipient__")).filter(in_the_way="")
    counted = found.values_list("letter_language").annotate(number=Count("pk"))
    return dict(counted.order_by("-number", "letter_language"))


def _wanting(channel, is_for) -> QuerySet[Preference]:
    wanted = Preference.objects.filter(kind=Preference.Kind.DIGEST, channel=channel)
    return (
        wanted.exclude(rhythm=Rhythm.NONE)
        .filter(is_for("recipient__"))
        .annotate(
            letter_language=Case(
                When(language="", then=F("recipient__language")), default=F("language")
            )
        )
        .order_by()
    )
