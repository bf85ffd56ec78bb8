"""Where help with translation is needed and offered: figures for all of the Core Team, and names
for those who may see people."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from .. import translation_help
from ..models import Language, Region

# In the picture; the table has them all.
MOST_DRAWN = 10
ROWS = 50


def page(model_admin, request):
    """Figures by language and region, and the people of one language."""
    if not request.user.has_perm("liaisons.view_languageskill"):
        raise PermissionDenied
    region = Region.objects.filter(pk=request.GET.get("region", "")).first()
    language = Language.objects.filter(pk=request.GET.get("language", "")).first()
    found = translation_help.overview(region=region.pk if region else "")
    drawn = found.languages[:MOST_DRAWN]
    may_see_names = model_admin.has_view_permission(request)
    people = None
    if language and may_see_names:
        listed = translation_help.people(language=language.pk, region=region.pk if region else "")
        people = Paginator(listed, ROWS).get_page(request.GET.get("page"))
    context = {
        **admin.site.each_context(request),
        "opts": model_admin.model._meta,
        "title": _("Help with translation"),
        "found": found,
        "drawn": drawn,
        "most": max((one.most for one in drawn), default=0),
        "region": region,
        "language": language,
        "people": people,
        "may_see_names": may_see_names,
    }
    return TemplateResponse(request, "admin/liaisons/user/translation_help.html", context)
