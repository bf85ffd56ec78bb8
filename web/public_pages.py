"""Pages that are the same for everyone: no cookie, no CSRF token, kept once rendered.

This is the only cache of pages. Nothing about a visitor can enter it, because the view never sees
the visitor's request: it gets a bare one, made of nothing but the path, the query parameters the
page understands, and the installation's own address. What is kept is keyed by path, that query,
language, day and content version.
"""

import functools
import gzip
import hashlib
import threading
from io import BytesIO
from urllib.parse import urlencode, urlsplit

import brotli
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.cache import BaseCache, caches
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpResponse
from django.utils import timezone
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from . import content_version, kept_figures
from .policies import policy

# A page also shows what follows from the clock (a topic closes), hence not for ever.
KEPT_SECONDS = 300
# How long a browser or a proxy may show the page without asking again.
FRESH_SECONDS = 60
# Visitors with one of these get the page made for them alone: an account, or a message to show.
PERSONAL_COOKIES = (settings.SESSION_COOKIE_NAME, "messages")

# After a change everyone asks for the same page at once: one renders it, the others wait.
_locks = [threading.Lock() for _ in range(64)]
_WAIT_SECONDS = 5

# How a page may be sent, best first. Public pages hold no secret that its length could give away.
PACKERS = {
    "br": functools.partial(brotli.compress, quality=6),
    "gzip": functools.partial(gzip.compress, compresslevel=6, mtime=0),
}
TOO_SHORT_TO_PACK = 300


def public_page(view=None, *, query: tuple[str, ...] = ()):
    """Make a view a public page: GET and HEAD only, kept for readers without a session.

    ``query`` names the query parameters the page understands; all others are dropped before
    the view runs, so that they can neither change the page nor fill the cache.

    The view must not set a cookie nor use a CSRF token (``RuntimeError``).
    """
    if view is None:
        return functools.partial(public_page, query=query)

    @require_safe
    @functools.wraps(view)
    def page(request, *args, **kwargs):
        understood = _understood(request.GET, query)
        if any(name in request.COOKIES for name in PERSONAL_COOKIES):
            return _for_one_reader(request, understood, view, args, kwargs)
        return _for_anyone(request, understood, view, args, kwargs)

    return policy("public")(page)


def _understood(values, allowed) -> str:
    """The query string with the allow-listed parameters only, in a fixed order."""
    return urlencode(
        [(name, value) for name in sorted(allowed) for value in values.getlist(name) if value]
    )


def _for_one_reader(request, understood, view, args, kwargs):
    request.META["QUERY_STRING"] = understood
    request.GET = type(request.GET)(understood)
    with kept_figures.of_version(content_version.current()):
        response = _rendered(view(request, *args, **kwargs))
    response["Cache-Control"] = "private, no-store"
    patch_vary_headers(response, ["Cookie"])
    return response


def _for_anyone(request, understood, view, args, kwargs):
    version = content_version.current()
    identity = "|".join(
        [
            str(version),
            timezone.localdate().isoformat(),
            get_language() or "",
            request.path,
            understood,
        ]
    )
    key = hashlib.sha256(identity.encode("utf-8")).hexdigest()
    # Searches have a cache of their own, so that odd ones cannot push the pages out.
    cache = caches["searches" if understood else "pages"]
    kept = cache.get(key)
    if kept is None:
        lock = _locks[int(key[:8], 16) % len(_locks)]
        is_first = lock.acquire(timeout=_WAIT_SECONDS)
        try:
            kept = cache.get(key)
            if kept is None:
                with kept_figures.of_version(version):
                    response = _rendered(_view_answer(request, understood, view, args, kwargs))
                if response.status_code != 200:
                    return response
                kept = _kept(response, version)
                cache.set(key, kept, KEPT_SECONDS)
        finally:
            if is_first:
                lock.release()
    content, content_type, etag = kept
    packing = _packing(request, content)
    if packing:
        content, etag = _packed(packing, content, cache, etag), f"W/{etag}"
    response = HttpResponse(content, content_type=content_type)
    if packing:
        response["Content-Encoding"] = packing
    response["Cache-Control"] = f"public, max-age={FRESH_SECONDS}"
    response["ETag"] = etag
    patch_vary_headers(response, ["Accept-Encoding", "Cookie"])
    return get_conditional_response(request, etag=etag, response=response)


def _packing(request, content: bytes) -> str:
    """How the reader's browser wants the page packed; empty: not at all."""
    if len(content) < TOO_SHORT_TO_PACK:
        return ""
    accepted = {}
    for part in request.headers.get("Accept-Encoding", "").lower().split(","):
        name, _, options = part.partition(";")
        accepted[name.strip()] = options.replace(" ", "") not in ("q=0", "q=0.0")
    return next((name for name in PACKERS if accepted.get(name)), "")


def _packed(packing: str, content: bytes, cache: BaseCache, etag: str) -> bytes:
    """The bytes of that ETag packed, and kept so beside the page itself."""
    key = f"{packing}-{etag}"
    packed = cache.get(key)
    if packed is None:
        packed = PACKERS[packing](content)
        cache.set(key, packed, KEPT_SECONDS)
    return packed


def _kept(response, version) -> tuple[bytes, str, str]:
    """What the cache holds of a page: its bytes, their type, and an ETag that names both."""
    digest = hashlib.sha256(response.content).hexdigest()[:20]
    return response.content, response["Content-Type"], f'"{version}-{digest}"'


def _view_answer(request, understood, view, args, kwargs):
    bare = _bare_request(request, understood)
    response = view(bare, *args, **kwargs)
    response = _rendered(response)
    if response.cookies:
        raise RuntimeError(f"A public page sets no cookie: {request.path}")
    if bare.META.get("CSRF_COOKIE"):
        raise RuntimeError(f"A public page holds no CSRF token: {request.path}")
    return response


def _bare_request(request, understood) -> WSGIRequest:
    """A GET of the same page by nobody in particular, under the installation's own address."""
    bare = by_nobody(
        request.META.get("PATH_INFO", request.path_info),
        script_name=request.META.get("SCRIPT_NAME", ""),
        query=understood,
    )
    bare.resolver_match = request.resolver_match
    return bare


def by_nobody(path: str, *, script_name: str = "", query: str = "") -> WSGIRequest:
    """A GET of a page by somebody of whom nothing is known, in the language that is active."""
    base = urlsplit(settings.BASE_URL)
    bare = WSGIRequest(
        {
            "REQUEST_METHOD": "GET",
            "SCRIPT_NAME": script_name,
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "HTTP_HOST": base.netloc,
            "SERVER_NAME": base.hostname,
            "SERVER_PORT": str(base.port or (443 if base.scheme == "https" else 80)),
            "wsgi.url_scheme": base.scheme,
            "wsgi.input": BytesIO(),
        }
    )
    bare.user = AnonymousUser()
    bare.LANGUAGE_CODE = get_language()
    return bare


def _rendered(response):
    if hasattr(response, "render") and not response.is_rendered:
        return response.render()
    return response
