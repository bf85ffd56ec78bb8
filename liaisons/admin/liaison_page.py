"""A liaison's page: who they are to us, and the whole story between us."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy

from mailing.models import Recipient

from .. import story
from ..models import Letter, Mandate

SUBTITLE = gettext_lazy("The whole story")


def page(model_admin, request, object_id):
    """The story of one person, a page at a time, or one part of it."""
    person = model_admin.get_object(request, object_id)
    if person is None:
        raise Http404
    may_see = request.user.has_perm("liaisons.view_mandate")
    if not (may_see and model_admin.has_view_permission(request, person)):
        raise PermissionDenied
    parts = story.parts()
    only = request.GET.get("part", "")
    only = only if only in {part.key for part in parts} else ""
    entries, older = story.of(person, only=only, before=request.GET.get("before", ""))
    mandates = (
        Mandate.objects.filter(person=person, submitted_at__isnull=False)
        .exclude(status=Mandate.Status.DRAFT)
        .select_related("group", "contact")
    )
    context = {
        **admin.site.each_context(request),
        "opts": model_admin.model._meta,
        "title": person.name_for_core_team,
        "subtitle": SUBTITLE,
        "person": person,
        "mandates": mandates.order_by("-submitted_at", "-pk"),
        "skills": person.language_skills.select_related("language"),
        "letters": Letter.objects.filter(mandate__person=person).count(),
        "recipient": Recipient.objects.filter(user=person).first(),
        "parts": parts,
        "only": only,
        "entries": entries,
        "older": older,
        "is_first": not request.GET.get("before"),
    }
    return TemplateResponse(request, "admin/liaisons/user/story.html", context)
