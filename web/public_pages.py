"""Pages that are the same for everyone: no cookie, no CSRF token, kept once rendered.

This is the only cache of pages. What may enter it: the answer to a GET by a reader without a
session, keyed by path, allow-listed query, language and content version.
"""

import functools
import hashlib
from urllib.parse import urlencode

from django.core.cache import caches
from django.http import HttpResponse
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from django.conf import settings

from . import content_version
from .policies import policy

KEPT_SECONDS = 3600
FRESH_SECONDS = 60


def public_page(view=None, *, query: tuple[str, ...] = ()):
    """Make a view a public page: GET and HEAD only, kept for readers without a session.

    ``query`` names the query parameters the page understands; all others are dropped before
    the view runs, so that they can neither change the page nor fill the cache.
    """
    if view is None:
        return functools.partial(public_page, query=query)

    @require_safe
    @functools.wraps(view)
    def page(request, *args, **kwargs):
        request.GET = _only(request.GET, query)
        if settings.SESSION_COOKIE_NAME in request.COOKIES:
            response = _finish(view(request, *args, **kwargs))
            response["Cache-Control"] = "private, no-store"
            patch_vary_headers(response, ["Cookie"])
            return response
        return _for_anyone(request, view, args, kwargs)

    return policy("public")(page)


def _only(values, allowed):
    kept = values.copy()
    for name in list(kept):
        if name not in allowed:
            del kept[name]
    kept._mutable = False
    return kept


def _for_anyone(request, view, args, kwargs):
    version = content_version.current()
    canonical = f"{request.path}?{urlencode(sorted(request.GET.lists()), doseq=True)}"
    identity = f"{version}|{get_language()}|{request.get_host()}|{canonical}"
    key = hashlib.sha256(identity.encode("utf-8", "replace")).hexdigest()
    kept = caches["pages"].get(key)
    if kept is None:
        response = _finish(view(request, *args, **kwargs))
        kept = (response.status_code, response["Content-Type"], response.content)
        if response.status_code == 200 and not response.cookies:
            caches["pages"].set(key, kept, KEPT_SECONDS)
        elif response.status_code != 200:
            return response
    status, content_type, content = kept
    response = HttpResponse(content, status=status, content_type=content_type)
    response["Cache-Control"] = f"public, max-age={FRESH_SECONDS}"
    response["ETag"] = f'"{key[:32]}"'
    patch_vary_headers(response, ["Cookie"])
    return get_conditional_response(request, etag=response["ETag"], response=response)


def _finish(response):
    return (
        response.render() if hasattr(response, "render") and not response.is_rendered else response
    )
