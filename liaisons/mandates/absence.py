"""Being away for a while: said by the person, over by itself."""

from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from web import content_version, rate_limits

from .. import notices
from ..errors import Refused
from ..models import Mandate, User
from . import rules

LONGEST_ABSENCE = timedelta(days=365)
# Who comes and goes all day tells nobody more often than this.
MAILS_A_DAY = 3


@transaction.atomic
def go_away(*, person: User, until: date) -> User:
    """Be away up to and with a day. Said again, it changes the day.

    Deputies of the groups whose primary liaison this is are told when an absence begins.
    """
    person = rules.present(person)
    today = timezone.localdate()
    if until < today:
        raise Refused(_("Choose a day that is still to come."))
    if until > today + LONGEST_ABSENCE:
        raise Refused(_("Choose a day within the next year."))
    is_new = not person.is_away
    _set(person, until)
    if is_new:
        _tell_deputies(person)
    return person


@transaction.atomic
def come_back(*, person: User) -> User:
    """End one's absence now."""
    person = rules.present(person)
    if person.is_away:
        _set(person, None)
    return person


def _set(person: User, until: date | None) -> None:
    person.away_until = until
    person.save(update_fields=["away_until"])
    content_version.bump()


def _tell_deputies(person: User) -> None:
    held = Mandate.objects.active().filter(person=person, seat=Mandate.Seat.PRIMARY)
    if not held or not rate_limits.allow(f"away:{person.pk}", limit=MAILS_A_DAY, seconds=86_400):
        return
    notices.tell_absence(list(held))
