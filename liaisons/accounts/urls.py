"""Addresses of signing in. allauth asks for some of these names, so they are its own.

Only what is used is routed: none of allauth's own pages for sign-up, verification or reset.
"""

from django.urls import path

from . import (
    entrance,
    passkey_views,
    reauthentication,
    reset_code_views,
    second_factor_views,
    wikimedia,
)

urlpatterns = [
    path("login/", entrance.sign_in, name="account_login"),
    path("login/code/confirm/", entrance.enter_code, name="account_confirm_login_code"),
    path("signup/", entrance.sign_up, name="account_signup"),
    path("logout/", entrance.sign_out, name="account_logout"),
    path("inactive/", entrance.inactive, name="account_inactive"),
    path("password/reset/", entrance.forgotten_password, name="account_reset_password"),
    path("wikimedia/", wikimedia.begin, name="mediawiki_login"),
    path("reauthenticate/", reauthentication.ask, name="account_reauthenticate"),
    path("reauthenticate/code/", reauthentication.enter_code, name="account_reauthenticate_code"),
    path("second-step/", second_factor_views.index, name="mfa_index"),
    path("second-step/code/", second_factor_views.authenticate, name="mfa_authenticate"),
    path("second-step/reset-code/", reset_code_views.enter_code, name="mfa_enter_reset_code"),
    path("second-step/on/", second_factor_views.turn_on_app, name="mfa_activate_totp"),
    path("second-step/off/", second_factor_views.turn_off_app, name="mfa_deactivate_totp"),
    path(
        "second-step/recovery/", second_factor_views.recovery_codes, name="mfa_view_recovery_codes"
    ),
    path("second-step/passkeys/add/", passkey_views.add, name="mfa_add_webauthn"),
    path("second-step/passkeys/<int:pk>/name/", passkey_views.rename, name="mfa_edit_webauthn"),
    path("second-step/passkeys/<int:pk>/remove/", passkey_views.remove, name="mfa_remove_webauthn"),
]
