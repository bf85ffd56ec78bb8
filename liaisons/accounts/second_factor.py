"""The second step of signing in: who must have one, who passed it, and the codes of an app.

A member of the Core Team opens nothing but public pages before this session has passed it. What
counts is the session: one that began before there was a second step is asked like any other.
"""

from collections.abc import Callable

from allauth.account.internal.flows.login import get_authentication_records, record_authentication
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from allauth.mfa.totp.internal.auth import yield_hotp_counters_from_time as counters_now
from allauth.mfa.utils import decrypt
from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.db import transaction
from django.urls import reverse
from django.utils.crypto import constant_time_compare

from liaisons.access import is_core_team
from liaisons.models import User
from web import installation, rate_limits

from . import second_step_resets, sessions
from .codes import plain_digits
from .network import network_address

Type = Authenticator.Type
FACTORS = (Type.TOTP, Type.WEBAUTHN)
FEW_CODES = 3

# What a member of the Core Team may open before: pages without anybody's account, and the way
# through the second step.
OPEN_POLICIES = ("public", "anonymous", "token", "machine")
WAY_THROUGH = frozenset(
    {
        "account_logout",
        "account_reauthenticate",
        "account_reauthenticate_code",
        "mfa_index",
        "mfa_enter_reset_code",
        "mfa_activate_totp",
        "mfa_add_webauthn",
        "mfa_view_recovery_codes",
    }
)


class SecondStepMiddleware:
    """Sends the Core Team to the second step before any page that is not for everybody.

    A demo lets its known accounts in without: there is nothing to protect, and nobody to ask.
    """

    def __init__(self, get_response: Callable):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        if _is_open(request, view) or not is_core_team(request.user):
            return None
        has_one = has_factor(request.user)
        if (has_one and passed(request)) or installation.current().is_demo:
            return None
        way = "account_reauthenticate" if has_one else "mfa_index"
        return redirect_to_login(request.get_full_path(), reverse(way))


def has_factor(user) -> bool:
    """True where signing in asks for a second step. Recovery codes alone are none."""
    return Authenticator.objects.filter(user_id=user.pk, type__in=FACTORS).exists()


def is_missing(user) -> bool:
    """True for a member of the Core Team who has to set up a second step first."""
    return is_core_team(user) and not has_factor(user) and not installation.current().is_demo


def passed(request) -> bool:
    """True where this session has passed the second step of its account."""
    return any(
        record.get("method") == "mfa"
        for record in get_authentication_records(request, request.user)
    )


def prove(request, authenticator: Authenticator) -> None:
    """Remember in the session that its account just passed the second step.

    The session gets a new key: whoever copied the old one has not passed.
    """
    authenticator.record_usage()
    record_authentication(
        request,
        request.user,
        method="mfa",
        id=authenticator.pk,
        type=authenticator.type,
        reauthenticated=True,
    )
    request.session.cycle_key()


def may_try(request, person: User) -> bool:
    """Count one try of a second step; False over the limits, which hold in the database."""
    limits = [
        (f"second-step:{person.pk}", settings.SECOND_STEP_TRIES),
        (f"second-step-from:{network_address(request)}", settings.SECOND_STEP_TRIES_FROM_NETWORK),
    ]
    # Each is counted, also when an earlier one says no.
    answers = [rate_limits.allow(key, limit=limit, seconds=per) for key, (limit, per) in limits]
    if not all(answers):
        # Nothing was tried, so it is not counted for the day: a burst would use it up.
        return False
    a_day, per = settings.SECOND_STEP_TRIES_A_DAY
    return rate_limits.allow(f"second-step:{person.pk}", limit=a_day, seconds=per)


@transaction.atomic
def take_code(person: User, typed: str) -> Authenticator | None:
    """Use up a code of the app, or a recovery code; none where it is wrong or was used.

    The rows are locked: of two who send the same code at once, one comes in. A code of the app
    also ends those before it (RFC 6238, 5.2).
    """
    digits = plain_digits(typed)
    own = Authenticator.objects.select_for_update().filter(user_id=person.pk)
    for authenticator in own.exclude(type=Type.WEBAUTHN).order_by("pk"):
        if authenticator.type == Type.TOTP:
            counter = counter_of(decrypt(authenticator.data["secret"]), digits)
            if counter is not None and counter > authenticator.data.get("last_counter", -1):
                authenticator.data["last_counter"] = counter
                authenticator.save(update_fields=["data"])
                return authenticator
        elif digits and authenticator.wrap().validate_code(digits):
            return authenticator
    return None


def counter_of(secret: str, digits: str) -> int | None:
    """The time step whose code this is, among those that still count."""
    return next(
        (
            counter
            for counter in counters_now()
            if constant_time_compare(format_hotp_value(hotp_value(secret, counter)), digits)
        ),
        None,
    )


def codes_left(person: User) -> int | None:
    """How many recovery codes still work; none where none were made."""
    found = Authenticator.objects.filter(user_id=person.pk, type=Type.RECOVERY_CODES).first()
    return len(found.wrap().get_unused_codes()) if found else None


def add(request, make: Callable[[User], Authenticator | None]) -> bool:
    """Add the second step that ``make`` saves, and count it as passed in this session.

    Other browsers came in without it, or could be somebody else's: they are signed out.
    ``make`` gives nothing where there is such a second step already; then this is False. So it is
    where the second step was reset, and this session did not give the code that was handed over.
    """
    with transaction.atomic():
        person = User.objects.select_for_update(of=("self",), no_key=True).get(pk=request.user.pk)
        is_first = not has_factor(person)
        if is_first and not second_step_resets.use(request, person):
            return False
        authenticator = make(person)
        if authenticator is None:
            return False
        prove(request, authenticator)
        if is_first:
            sessions.end_others(person, this=request.session.session_key)
    return True


def remove(request, pk: int) -> bool:
    """Remove one of the account's second steps; recovery codes go with the last.

    False where it is the last of a member of the Core Team, or is gone already. Other browsers
    are signed out: one of them may have come in with it.
    """
    with transaction.atomic():
        person = User.objects.select_for_update(of=("self",), no_key=True).get(pk=request.user.pk)
        own = Authenticator.objects.filter(user=person)
        factors = own.filter(type__in=FACTORS)
        is_last = not factors.exclude(pk=pk).exists()
        if is_last and person.is_staff:
            return False
        if not factors.filter(pk=pk).delete()[0]:
            return False
        if is_last:
            own.delete()
        sessions.end_others(person, this=request.session.session_key)
    return True


def _is_open(request, view) -> bool:
    declared = getattr(view, "policy", None) or getattr(
        getattr(view, "view_class", None), "policy", None
    )
    return declared in OPEN_POLICIES or request.resolver_match.view_name in WAY_THROUGH
