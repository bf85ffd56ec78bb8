"""Error pages in the language of the address. The one for 500 asks no database."""

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.template import loader
from django.utils import translation


def language_of(request):
    """The language that the address names, else the site's own."""
    return translation.get_language_from_path(request.path_info) or settings.LANGUAGE_CODE


def bad_request(request, exception=None):
    """400: the request could not be read."""
    # The guard stands before the middleware that sets the language.
    with translation.override(language_of(request)):
        return render(request, "400.html", status=400)


def permission_denied(request, exception=None):
    """403: signed in, but not for this person."""
    return render(request, "403.html", status=403)


def page_not_found(request, exception=None):
    """404: nothing here, or nothing this person may know of."""
    return render(request, "404.html", status=404)


def too_many_requests(request, exception=None):
    """429: a limit was reached; the page says to wait."""
    response = render(request, "429.html", status=429)
    response["Retry-After"] = "600"
    return response


def server_error(request):
    """500: rendered without a context, so that nothing else can fail."""
    with translation.override(language_of(request)):
        return HttpResponse(loader.get_template("500.html").render(), status=500)


def csrf_failure(request, reason=""):
    """403 with what to do: the form's token was missing or old."""
    return render(request, "403_csrf.html", status=403)
