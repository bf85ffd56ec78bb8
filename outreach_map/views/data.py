"""Groups as data. No language prefix: the content is the same in every language."""

import functools

from django.http import HttpResponse, JsonResponse
from django.views.decorators.gzip import gzip_page

from web.public_pages import public_page

from .. import points


def _for_other_sites(view):
    """Let pages of other sites read the answer; it holds nothing that is not public."""

    @functools.wraps(view)
    def answer(request, *args, **kwargs):
        response = view(request, *args, **kwargs)
        response["Access-Control-Allow-Origin"] = "*"
        response["Cross-Origin-Resource-Policy"] = "cross-origin"
        return response

    return answer


@_for_other_sites
@gzip_page
@public_page
def geojson(request):
    """All listed groups as GeoJSON (RFC 7946)."""
    return _json(points.geojson(), "application/geo+json")


@gzip_page
@public_page
def compact(request):
    """What the map page loads: groups that have a place, in few bytes."""
    return _json(points.compact(), "application/json")


def _json(data: dict, content_type: str) -> HttpResponse:
    return JsonResponse(
        data,
        content_type=content_type,
        json_dumps_params={"ensure_ascii": False, "separators": (",", ":")},
    )
