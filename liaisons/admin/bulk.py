"""What is done with several mandates at once: seen beforehand, then done exactly as shown.

The page names each row that it would change and each that it leaves, with the reason. Its one
form carries the state of each row as it was shown; what changed meanwhile is left and said.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, Max, OuterRef
from django.http import Http404
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from .. import contact_rules, mandates, review_queue
from ..errors import Refused
from ..models import Endorsement, Mandate, User
from .bulk_acts import ACTIONS, Act, Work

Status = Mandate.Status
# A page that one can still read.
MOST_AT_ONCE = 200
BY_RULES = "rules"
# A row's id has fewer digits.
LONGEST_NUMBER = 18


@dataclass
class Row:
    """One mandate, with what would happen or happened, or why it is left as it is."""

    mandate: Mandate
    seen: int
    contact: User | None = None
    what: str = ""
    why_not: str = ""

    @property
    def token(self) -> str:
        """What the form sends back: the mandate, its state, and the contact it was shown to get."""
        return f"{self.mandate.pk}:{self.seen}:{self.contact.pk if self.contact else 0}"


@dataclass
class Rows:
    """All rows in their order."""

    all: list[Row] = field(default_factory=list)

    @property
    def done(self) -> list[Row]:
        return [row for row in self.all if not row.why_not]

    @property
    def left(self) -> list[Row]:
        return [row for row in self.all if row.why_not]


def look_first(key: str, request, queryset):
    """From the list to the page that shows what would happen."""
    chosen = list(queryset.order_by("pk").values_list("pk", flat=True)[: MOST_AT_ONCE + 1])
    if len(chosen) > MOST_AT_ONCE:
        message = _("Choose at most %(most)s at once.") % {"most": MOST_AT_ONCE}
        messages.warning(request, message)
        return None
    return redirect(address(key, chosen))


def address(key: str, ids: Iterable[int] = (), **more) -> str:
    """The page on which one sees what doing this with these would change.

    ``of`` instead of ids stands for the liaisons of that contact.
    """
    query = {"act": key, "ids": ",".join(map(str, ids)), **more}
    return f"{reverse('admin:liaisons_mandate_together')}?{urlencode(query)}"


def page(model_admin, request):
    """GET shows what would happen; POST does it with what was shown, and says what became of it."""
    if not mandates.may_review(request.user):
        raise PermissionDenied
    is_done = request.method == "POST"
    given = request.POST if is_done else request.GET
    act = ACTIONS.get(given.get("act", ""))
    if act is None:
        raise Http404
    work = Work(by=request.user, asked_lately=mandates.asked_lately())
    asks = act.needs_contact and not is_done
    if is_done:
        rows = _do(act, work, request.POST.getlist("row"))
    else:
        _read_contact(work, request.GET.get("to", ""))
        ids = _of_contact(request.GET.get("of", "")) or request.GET.get("ids", "").split(",")
        rows = Rows() if asks and not work.to else _plan(act, work, ids)
    context = {
        **admin.site.each_context(request),
        "opts": model_admin.model._meta,
        "title": act.label,
        "key": given["act"],
        "ids": request.GET.get("ids", ""),
        "of": request.GET.get("of", ""),
        "to": work.to,
        "by_rules": BY_RULES,
        "asks_for_contact": asks,
        "contacts": _contacts() if asks else [],
        "is_done": is_done,
        "shows_rows": bool(work.to) or not asks,
        "rows": rows,
    }
    return TemplateResponse(request, "admin/liaisons/mandate/together.html", context)


def _read_contact(work: Work, to: str) -> None:
    """Who was chosen: somebody of the Core Team, or whomever the rules name."""
    if to == BY_RULES:
        work.to, work.book = to, contact_rules.Rules()
    elif to.isascii() and to.isdecimal() and len(to) < LONGEST_NUMBER:
        work.contact = _contacts().filter(pk=to).first()
        work.to = to if work.contact else ""


def _of_contact(pk: str) -> list[str]:
    """The first liaisons of a contact; when these have another one, the next can be moved."""
    if len(_numbers(pk)) != 1:
        return []
    theirs = Mandate.objects.active().filter(contact=int(pk)).order_by("submitted_at", "pk")
    return [str(one) for one in theirs.values_list("pk", flat=True)[:MOST_AT_ONCE]]


def _contacts():
    return User.objects.filter(is_staff=True, is_active=True).order_by("display_name", "pk")


def _plan(act: Act, work: Work, ids: Iterable[str]) -> Rows:
    """What would happen to each, in the order of the queue; rows that are gone are not there."""
    rows = Rows()
    for mandate in _mandates(work, [numbers[0] for numbers in map(_numbers, ids) if numbers]):
        row = Row(mandate, mandate.state)
        try:
            row.what = _planned(act, work, mandate)
        except Refused as refusal:
            row.why_not = refusal.message
        else:
            row.contact = work.contact_for(mandate) if act.needs_contact else None
        rows.all.append(row)
    return rows


def _do(act: Act, work: Work, tokens: Iterable[str]) -> Rows:
    """Do it with each as it was seen; each on its own, so that one refusal stops no other."""
    shown = {numbers[0]: numbers[1:] for numbers in map(_numbers, tokens) if len(numbers) == 3}
    people = _contacts().in_bulk({contact for _seen, contact in shown.values()})
    work.contacts = {pk: people[one] for pk, (_seen, one) in shown.items() if one in people}
    rows = Rows()
    for mandate in _mandates(work, list(shown)):
        row = Row(mandate, shown[mandate.pk][0])
        try:
            row.what = _planned(act, work, mandate)
            act.do(work, mandate, row.seen)
        except Refused as refusal:
            row.why_not = refusal.message
        rows.all.append(row)
    return rows


def _planned(act: Act, work: Work, mandate: Any) -> str:
    before = mandate.predecessor
    named = before is not None and before.person_id == work.by.pk
    if mandate.person_id == work.by.pk or named or mandate.contested_by_me:
        # Asked only where there is a reason, as it looks for itself.
        raise Refused(mandates.part_in(mandate, work.by))
    return act.plan(work, mandate)


def _mandates(work: Work, ids: list[int]):
    """The rows with their states, in as many queries for one as for two hundred."""
    queryset = review_queue.listed(Mandate.objects.filter(pk__in=ids[:MOST_AT_ONCE]))
    mine = Endorsement.objects.filter(
        mandate=OuterRef("pk"), person=work.by, verdict=Endorsement.Verdict.CONTESTS,
        withdrawn_at=None,
    )  # fmt: skip
    return (
        queryset.select_related("predecessor")
        .annotate(
            state=Max("events"),
            asked_at=review_queue.moment_of_last_question(),
            contested_by_me=Exists(mine),
        )
        .prefetch_related(contact_rules.WITH_LANGUAGES)
        .order_by(*review_queue.ORDER)
    )


def _numbers(text: str) -> list[int]:
    """The numbers of ``"12:345:6"`` or ``"12"``; none where something else stands there."""
    parts = text.split(":")
    if all(one.isascii() and one.isdecimal() and len(one) < LONGEST_NUMBER for one in parts):
        return [int(one) for one in parts]
    return []
