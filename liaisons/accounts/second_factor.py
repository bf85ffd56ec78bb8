"""The Core Team's second factor: a code from an app, asked for before the admin opens."""

import functools

from allauth.mfa.base import views as base_views
from allauth.mfa.recovery_codes import views as recovery_views
from allauth.mfa.totp import views as totp_views
from allauth.mfa.utils import is_mfa_enabled
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.urls import reverse
from django.utils.translation import gettext as _

from liaisons.access import is_core_team, signed_in
from web import installation
from web.policies import policy

from .freshness import fresh_sign_in


def is_missing(user) -> bool:
    """True for a member of the Core Team who has to set up a second factor first.

    A demo lets its known accounts in without: there is nothing to protect, and nobody to ask.
    """
    return is_core_team(user) and not is_mfa_enabled(user) and not installation.current().is_demo


def before_admin(admin_view):
    """Wrap ``AdminSite.admin_view``: no admin page opens while the second factor is missing."""

    @functools.wraps(admin_view)
    def wrapped(view, cacheable=False):
        page = admin_view(view, cacheable)

        @functools.wraps(page)
        def guarded(request, *args, **kwargs):
            if is_missing(request.user):
                messages.info(
                    request, _("The Core Team’s pages open once you have set up this second step.")
                )
                return redirect_to_login(request.get_full_path(), reverse("mfa_activate_totp"))
            return page(request, *args, **kwargs)

        return guarded

    return wrapped


def _own(view):
    # allauth's view under our guard; each address needs a function of its own to carry a policy.
    @functools.wraps(view)
    def page(request, *args, **kwargs):
        return view(request, *args, **kwargs)

    return page


authenticate = policy("anonymous")(_own(base_views.authenticate))
index = signed_in(_own(base_views.index))
turn_on = fresh_sign_in(_own(totp_views.activate_totp))
turn_off = fresh_sign_in(_own(totp_views.deactivate_totp))
recovery_codes = fresh_sign_in(_own(recovery_views.view_recovery_codes))
new_recovery_codes = fresh_sign_in(_own(recovery_views.generate_recovery_codes))
download_recovery_codes = fresh_sign_in(_own(recovery_views.download_recovery_codes))
