"""How long ago a person last proved who they are; sensitive pages ask again after a while."""

import functools
import time

from allauth.account.internal.flows.login import get_authentication_records, record_authentication
from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.urls import reverse

from liaisons.access import signed_in

from . import ways
from .second_factor import has_factor


def is_fresh(request) -> bool:
    """True where this session proved within the last minutes who it is.

    Who has a second step proves it by that: mail or password alone must not change what guards
    the account when they are lost.
    """
    records = get_authentication_records(request, request.user)
    if has_factor(request.user):
        records = [record for record in records if record.get("method") == "mfa"]
    return bool(records) and (time.time() - records[-1]["at"] < settings.FRESH_SIGN_IN_MINUTES * 60)


def can_prove(user) -> bool:
    """True where we can ask this account for a proof: its address, a second step, or Wikimedia."""
    return bool(user.email) or has_factor(user) or ways.can_use_wikimedia(user)


def prove(request, user, method: str) -> None:
    """Remember in the session that this account just proved who it is, and how."""
    record_authentication(request, user, method=method, reauthenticated=True)


def fresh_sign_in(view):
    """For any account that proved lately who it is; others are asked, and come back afterwards.

    An account with neither, whose Wikimedia account is locked or hidden by now, is let through.
    """

    @functools.wraps(view)
    def guarded(request, *args, **kwargs):
        if is_fresh(request) or not can_prove(request.user):
            return view(request, *args, **kwargs)
        return redirect_to_login(request.get_full_path(), reverse("account_reauthenticate"))

    return signed_in(guarded)
