"""Whoever signs in hears at once that mail does not reach them, wherever they go from there."""

from django.conf import settings
from django.contrib import messages
from django.template.loader import render_to_string
from django.urls import reverse

from mailing.bounces import fates


def tell_after_sign_in(request, person, to: str) -> None:
    """Say it once, on the page ``to``, unless that page says it by itself."""
    says_it = (reverse(settings.LOGIN_REDIRECT_URL), reverse("liaisons:settings_email"))
    trouble = None if to in says_it else fates.trouble_of(person)
    if trouble:
        words = render_to_string("liaisons/_mail_trouble_line.html", {"trouble": trouble}, request)
        messages.warning(request, words)
