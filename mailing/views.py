"""What is called by links in mails and by mail providers: no login, no cookie, no CSRF token."""

from django.conf import settings
from django.http import Http404, HttpResponse, HttpResponseBadRequest
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from web.policies import policy

from . import kinds, links, recipients, unsubscribe
from .bounces import providers


@policy("token")
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe_view(request, token):
    """GET asks and changes nothing, because scanners follow links; POST ends what the link names.

    Mail programs POST by themselves on one click; they follow no redirect and carry no cookie, so
    the answer is always the page itself. A wrong link answers 404.
    """
    recipient = unsubscribe.recipient_of(token)
    kind = unsubscribe.kind_named(request.GET.get("kind", kinds.DIGEST.name))
    if recipient is None or kind is None:
        response = render(request, "mailing/unsubscribe_unknown.html", status=404)
    else:
        if request.method == "POST":
            unsubscribe.unsubscribe(recipient, kind)
        digest = recipients.digest_of(recipient) if kind == kinds.DIGEST else None
        language = digest.language_used if digest else recipient.language
        with translation.override(language):
            response = render(
                request,
                "mailing/unsubscribe.html",
                {
                    "is_done": unsubscribe.is_ended(recipient, kind),
                    "kind": None if kind == kinds.DIGEST else kind,
                    "settings_url": (
                        links.settings_url() if recipient.user_id else links.manage_url(token)
                    ),
                    "has_account": recipient.user_id is not None,
                    "kept_days": settings.SUBSCRIPTION_LEFT_DAYS,
                },
            )
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex"
    return response


@policy("machine")
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def events(request, provider):
    """A mail provider tells what became of messages; only one that the operator named.

    Some ask with GET or HEAD whether anybody is there. Answered with an error, it tells the same
    again later, and each event counts once.
    """
    if not providers.is_on(provider):
        raise Http404
    if request.method == "POST":
        try:
            providers.take(provider, request)
        except providers.Unreadable:
            return HttpResponseBadRequest("These events cannot be read.", content_type="text/plain")
    return HttpResponse(content_type="text/plain")
