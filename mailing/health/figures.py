"""How mail fared in the last days: by domain, and how long what waits has waited.

Domains only, never an address; and a domain of few people is counted with all other such ones,
because there the domain would be as good as the name.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Case, CharField, Count, F, Func, Min, Q, Value, When
from django.db.models.functions import Coalesce, Lower, NullIf
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..models import Bounce, Delivery, FailReason, Notice, State
from ..models.messages import OPEN

# So many domains stand in the table; the others are counted together.
MOST_DOMAINS = 40


@dataclass
class Domain:
    """What became of the messages to the people of one domain."""

    name: str
    people: int = 0
    sent: int = 0
    waiting: int = 0
    deferred: int = 0
    failed: int = 0
    bounced: int = 0
    complaints: int = 0

    def add(self, other: "Domain") -> None:
        """Count another one's with this one's."""
        for figure in ("people", *FIGURES):
            setattr(self, figure, getattr(self, figure) + getattr(other, figure))

    @property
    def is_all(self) -> bool:
        """Whether these are the small ones, counted together."""
        return not self.name


FIGURES = ("sent", "waiting", "deferred", "failed", "bounced", "complaints")


# What waits for the end of a pause, or for room in the contact budget, has that as its reason.
_ON_PURPOSE = ~Q(reason="")


@dataclass
class Ages:
    """How many messages of one kind wait, since when the oldest, by how long they have waited."""

    label: object
    counts: list[int] = field(default_factory=list)
    oldest: datetime | None = None


AGES = [
    (_("under 15 minutes"), timedelta(0), timedelta(minutes=15)),
    (_("15 minutes to an hour"), timedelta(minutes=15), timedelta(hours=1)),
    (_("an hour to a day"), timedelta(hours=1), timedelta(days=1)),
    (_("more than a day"), timedelta(days=1), None),
]


def since(now: datetime | None = None) -> datetime:
    """From when on messages are looked at."""
    return (now or timezone.now()) - timedelta(days=settings.MAIL_HEALTH_DAYS)


def domains() -> list[Domain]:
    """The domains with the most messages; then the small ones together, without a name."""
    found: dict[str, Domain] = {}
    for model in (Delivery, Notice):
        own: dict[str, int] = {}
        for row in _counted(model):
            domain = found.setdefault(row["domain"], Domain(row["domain"]))
            for figure in FIGURES[:4]:
                setattr(domain, figure, getattr(domain, figure) + row[figure])
            own[row["domain"]] = row["people"]
        # The same people get both, so the larger of the two is how many there are at least.
        for name, people in own.items():
            found[name].people = max(found[name].people, people)
    for row in _came_back():
        domain = found.setdefault(row["domain"], Domain(row["domain"]))
        domain.bounced += row["bounced"]
        domain.complaints += row["complaints"]
    return _large_ones(found)


def _large_ones(found) -> list[Domain]:
    large = [one for one in found.values() if one.people >= settings.MAIL_SMALL_DOMAIN]
    large.sort(key=lambda one: (-one.sent, one.name))
    shown, small = large[:MOST_DOMAINS], Domain("")
    kept = {one.name for one in shown}
    for one in found.values():
        if one.name not in kept:
            small.add(one)
    return [*shown, small] if small != Domain("") else shown


def _domain(address) -> Lower:
    return Lower(
        Func(address, Value("@"), Value(2), function="split_part", output_field=CharField())
    )


def _address():
    """The address a notice goes to: the recipient's, or its own."""
    return Coalesce(
        NullIf(F("recipient__address"), Value("")), F("address"), output_field=CharField()
    )


def _counted(model):
    """For each domain: people, and messages by what became of them."""
    is_notice = model is Notice
    address = _address() if is_notice else F("recipient__address")
    lately = Q(finished_at__gte=since()) | Q(state__in=[*OPEN, State.CLAIMED])
    whose = F("recipient__address_hash")
    people = Coalesce(whose, Lower("address"), output_field=CharField()) if is_notice else whose
    return (
        model.objects.filter(lately)
        .exclude(state=State.SKIPPED)
        .annotate(domain=_domain(address))
        .exclude(domain="")
        .order_by()
        .values("domain")
        .annotate(
            people=Count(people, distinct=True),
            sent=Count("pk", filter=Q(state=State.SENT)),
            waiting=Count("pk", filter=Q(state__in=[State.PENDING, State.CLAIMED]) & ~_ON_PURPOSE),
            deferred=Count("pk", filter=Q(state=State.RETRY) & ~_ON_PURPOSE),
            failed=Count("pk", filter=Q(state__in=[State.FAILED, State.UNCERTAIN])),
        )
    )


def _came_back():
    """For each domain what was said later; without one where the person has another address now."""
    is_still_theirs = [
        When(**{f"{path}__address_hash": F("address_hash")}, then=_domain(F(f"{path}__address")))
        for path in ("delivery__recipient", "notice__recipient")
    ]
    to_address = When(notice__recipient=None, notice__isnull=False, then=_domain("notice__address"))
    domain = Case(*is_still_theirs, to_address, default=Value(""), output_field=CharField())
    refused = Q(kind__in=[Bounce.Kind.HARD, Bounce.Kind.SOFT])
    return (
        Bounce.objects.filter(reported_at__gte=since())
        .annotate(domain=domain)
        .order_by()
        .values("domain")
        .annotate(
            bounced=Count("pk", filter=refused),
            complaints=Count("pk", filter=Q(kind=Bounce.Kind.COMPLAINT)),
        )
    )


def ages() -> list[Ages]:
    """How long what waits has waited: notices, digests, and what of both waits on purpose."""
    return [
        *(
            _ages(model._meta.verbose_name_plural, [model], ~_ON_PURPOSE)
            for model in (Notice, Delivery)
        ),
        _ages(
            _("held back: a pause, or enough mail for this week"), [Notice, Delivery], _ON_PURPOSE
        ),
    ]


def _ages(label, models, which) -> Ages:
    now = timezone.now()
    shown = Ages(label, [0] * len(AGES))
    for model in models:
        waiting = model._default_manager.filter(which, state__in=[*OPEN, State.CLAIMED])
        counted = waiting.aggregate(
            first=Min("created_at"),
            **{
                f"age_{number}": Count("pk", filter=_aged(now, youngest, oldest))
                for number, (_label, youngest, oldest) in enumerate(AGES)
            },
        )
        first = counted.pop("first")
        shown.counts = [sum(pair) for pair in zip(shown.counts, counted.values(), strict=True)]
        shown.oldest = min(filter(None, (shown.oldest, first)), default=None)
    return shown


def _aged(now, youngest, oldest) -> Q:
    young = Q(created_at__lte=now - youngest) if youngest else Q()
    return young & (Q(created_at__gt=now - oldest) if oldest else Q())


def failures() -> dict[str, int]:
    """Why messages of the last days were not handed over: reason → how many."""
    found: dict[str, int] = {}
    for model in (Notice, Delivery):
        failed = model.objects.filter(finished_at__gte=since(), reason__in=FailReason.values)
        for reason, count in failed.order_by().values_list("reason").annotate(Count("pk")):
            found[reason] = found.get(reason, 0) + count
    return found
