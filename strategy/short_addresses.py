"""From a short address without a language to the page in the reader's own."""

from django.conf import settings
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils import translation
from django.utils.cache import patch_vary_headers


def in_reader_s_language(request, name: str, *args) -> HttpResponseRedirect:
    """Lead to a page as the middleware does for "/": the language of the cookie, else of the
    browser.
    """
    language = translation.get_language_from_request(request) or settings.LANGUAGE_CODE
    with translation.override(language):
        response = HttpResponseRedirect(reverse(name, args=args))
    patch_vary_headers(response, ["Accept-Language", "Cookie"])
    return response
