"""Freezing: who gets which digest, decided once, in one transaction for each edition.

Beat calls ``make_editions`` every minute. What is due is worked out from the clock and from what
is in the ledger, so a missed run loses nothing, and two runs at once make one edition. After a
pause each person is in the latest due hour only: they get one digest with everything since their
own cursor, not one for each hour that was missed.
"""

import json
import logging
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Case, Count, F, Max, When
from django.utils import timezone

from . import positions
from .choices import Choices
from .due_hours import last_due_hour
from .links import mail_domain
from .models import Delivery, Edition, Preference, obstacle
from .sections import Section, registered

logger = logging.getLogger(__name__)

# Only one process freezes at a time; the number is this app's own ("mail" in ASCII).
_LOCK = 0x6D61696C

_LOWEST = """
SELECT section.key, MIN(COALESCE(cursor.position, due.joined_position))
FROM ({due}) AS due (recipient_id, joined_position, language, choices, obstacle)
CROSS JOIN unnest(%s::text[]) AS section (key)
LEFT JOIN mailing_sectioncursor AS cursor
  ON cursor.recipient_id = due.recipient_id AND cursor.section = section.key
GROUP BY section.key
"""

_DELIVERIES = """
INSERT INTO mailing_delivery (edition_id, recipient_id, language, since, choices, state, reason,
                              message_id, created_at, next_attempt_at, attempts, error, story)
SELECT %s, due.recipient_id, due.language, place.since, due.choices,
       CASE WHEN outcome.reason = '' THEN 'pending' ELSE 'skipped' END, outcome.reason,
       '<' || replace(gen_random_uuid()::text, '-', '') || '@' || %s || '>', %s, %s, 0, '', '[]'
FROM ({due}) AS due (recipient_id, joined_position, language, choices, obstacle)
CROSS JOIN LATERAL (
    SELECT COALESCE(jsonb_object_agg(section.key, COALESCE(cursor.position, due.joined_position)),
                    '{{}}') AS since,
           COALESCE(bool_or(COALESCE(cursor.position, due.joined_position) < section.newest),
                    FALSE) AS has_news
    FROM unnest(%s::jsonb[], %s::text[], %s::bigint[]) AS section (choices, key, newest)
    LEFT JOIN mailing_sectioncursor AS cursor
      ON cursor.recipient_id = due.recipient_id AND cursor.section = section.key
    WHERE section.choices = due.choices
) AS place
CROSS JOIN LATERAL (
    SELECT CASE WHEN due.obstacle <> '' THEN due.obstacle
                WHEN NOT place.has_news THEN 'empty' ELSE '' END AS reason
) AS outcome
"""

# Whoever is skipped keeps their place: what they could not get stays new to them.
_CURSORS = """
INSERT INTO mailing_sectioncursor AS cursor (recipient_id, section, position)
SELECT delivery.recipient_id, section.key, %s
FROM mailing_delivery AS delivery CROSS JOIN unnest(%s::text[]) AS section (key)
WHERE delivery.edition_id = %s AND delivery.state = 'pending'
ON CONFLICT (recipient_id, section)
DO UPDATE SET position = GREATEST(cursor.position, excluded.position)
"""


@dataclass(frozen=True)
class Frozen:
    """What freezing one edition gave: its figures, and how many were skipped for which reason."""

    edition: Edition
    figures: dict[str, int]
    skipped: dict[str, int]


def make_editions(at: datetime | None = None, *, dry_run: bool = False) -> list[Frozen]:
    """Freeze every edition that is due at ``at`` (default: now) and not made yet.

    With ``dry_run`` each is made and rolled back, so the figures are those it would have.
    """
    at = at or timezone.now()
    made = []
    for rhythm in Edition.BY_THE_CLOCK:
        for hour, zones in sorted(_zones_by_due_hour(rhythm, at).items()):
            if not Edition.objects.filter(rhythm=rhythm, hour=hour).exists():
                made.append(_freeze(rhythm, hour, at=at, zones=zones, dry_run=dry_run))
    if _is_news_at_once():
        made.append(_freeze(Edition.Rhythm.AT_ONCE, _full_hour(at), at=at, dry_run=dry_run))
    return [frozen for frozen in made if frozen]


def make_edition_for(recipient, at: datetime | None = None, *, dry_run=False) -> Frozen | None:
    """Freeze a digest for one person, whatever their rhythm: all that is new to them now."""
    at = at or timezone.now()
    return _freeze(
        Edition.Rhythm.BY_HAND, _full_hour(at), at=at, recipient=recipient, dry_run=dry_run
    )


