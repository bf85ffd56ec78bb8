"""Freezing: one edition and who gets which digest in it, decided once, in one transaction.

All of it happens in the database, so memory does not grow with the audience.
"""

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Count
from django.utils import timezone
from psycopg2.extras import Json

from . import audiences, given_back, positions, waiting
from .choices import Choices
from .due import Due
from .links import mail_domain
from .models import Delivery, Edition, State
from .sections import Section, registered, registered_personal

logger = logging.getLogger(__name__)

# Only one process freezes at a time; the number is this app's own ("mail" in ASCII).
_LOCK = 0x6D61696C

# What is urgent counts as due since so long, so that workers take it before a large digest.
BEFORE_ALL_OTHERS = timedelta(days=1)

# The audience of the edition that is being frozen, as long as its transaction lasts. PostgreSQL
# counts it before it plans the steps that follow: where it expected few people it compared each
# with each, and three thousand took up to most of a minute.
_AUDIENCE = """
CREATE TEMPORARY TABLE mailing_due
    (recipient_id, joined_position, language, choices, obstacle, wants_quiet)
ON COMMIT DROP AS
"""

# How far back the place of anybody lies who may get it, and what is owed to any of them. Who may
# not keeps an old place for years, and nothing is looked for from there.
_LOWEST = """
SELECT section.key, MIN(COALESCE(cursor.position, due.joined_position)),
       COALESCE(ARRAY_AGG(DISTINCT waits.at) FILTER (WHERE waits.at IS NOT NULL), '{}')
FROM mailing_due AS due
CROSS JOIN unnest(%s::text[]) AS section (key)
LEFT JOIN mailing_sectioncursor AS cursor
  ON cursor.recipient_id = due.recipient_id AND cursor.section = section.key
LEFT JOIN LATERAL unnest(cursor.owed) AS waits (at) ON TRUE
WHERE %s OR due.obstacle = ''
GROUP BY section.key
"""

# What is owed to people each for themselves, and was in no digest of theirs yet.
_FRESH = """
SELECT owed.section, owed.item, recipient.id AS recipient_id
FROM ({owed}) AS owed (section, user_id, item, position)
JOIN mailing_recipient AS recipient
  ON recipient.user_id = owed.user_id AND recipient.joined_position < owed.position
WHERE NOT EXISTS (
    SELECT 1 FROM mailing_tolditem AS told
    JOIN mailing_delivery AS before ON before.id = told.delivery_id
    WHERE told.recipient_id = recipient.id AND told.section = owed.section
      AND told.item = owed.item AND before.state NOT IN ('failed', 'skipped')
)
"""
_NOBODY = "SELECT NULL::text, NULL::integer, NULL::text, NULL::bigint WHERE FALSE"

# The audience ("due") joined with a row for each kind of reader and section ("section"). "besides"
# names what waited and waits no more ("also"), and what is owed after this digest ("owed").
_DELIVERIES = """
INSERT INTO mailing_delivery (edition_id, recipient_id, language, since, besides, choices, is_quiet,
                              state, reason, message_id, created_at, next_attempt_at, attempts,
                              error, story)
WITH section AS MATERIALIZED (
    SELECT * FROM jsonb_to_recordset(%s) AS section (
        key text, language text, choices jsonb, is_news boolean, newest bigint, held bigint[],
        gone bigint[])
), place AS (
    SELECT due.recipient_id,
           jsonb_object_agg(section.key, told.position) AS since,
           COALESCE(jsonb_object_agg(section.key,
                                     jsonb_build_object('also', waited.also, 'owed', waited.owed))
                    FILTER (WHERE waited.also <> '{{}}' OR waited.owed <> '{{}}'),
                    '{{}}') AS besides,
           bool_or(told.position < section.newest
                   OR (section.is_news AND waited.also <> '{{}}')) AS has_news
    FROM mailing_due AS due
    JOIN section ON section.language = due.language AND section.choices = due.choices
    LEFT JOIN mailing_sectioncursor AS cursor
      ON cursor.recipient_id = due.recipient_id AND cursor.section = section.key
    CROSS JOIN LATERAL (
        SELECT COALESCE(cursor.position, due.joined_position) AS position,
               COALESCE(cursor.owed, '{{}}') AS owed
    ) AS told
    CROSS JOIN LATERAL (
        SELECT CASE WHEN told.owed = '{{}}' THEN '{{}}' ELSE
                   ARRAY(SELECT owed FROM unnest(told.owed) AS owed
                         WHERE owed <> ALL (section.held) AND owed <> ALL (section.gone)
                         ORDER BY owed) END AS also,
               CASE WHEN section.held = '{{}}' THEN '{{}}' ELSE
                   ARRAY(SELECT held FROM unnest(section.held) AS held
                         WHERE held > told.position OR held = ANY (told.owed)
                         ORDER BY held) END AS owed
    ) AS waited
    GROUP BY due.recipient_id
)
SELECT %s, due.recipient_id, due.language, COALESCE(place.since, '{{}}'),
       COALESCE(place.besides, '{{}}'), due.choices, outcome.reason = 'quiet',
       CASE WHEN outcome.reason IN ('', 'quiet') THEN %s ELSE 'skipped' END,
       CASE WHEN outcome.reason = 'quiet' THEN '' ELSE outcome.reason END,
       '<' || replace(gen_random_uuid()::text, '-', '') || '@' || %s || '>', %s, %s, 0, '', '[]'
FROM mailing_due AS due LEFT JOIN place ON place.recipient_id = due.recipient_id
CROSS JOIN LATERAL (
    SELECT CASE WHEN due.obstacle <> '' THEN due.obstacle
                WHEN place.has_news THEN ''
                WHEN {waits} THEN ''
                WHEN due.recipient_id IN (SELECT recipient_id FROM ({fresh}) AS fresh) THEN ''
                WHEN due.wants_quiet THEN 'quiet'
                ELSE 'empty' END AS reason
) AS outcome
ORDER BY due.recipient_id
"""

