"""Who may see or do what with people, groups and mandates.

Each decorator declares the view's policy and enforces it. What a person may not know of is
answered with 404, exactly as if it were not there.
"""

import functools

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import Http404
from django.urls import reverse

from web.policies import policy


def signed_in(view):
    """For any account; everyone else is sent to the sign-in page and comes back afterwards."""

    @functools.wraps(view)
    def guarded(request, *args, **kwargs):
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path(), reverse(settings.LOGIN_URL))
        return view(request, *args, **kwargs)

    return policy("signed_in")(guarded)


def core_team(view):
    """For the Core Team. Anonymous people may sign in; for other accounts the page is not there."""

    @functools.wraps(view)
    def guarded(request, *args, **kwargs):
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path(), reverse(settings.LOGIN_URL))
        if not is_core_team(request.user):
            raise Http404
        return view(request, *args, **kwargs)

    return policy("core_team")(guarded)


def is_core_team(user) -> bool:
    """True for people of the Core Team, whatever their role in it."""
    return user.is_authenticated and user.is_active and user.is_staff
