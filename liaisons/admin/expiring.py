"""Which mandates end when: one row for each month, and the mandates of the month one looks at."""

from datetime import date

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Count, DateField, Max
from django.db.models.functions import TruncMonth
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from ..models import Mandate

ROWS = 50


def page(model_admin, request):
    """Active mandates by the month of their last day, and those of one month in full."""
    if not model_admin.has_view_permission(request):
        raise PermissionDenied
    months = list(
        Mandate.objects.active()
        .order_by()
        .annotate(month=TruncMonth("last_day", output_field=DateField()))
        .values("month")
        .annotate(number=Count("pk"))
        .order_by("month")
    )
    chosen = _chosen(request.GET.get("month", ""), [row["month"] for row in months])
    ending = (
        Mandate.objects.active()
        .filter(last_day__year=chosen.year, last_day__month=chosen.month)
        .select_related("group", "person", "contact")
        .annotate(reminded_at=Max("reminders__sent_at"))
        .order_by("last_day", "pk")
        if chosen
        else Mandate.objects.none()
    )
    context = {
        **admin.site.each_context(request),
        "opts": model_admin.model._meta,
        "title": _("Mandates by the month of their end"),
        "months": months,
        "most": max((row["number"] for row in months), default=0),
        "chosen": chosen,
        "ending": Paginator(ending, ROWS).get_page(request.GET.get("page")),
    }
    return TemplateResponse(request, "admin/liaisons/mandate/expiring.html", context)


def _chosen(asked: str, months: list[date]) -> date | None:
    """The month that was asked for, where something ends in it; else the first of all."""
    by_name = {f"{month:%Y-%m}": month for month in months}
    return by_name.get(asked) or (months[0] if months else None)