# Whoever is skipped keeps their place: what they could not get stays new to them.
_CURSORS = """
INSERT INTO mailing_sectioncursor AS cursor (recipient_id, section, position, owed)
SELECT delivery.recipient_id, section.key, %s,
       ARRAY(SELECT jsonb_array_elements_text(delivery.besides -> section.key -> 'owed')::bigint)
FROM mailing_delivery AS delivery CROSS JOIN unnest(%s::text[]) AS section (key)
WHERE delivery.edition_id = %s AND delivery.state IN ('pending', 'to_post')
ON CONFLICT (recipient_id, section)
DO UPDATE SET position = GREATEST(cursor.position, excluded.position), owed = excluded.owed
"""

# What each person's own part tells in this edition.
_TOLD = """
INSERT INTO mailing_tolditem AS told (delivery_id, recipient_id, section, item)
SELECT DISTINCT delivery.id, fresh.recipient_id, fresh.section, fresh.item
FROM ({fresh}) AS fresh
JOIN mailing_delivery AS delivery
  ON delivery.recipient_id = fresh.recipient_id AND delivery.edition_id = %s
WHERE delivery.state = 'pending'
ON CONFLICT (recipient_id, section, item) DO UPDATE SET delivery_id = excluded.delivery_id
"""


@dataclass(frozen=True)
class Frozen:
    """What freezing one edition gave: its figures, and how many were skipped for which reason."""

    edition: Edition
    figures: dict[str, int]
    skipped: dict[str, int]
    # What ``rehearse`` saw of it.
    seen: Any = None


@transaction.atomic
def freeze(
    due: Due, *, dry_run: bool = False, look: Callable[[Edition], Any] | None = None
) -> Frozen | None:
    """Write the edition, its deliveries and the cursors they move; None where nobody is due.

    ``look`` is given the edition while it stands in the ledger, also where ``dry_run`` undoes it.
    """
    urgent = due.urgent
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        cut_off = urgent.position if urgent else positions.current()
        rows = due.rows()
        if is_made(due, cut_off) or not rows.exists():
            return None
        _find_audience(cursor, rows)
        now = timezone.now()
        edition = Edition.objects.create(
            channel=due.channel,
            rhythm=due.rhythm,
            hour=due.hour,
            cut_off=cut_off,
            frozen_at=now,
        )
        owed = State.TO_POST if edition.is_posted_by_hand else State.PENDING
        sections = [urgent.section] if urgent else registered()
        keys = [section.key for section in sections]
        given_back.give_back(cursor, now)
        cursor.execute(_LOWEST, [keys, due.recipient is not None])
        places = dict.fromkeys(keys, (cut_off, cut_off, [])) | {
            key: (lowest, cut_off, owed) for key, lowest, owed in cursor.fetchall()
        }
        narrowed = audiences.narrowed(places)
        if narrowed:
            _find_audience(cursor, due.rows(narrowed))
        offered = Json(_offered(sections, _kinds_of_reader(cursor), places, max(due.at, now)))
        # A talk page is public: nobody's own part stands there. What is urgent stands alone.
        stands_alone = edition.is_posted_by_hand or edition.is_urgent
        own_sections = [] if stands_alone else registered_personal()
        waits = "FALSE" if stands_alone else waiting.WAITS
        fresh, fresh_params = _fresh(own_sections, cut_off)
        cursor.execute(
            _DELIVERIES.format(fresh=fresh, waits=waits),
            [
                *(offered, edition.pk, owed, mail_domain(), now),
                now - BEFORE_ALL_OTHERS if urgent else now,
                *fresh_params,
            ],
        )
        edition.audience = cursor.rowcount
        edition.save(update_fields=["audience"])
        cursor.execute(_CURSORS, [cut_off, keys, edition.pk])
        if own_sections:
            cursor.execute(_TOLD.format(fresh=fresh), [*fresh_params, edition.pk])
        if not stands_alone:
            waiting.take_along(cursor, edition.pk, now)
        cursor.execute("DROP TABLE mailing_due")
    seen = look(edition) if look else None
    frozen = Frozen(edition, edition.figures(), _skipped(edition), seen)
    if dry_run:
        transaction.set_rollback(True)
    else:
        logger.info("Froze %s: audience %d, %s", edition, edition.audience, frozen.figures)
    return frozen