def _full_hour(at: datetime) -> datetime:
    return at.replace(minute=0, second=0, microsecond=0)


def _digests():
    zone = Case(When(time_zone="", then=F("recipient__time_zone")), default=F("time_zone"))
    return Preference.objects.filter(
        kind=Preference.Kind.DIGEST, channel=Preference.Channel.EMAIL
    ).annotate(zone=zone)


def _zones_by_due_hour(rhythm: str, at: datetime) -> dict[datetime, list[str]]:
    hours = defaultdict(list)
    for zone in _digests().filter(rhythm=rhythm).values_list("zone", flat=True).distinct():
        hours[last_due_hour(rhythm, zone, at)].append(zone)
    return hours


def _is_news_at_once() -> bool:
    last = Edition.objects.filter(rhythm=Edition.Rhythm.AT_ONCE).aggregate(at=Max("cut_off"))["at"]
    return positions.current() > (last or 0)


def _due(rhythm, hour, at, zones, recipient):
    """The audience: one row for each person, with their language and what stands in the way."""
    if rhythm == Edition.Rhythm.BY_HAND:
        chosen = _digests().filter(recipient=recipient)
    elif rhythm == Edition.Rhythm.AT_ONCE:
        chosen = _digests().filter(rhythm=rhythm)
    else:
        chosen = _digests().filter(rhythm=rhythm, zone__in=zones, effective_at__lte=hour)
    return chosen.annotate(
        joined=F("recipient__joined_position"),
        letter_language=Case(When(language="", then=F("recipient__language")), default="language"),
        in_the_way=obstacle("recipient__", at),
    ).values_list("recipient_id", "joined", "letter_language", "choices", "in_the_way")


@transaction.atomic
def _freeze(rhythm, hour, *, at, zones=(), recipient=None, dry_run=False) -> Frozen | None:
    """Write the edition, its deliveries and the cursors they move; None where nobody is due."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        cut_off = positions.current()
        due = _due(rhythm, hour, at, zones, recipient)
        if _is_made(rhythm, hour, cut_off) or not due.exists():
            return None
        now = timezone.now()
        edition = Edition.objects.create(rhythm=rhythm, hour=hour, cut_off=cut_off, frozen_at=now)
        audience, audience_params = due.query.sql_with_params()
        sections = registered()
        keys = [section.key for section in sections]
        cursor.execute(_LOWEST.format(due=audience), [*audience_params, keys])
        newest = _newest(sections, dict(cursor.fetchall()), cut_off, _choices_in(due))
        cursor.execute(
            _DELIVERIES.format(due=audience),
            [edition.pk, mail_domain(), now, now, *audience_params, *newest],
        )
        edition.audience = cursor.rowcount
        edition.save(update_fields=["audience"])
        cursor.execute(_CURSORS, [cut_off, keys, edition.pk])
    frozen = Frozen(edition, edition.figures(), _skipped(edition))
    if dry_run:
        transaction.set_rollback(True)
    else:
        logger.info("Froze %s: audience %d, %s", edition, edition.audience, frozen.figures)
    return frozen


def _is_made(rhythm, hour, cut_off) -> bool:
    """Asked again under the lock: another process may have frozen it while this one waited."""
    if rhythm == Edition.Rhythm.BY_HAND:
        return False
    if rhythm == Edition.Rhythm.AT_ONCE:
        return Edition.objects.filter(rhythm=rhythm, cut_off__gte=cut_off).exists()
    return Edition.objects.filter(rhythm=rhythm, hour=hour).exists()


def _choices_in(due) -> list[Choices]:
    """All choices that somebody of this audience made; the same few for many people."""
    return list(due.order_by().values_list("choices", flat=True).distinct())


def _newest(
    sections: list[Section], lowest: dict[str, int], cut_off: int, choices: list[Choices]
) -> tuple[list[str], list[str], list[int]]:
    """For each choices and section the position of the newest item that could be news to them.

    Three lists side by side: choices (JSON), section, position. A person has news where their
    cursor lies below it; 0 where there is none for anybody.
    """
    rows = []
    for section in sections:
        items = section.items(lowest[section.key], cut_off) if section.is_news else []
        for chosen in choices:
            wanted = section.chosen(items, chosen)
            newest = max((item.position for item in wanted), default=0)
            rows.append((json.dumps(chosen), section.key, newest))
    return tuple(list(column) for column in zip(*rows, strict=True)) or ([], [], [])  # type: ignore[return-value]


def _skipped(edition) -> dict[str, int]:
    skipped = Delivery.objects.filter(edition=edition, state="skipped").order_by()
    return dict(skipped.values_list("reason").annotate(Count("pk")))
