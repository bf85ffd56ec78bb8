"""Whoever lost every second step: an administrator takes it away, and hands over a code.

Signing in then asks the Core Team to set up a new one, and that asks for the code: it was given by
phone or in person, so whoever only reads the mails of the account sets up nothing. The code works
once, and for ``SECOND_STEP_RESET_HOURS``.
"""

import secrets
from datetime import timedelta

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from liaisons import personal_data
from liaisons.access import is_core_team
from liaisons.errors import AlreadyDone, Incomplete, NotAllowed, Refused
from liaisons.models import SecondStepReset, User

from . import reset_notices, sessions
from .codes import plain_digits

PERMISSION = "liaisons.reset_second_step"
DIGITS = 12
# In a session: the reset whose code was given in it.
SESSION_KEY = "second_step_reset"


def administrators():
    """Everybody who may reset the second step of others."""
    return User.objects.with_perm(
        PERMISSION, backend="django.contrib.auth.backends.ModelBackend"
    ).filter(is_staff=True)


def state_of(person: User) -> int:
    """The id of the last reset; a form carries it, so that two at once do not make two codes."""
    last = _last(person)
    return last.pk if last else 0


def why_not(person: User, by: User | None) -> str:
    """Why this second step cannot be reset by that person; empty where it can.

    Nobody is the operator, who has the database anyway.
    """
    if by:
        if not (is_core_team(by) and by.has_perm(PERMISSION)):
            return _("Only administrators of the Core Team can do this.")
        if by.pk == person.pk:
            return _("Nobody resets their own second step. Please ask another administrator.")
        if person.is_superuser and not by.is_superuser:
            return _("Only a superuser can do this for a superuser.")
        if not _has_factor(by):
            return _("Set up your own second step first.")
    if not person.is_active or person.erased_at:
        return _("This account is closed.")
    if not Authenticator.objects.filter(user=person).exists() and not waiting(person):
        return _("This account has no second step.")
    return ""


@transaction.atomic
def reset(
    *, person: User, by: User | None, reason: str, seen: int | None = None
) -> tuple[SecondStepReset, str]:
    """Take away all second steps and recovery codes of somebody, and sign them out everywhere.

    Gives the entry, and the code to hand over: empty for who is not of the Core Team, because they
    need no second step. Both the person and all administrators get a mail. ``by`` is None for the
    operator; ``seen`` see ``state_of``. Raises ``Refused``.
    """
    person = User.objects.select_for_update(of=("self",), no_key=True).get(pk=person.pk)
    # As the database knows them now: permission may just have ended.
    by = User.objects.get(pk=by.pk) if by else None
    if message := why_not(person, by):
        raise NotAllowed(message) if by else Refused(message)
    if seen is not None and seen != state_of(person):
        raise AlreadyDone(_("Somebody else has reset it meanwhile. Only their code works."))
    if not reason.strip():
        raise Incomplete(_("Please say why: the person and all administrators read it."))
    code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}" if is_core_team(person) else ""
    made = SecondStepReset.objects.create(
        person=person,
        by=by,
        reason=reason.strip(),
        code_hash=_hash(person, code) if code else "",
        expires_at=timezone.now() + timedelta(hours=settings.SECOND_STEP_RESET_HOURS),
    )
    Authenticator.objects.filter(user=person).delete()
    sessions.end_others(person, this=None)
    reset_notices.tell(
        made, others=administrators().exclude(pk__in=[person.pk, by.pk if by else 0])
    )
    return made, " ".join((code[:4], code[4:8], code[8:])).strip()


def waiting(person: User) -> SecondStepReset | None:
    """The reset after which this member of the Core Team has set up nothing yet."""
    last = _last(person)
    is_open = last and last.code_hash and not last.used_at
    return last if is_open and is_core_team(person) and not _has_factor(person) else None


def is_over(reset: SecondStepReset) -> bool:
    """True where the time for the code has passed: an administrator has to reset it again."""
    return reset.expires_at <= timezone.now()


def try_code(request, reset: SecondStepReset, typed: str) -> bool:
    """Remember in the session that the code was given; False where it is wrong or too late.

    The limits are counted by the view, as those of all codes.
    """
    right = constant_time_compare(_hash(reset.person, plain_digits(typed)), reset.code_hash)
    if not right or is_over(reset):
        return False
    request.session[SESSION_KEY] = reset.pk
    return True


def was_given(request, reset: SecondStepReset) -> bool:
    """True where this session gave the code of this reset, and its time is not over."""
    return request.session.get(SESSION_KEY) == reset.pk and not is_over(reset)


def use(request, person: User) -> bool:
    """Use the code up for the locked person's first new second step; False where one is missing."""
    reset = waiting(person)
    if reset is None:
        return True
    if not was_given(request, reset):
        return False
    reset.used_at = timezone.now()
    reset.save(update_fields=["used_at"])
    del request.session[SESSION_KEY]
    return True


def held_on(person: User) -> list:
    """What the download says: what was done to the person's account, and what they did."""
    found = SecondStepReset.objects.filter(Q(person=person) | Q(by=person))
    return [
        {"at": one.at, "by_me": one.by_id == person.pk, "reason": one.reason, "used": one.used_at}
        for one in found.order_by("pk")
    ]


def forget(person: User) -> None:
    """An account is erased: that there was a reset stays, and when; not why."""
    SecondStepReset.objects.filter(Q(person=person) | Q(by=person)).exclude(reason="").update(
        reason=""
    )


def register() -> None:
    """Make known what is held of resets on a person; called once, when the app is ready."""
    personal_data.register(
        "second_step_resets", held_on, heading=_lazy("Resets of second steps"), forget=forget
    )


def _last(person: User) -> SecondStepReset | None:
    return SecondStepReset.objects.filter(person_id=person.pk).order_by("-pk").first()


def _has_factor(person: User) -> bool:
    own = Authenticator.objects.filter(user_id=person.pk)
    return own.exclude(type=Authenticator.Type.RECOVERY_CODES).exists()


def _hash(person: User, code: str) -> str:
    return salted_hmac(
        "liaisons.accounts.second_step_resets", f"{person.pk}:{code}", algorithm="sha256"
    ).hexdigest()