def is_made(due: Due, cut_off: int) -> bool:
    """Whether this edition is there: asked again under the lock, because another process may have
    frozen it while this one waited.
    """
    known = Edition.objects.filter(rhythm=due.rhythm)
    if due.rhythm == Edition.Rhythm.BY_HAND:
        return False
    if due.rhythm == Edition.Rhythm.AT_ONCE:
        return known.filter(cut_off__gte=cut_off).exists()
    if due.rhythm == Edition.Rhythm.URGENT:
        return known.filter(channel=due.channel, cut_off=cut_off).exists()
    return known.filter(channel=due.channel, hour=due.hour).exists()


def _find_audience(cursor, rows) -> None:
    """Put the audience where the next steps find it, in place of the one that is there."""
    cursor.execute("DROP TABLE IF EXISTS pg_temp.mailing_due")
    sql, params = rows.query.sql_with_params()
    cursor.execute(_AUDIENCE + sql, params)
    cursor.execute("ANALYZE mailing_due")


def _kinds_of_reader(cursor) -> list[tuple[str, Choices]]:
    """Each language together with each choices that somebody of this audience has."""
    cursor.execute("SELECT DISTINCT language, choices FROM mailing_due")
    return [(language, json.loads(choices)) for language, choices in cursor.fetchall()]


def _offered(sections: list[Section], readers, places, now) -> list[dict]:
    """For each section and kind of reader: the newest position that could be news, and what waits.

    A person has news where their cursor lies below the newest; 0 where there is none for anybody.
    What waits for a language is no news to its readers yet. What is owed and not there any more, or
    not for these readers, is gone.
    """
    offered = []
    for section in sections:
        lowest, cut_off, owed = places[section.key]
        items = section.items(lowest, cut_off) if section.is_news else []
        held = section.held(cut_off, now)
        waited = _waited(section, lowest, owed)
        for language, choices in readers:
            waiting = held.get(language, set())
            wanted = audiences.told(section, items, choices)
            there = (item.position for item in wanted if item.position not in waiting)
            # Each for itself: one reader waits for less than all of them together.
            still = {item.position for item in waited if audiences.told(section, [item], choices)}
            offered.append(
                {
                    "key": section.key,
                    "language": language,
                    "choices": choices,
                    "is_news": section.is_news,
                    "newest": max(there, default=0),
                    "held": sorted(waiting),
                    "gone": sorted(set(owed) - still - waiting),
                }
            )
    return offered


def _waited(section, lowest, owed) -> list:
    """What of a section is owed to anybody and still there."""
    if not owed:
        return []
    there = section.items(min(owed) - 1, max(owed))
    return [item for item in there if item.position in owed]


def _fresh(sections, cut_off) -> tuple[str, list]:
    """SQL and parameters for what is owed to people each for themselves up to the cut-off."""
    parts, params = [], []
    for section in sections:
        if section.is_news:
            sql, values = section.owed(cut_off).query.sql_with_params()
            parts.append(f"SELECT %s::text, found.* FROM ({sql}) AS found")  # noqa: S608 (a query)
            params += [section.key, *values]
    return _FRESH.format(owed=" UNION ALL ".join(parts) or _NOBODY), params


def _skipped(edition) -> dict[str, int]:
    skipped = Delivery.objects.filter(edition=edition, state="skipped").order_by()
    return dict(skipped.values_list("reason").annotate(Count("pk")))
