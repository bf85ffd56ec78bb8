"""Where a person is signed in: the list, the end of one, the end of all others.

Of a browser we keep its readable name, when it signed in and, to the hour, when it was last used.
No network address is kept.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.exceptions import SessionInterrupted
from django.contrib.sessions.middleware import SessionMiddleware as DjangoSessionMiddleware
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext_lazy as _

from liaisons import personal_data
from liaisons.models import Session, User

from .browser_names import name_of

BROWSER, SIGNED_IN_AT = "browser", "signed_in_at"
SEEN_EVERY = timedelta(hours=1)


@dataclass(frozen=True)
class Device:
    """A browser in which a person is signed in; ``handle`` names it without being its key."""

    handle: str
    browser: str
    signed_in_at: datetime | None
    seen_at: datetime
    is_this: bool


class SessionMiddleware(DjangoSessionMiddleware):
    """Django's, but who was signed out while a page was under way gets to the sign-in page."""

    def process_response(self, request, response):
        try:
            return super().process_response(request, response)
        except SessionInterrupted:
            response = redirect(settings.LOGIN_URL)
            response.delete_cookie(
                settings.SESSION_COOKIE_NAME, samesite=settings.SESSION_COOKIE_SAMESITE
            )
            return response


class SeenMiddleware:
    """Notes, at most once an hour, that a session is still used.

    It asks nothing of requests that did not read their session: public pages never do.
    """

    def __init__(self, get_response: Callable):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        session = request.session
        seen_at = getattr(session, "seen_at", None)
        if seen_at and session.accessed and SESSION_KEY in session:
            now = timezone.now()
            if now - seen_at > SEEN_EVERY:
                Session.objects.filter(pk=session.session_key).update(seen_at=now)
        return response


def begin(request) -> None:
    """Note in a session that just signed in which browser it is, and when."""
    request.session[BROWSER] = name_of(request.headers.get("User-Agent", ""))
    request.session[SIGNED_IN_AT] = timezone.now().timestamp()
    # No longer as short as that of somebody who waits for a code.
    request.session.set_expiry(None)


def of(person: User, *, this: str | None = None) -> list[Device]:
    """Where this person is signed in: ``this`` session first, then by last use."""
    found = [
        _device(row, data, this)
        for row in Session.objects.filter(person=person, expire_date__gt=timezone.now())
        if _still_counts(data := row.get_decoded(), person)
    ]
    return sorted(found, key=lambda device: (not device.is_this, -device.seen_at.timestamp()))


def end(person: User, handle: str) -> bool:
    """End one of this person's sessions at once; False where there is none of that handle."""
    for row in Session.objects.filter(person=person):
        if constant_time_compare(_handle(row.pk), handle):
            return bool(Session.objects.filter(pk=row.pk).delete()[0])
    return False


def end_others(person: User, *, this: str | None) -> int:
    """End every session of this person but ``this``; returns how many."""
    return Session.objects.filter(person=person).exclude(pk=this or "").delete()[0]


def held_on(person: User) -> list[dict[str, Any]]:
    """What the download says about them."""
    return [
        {
            "browser": device.browser,
            "signed_in": device.signed_in_at,
            "last_used": device.seen_at,
        }
        for device in of(person)
    ]


def register() -> None:
    """Sessions are in the download, and end when the account is deleted."""
    personal_data.register(
        "sessions", held_on, heading=_("Where you are signed in"), forget=_end_all
    )


def _end_all(person):
    end_others(person, this=None)


def _still_counts(data, person) -> bool:
    """A new password ends the sessions that began with the old one."""
    return constant_time_compare(data.get(HASH_SESSION_KEY, ""), person.get_session_auth_hash())


def _device(row, data, this) -> Device:
    began = data.get(SIGNED_IN_AT)
    return Device(
        handle=_handle(row.pk),
        browser=data.get(BROWSER, ""),
        signed_in_at=datetime.fromtimestamp(began, UTC) if began else None,
        seen_at=row.seen_at,
        is_this=row.pk == this,
    )


def _handle(key: str) -> str:
    return salted_hmac("liaisons.accounts.sessions", key, algorithm="sha256").hexdigest()[:32]
