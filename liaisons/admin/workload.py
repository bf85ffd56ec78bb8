"""Who of the Core Team has how much to do: liaisons, applications, questions; away or not."""

from datetime import timedelta

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Exists, OuterRef, Q
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from .. import mandates, review_queue
from ..models import ContactRule, Mandate, User
from . import bulk

SOON_DAYS = 30


def page(model_admin, request):
    """Each contact and reviewer with what is theirs today, and whether they are there."""
    if not (
        model_admin.has_view_permission(request) and request.user.has_perm("liaisons.view_mandate")
    ):
        raise PermissionDenied
    context = {
        **admin.site.each_context(request),
        "opts": model_admin.model._meta,
        "title": _("Workload of the Core Team"),
        "rows": _rows(may_reassign=mandates.may_review(request.user)),
        "without_contact": Mandate.objects.active().filter(contact=None).count(),
    }
    return TemplateResponse(request, "admin/liaisons/user/workload.html", context)


def _rows(*, may_reassign: bool) -> list[dict]:
    """Three queries, however many people, liaisons and applications there are."""
    active = Mandate.objects.active().filter(contact__isnull=False).order_by()
    soon = timezone.localdate() + timedelta(days=SOON_DAYS)
    held: dict[int, dict] = {
        row["contact"]: row
        for row in active.values("contact").annotate(
            liaisons=Count("pk"), ending=Count("pk", filter=Q(last_day__lte=soon))
        )
    }
    waiting = review_queue.listed(Mandate.objects.filter(review_queue.WAITING)).order_by()
    taken: dict[int, dict] = {
        row["reviewer"]: row
        for row in waiting.filter(reviewer__isnull=False)
        .values("reviewer")
        .annotate(
            open=Count("pk"),
            questions=Count("pk", filter=Q(last_word=review_queue.Kind.ASKED)),
        )
    }
    people = (
        User.objects.filter(Q(is_staff=True, is_active=True) | Q(pk__in=[*held, *taken]))
        .annotate(has_rule=Exists(ContactRule.objects.filter(contact=OuterRef("pk"))))
        .order_by("display_name", "pk")
    )
    return [
        {
            "person": person,
            "is_of_core_team": person.is_staff and person.is_active,
            "has_rule": person.has_rule,
            "liaisons": held.get(person.pk, {}).get("liaisons", 0),
            "ending": held.get(person.pk, {}).get("ending", 0),
            "open": taken.get(person.pk, {}).get("open", 0),
            "questions": taken.get(person.pk, {}).get("questions", 0),
            "reassign_url": bulk.address("reassign", of=person.pk)
            if may_reassign and person.pk in held
            else "",
        }
        for person in people
    ]
