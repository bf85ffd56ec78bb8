"""The list of applications as a queue: its filters, and the way from one row to the next.

The admin's list passes its filters on to the page of a row (``_changelist_filters``); with them
that page knows in which queue its reader works.
"""

import copy
from urllib.parse import urlencode

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import SuspiciousOperation
from django.http import QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .. import review_queue
from ..models import Mandate

Status = Mandate.Status
FILTERS = "_changelist_filters"
LIST = "admin:liaisons_mandate_changelist"


class _Choice(admin.SimpleListFilter):
    """A filter with a choice that holds where nothing is asked for."""

    default = ""

    def choices(self, changelist):
        for value, label in self.lookup_choices:
            yield {
                "selected": (self.value() or self.default) == value,
                "query_string": changelist.get_query_string({self.parameter_name: value}),
                "display": label,
            }


class QueueFilter(_Choice):
    """What is shown: what waits for somebody, unless something else is asked for."""

    title = gettext_lazy("status")
    parameter_name = "status"
    default = "waiting"

    def lookups(self, request, model_admin):
        return [
            ("waiting", _("Waiting for the Core Team or for an answer")),
            *[(s.value, s.label) for s in Status if s not in (Status.DRAFT, *Mandate.WAITING)],
            ("all", _("All")),
        ]

    def queryset(self, request, queryset):
        match self.value() or self.default:
            case "waiting":
                return queryset.filter(review_queue.WAITING)
            case "all":
                return queryset
            case status:
                return queryset.filter(status=status)


class WhoseFilter(_Choice):
    """Whose the applications are, and which need somebody soon."""

    title = gettext_lazy("reviewer")
    parameter_name = "whose"
    default = "all"

    def lookups(self, request, model_admin):
        return [
            ("all", _("All")),
            ("mine", _("Mine")),
            # Translators: applications that no reviewer has taken yet.
            ("nobody", _("Nobody’s")),
            ("late", _("Waiting far too long")),
            ("asking", _("With an open question")),
            ("contested", _("Contested")),
        ]

    def queryset(self, request, queryset):
        return review_queue.whose(queryset, self.value() or self.default, request.user)


def around(model_admin, request, mandate) -> dict | None:
    """Where the row of a page stands in its reader's queue; None for who comes another way."""
    filters = request.GET.get(FILTERS)
    if not filters:
        return None
    found = review_queue.around(_rows(model_admin, request, filters), mandate)
    kept = urlencode({FILTERS: filters})
    return {
        "number": found["number"],
        "total": found["total"],
        "list": f"{reverse(LIST)}?{filters}",
        **{
            way: found[way]
            and f"{reverse('admin:liaisons_mandate_change', args=[found[way]])}?{kept}"
            for way in ("previous", "next")
        },
    }


def after_decision(model_admin, request, mandate):
    """Go on after a decision: to the next row of the queue, else to the list."""
    here = around(model_admin, request, mandate)
    return redirect(here["next"] or here["list"] if here else LIST)


def same_page(request, mandate):
    """Back to the page of this row, still in the queue it was opened from."""
    address = reverse("admin:liaisons_mandate_change", args=[mandate.pk])
    filters = request.GET.get(FILTERS)
    return redirect(f"{address}?{urlencode({FILTERS: filters})}" if filters else address)


def _rows(model_admin, request, filters: str):
    """The rows of the list with these filters; all that waits where they make no sense."""
    asked = QueryDict(filters, mutable=True)
    for name in ("p", "o", "all"):
        asked.pop(name, None)
    again = copy.copy(request)
    again.GET = asked
    try:
        return model_admin.get_changelist_instance(again).queryset
    except (IncorrectLookupParameters, SuspiciousOperation, ValueError):
        # Unknown filters, and values that no column can hold.
        return model_admin.get_queryset(request).filter(review_queue.WAITING)
