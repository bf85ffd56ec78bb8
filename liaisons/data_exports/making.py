"""From the wish to the archive, and its end.

The row is the queue: a worker is nudged, and where the nudge is lost the next sweep finds the row.
"""

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from liaisons.accounts import people
from liaisons.models import DataExport, User
from mailing.nudges import nudge
from web import rate_limits

from . import archive, links, notices

logger = logging.getLogger(__name__)

KEPT_FOR = timedelta(hours=settings.DATA_EXPORT_HOURS)
TASK = "liaisons.tasks.make_data_exports"
MOST_A_DAY = 10
AT_ONCE = 20


class TooMany(Exception):
    """This person asked too often today."""


def request(person: User) -> DataExport:
    """Have an archive made for this person; the one in the making where there is one already.

    Raises ``TooMany`` and ``people.AccountGone``.
    """
    waiting = DataExport.objects.filter(person=person, ready_at=None)
    if found := waiting.first():
        return found
    if not rate_limits.allow(f"data-export:{person.pk}", limit=MOST_A_DAY, seconds=86_400):
        raise TooMany
    try:
        with transaction.atomic():
            if not people.still_there(person):
                raise people.AccountGone
            export = DataExport.objects.create(person=person)
            nudge(TASK)
    except IntegrityError:
        # Asked for twice at once.
        return waiting.get()
    return export


def latest(person: User) -> DataExport | None:
    """The archive in the making, or else the newest that can still be had."""
    usable = Q(ready_at=None) | Q(expires_at__gt=timezone.now())
    return person.data_exports.filter(usable).defer("archive").first()


def make_due() -> int:
    """Make what was asked for, the longest waiting first; returns how many were made."""
    due = DataExport.objects.filter(ready_at=None).order_by("requested_at", "pk")
    made = 0
    for pk, person in list(due.values_list("pk", "person_id")[:AT_ONCE]):
        try:
            made += _make(pk, User(pk=person))
        except Exception:
            # One that cannot be made must not keep the others waiting; the sweep tries it again.
            logger.exception("Could not make export %s", pk)
    return made


@transaction.atomic
def _make(pk: int, person: User) -> bool:
    # The person first, as deleting the account does: what is made then is deleted with it.
    if not people.still_there(person):
        return False
    rows = DataExport.objects.select_for_update(skip_locked=True).filter(pk=pk, ready_at=None)
    export = rows.select_related(None).first()
    if export is None:
        return False
    owner = User.objects.select_related("country").get(pk=person.pk)
    export.archive = archive.of(owner)
    export.ready_at = timezone.now()
    export.expires_at = export.ready_at + KEPT_FOR
    export.token_hash = links.hash_of(links.token_of(export))
    export.save()
    owner.data_exports.exclude(pk=export.pk).delete()
    notices.tell(export)
    return True


def opened_by(token: str, person: User) -> DataExport | None:
    """The archive behind a link; None for somebody else's, an expired or a wrong one."""
    return (
        DataExport.objects.filter(
            token_hash=links.hash_of(token), person=person, expires_at__gt=timezone.now()
        )
        .exclude(archive=None)
        .first()
    )


def forget_old(at: datetime | None = None) -> int:
    """Delete archives whose time is over, and what could not be made in as long; says how many."""
    now = at or timezone.now()
    over = Q(expires_at__lte=now) | Q(ready_at=None, requested_at__lte=now - KEPT_FOR)
    return DataExport.objects.filter(over).delete()[0]
