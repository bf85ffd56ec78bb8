"""Freezing: who gets which digest, decided once, in one transaction for each edition.

Beat calls ``make_editions`` every minute. What is due is worked out from the clock and from what
is in the ledger, so a missed run loses nothing, and two runs at once make one edition. After a
pause each person is in the latest due hour only: they get one digest with everything since their
own cursor, not one for each hour that was missed.
"""

import json
import logging
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Case, Count, Exists, F, Max, OuterRef, Q, Value, When
from django.utils import timezone
from psycopg2.extras import Json

from . import audiences, kinds, positions, talk_pages, waiting
from .choices import NOT_FOR, Choices
from .due_hours import last_due_hour
from .eligibility import obstacle
from .links import mail_domain
from .models import Delivery, Edition, Preference, Rhythm, SectionCursor, State
from .sections import Section, registered, registered_personal

logger = logging.getLogger(__name__)

EMAIL, TALK_PAGE = Preference.Channel.EMAIL, Preference.Channel.TALK_PAGE

# Only one process freezes at a time; the number is this app's own ("mail" in ASCII).
_LOCK = 0x6D61696C

# "A month without anything new" begins so long after the last digest: the month before a monthly
# one has 28 days at least.
QUIET_AFTER = timedelta(days=27)

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
        not_for bigint[])
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
                         WHERE owed <> ALL (section.held) AND owed <> ALL (section.not_for)
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


@dataclass(frozen=True)
class Urgent:
    """One thing that is told at once and by itself: where it stands, and its place."""

    section: Section
    position: int

    def is_new_to(self, preferences):
        """Those whom it concerns and nobody told it yet, of these preferences."""
        key, position = self.section.key, self.position
        told = SectionCursor.objects.filter(
            recipient=OuterRef("recipient"), section=key, position__gte=position
        )
        new = preferences.exclude(rhythm=Rhythm.NONE).filter(
            ~Exists(told), recipient__joined_position__lt=position
        )
        for one in self.section.narrowed(position - 1, position, ()):
            new = new.filter(one.is_for("recipient__"))
        return new


def make_editions(at: datetime | None = None, *, dry_run: bool = False) -> list[Frozen]:
    """Freeze every edition that is due at ``at`` (default: now) and not made yet.

    With ``dry_run`` each is made and rolled back, so the figures are those it would have.
    """
    at = at or timezone.now()
    # First, so that no digest of this minute tells it, too.
    made = _freeze_what_is_urgent(at, dry_run)
    for rhythm in Edition.BY_THE_CLOCK:
        due = _zones_by_due_hour(rhythm, at)
        known = Edition.objects.filter(channel=EMAIL, rhythm=rhythm, hour__in=due)
        known_hours = set(known.values_list("hour", flat=True))
        for hour, zones in sorted(due.items()):
            if hour not in known_hours:
                made.append(_freeze(rhythm, hour, at=at, zones=zones, dry_run=dry_run))
    for rhythm in Edition.ON_TALK_PAGES:
        hour = last_due_hour(rhythm, "UTC", at)
        if not Edition.objects.filter(channel=TALK_PAGE, rhythm=rhythm, hour=hour).exists():
            made.append(_freeze(rhythm, hour, at=at, channel=TALK_PAGE, dry_run=dry_run))
    if _is_news_at_once():
        made.append(_freeze(Edition.Rhythm.AT_ONCE, _full_hour(at), at=at, dry_run=dry_run))
    return [frozen for frozen in made if frozen]


def _freeze_what_is_urgent(at, dry_run) -> list[Frozen | None]:
    """An edition for each thing and channel that has none yet; each person is told it once."""
    until = positions.current()
    return [
        _freeze(
            Edition.Rhythm.URGENT,
            _full_hour(at),
            at=at,
            channel=channel,
            urgent=Urgent(section, position),
            dry_run=dry_run,
        )
        for section in registered()
        for position in sorted(section.at_once(until, at))
        for channel in (EMAIL, TALK_PAGE)
        if not _is_made(Edition.Rhythm.URGENT, at, position, channel)
    ]


def make_edition_for(recipient, at: datetime | None = None, *, dry_run=False) -> Frozen | None:
    """Freeze a digest for one person, whatever their rhythm: all that is new to them now."""
    at = at or timezone.now()
    return _freeze(
        Edition.Rhythm.BY_HAND, _full_hour(at), at=at, recipient=recipient, dry_run=dry_run
    )


def rehearse_for(recipient, look: Callable[[Delivery], Any], at: datetime | None = None) -> Any:
    """What ``look`` says of the digest this person would get at ``at``; nothing of it stays.

    ``look`` is given the delivery while it stands in the ledger, skipped or not.
    """
    at = at or timezone.now()
    hour = _full_hour(at)
    return _rehearsed(
        Edition.Rhythm.BY_HAND,
        hour,
        lambda edition: look(edition.deliveries.select_related("edition", "recipient").get()),
        at=at,
        recipient=recipient,
    )


def rehearse(rhythm: str, hour: datetime, look: Callable[[Edition], Any], *, recipient=None) -> Any:
    """Freeze an edition as it would be at this full hour, give what ``look`` sees, and undo it.

    For one ``recipient`` or for all who are due then. None where nobody is, or where the edition
    is made already. What is published by then and not now is not in it.
    """
    hour, zones = _full_hour(hour), []
    if rhythm in Edition.BY_THE_CLOCK:
        zones = _zones_by_due_hour(rhythm, hour).get(hour, [])
    return _rehearsed(rhythm, hour, look, at=hour, zones=zones, recipient=recipient)


def _rehearsed(rhythm, hour, look, **whom) -> Any:
    frozen = _freeze(rhythm, hour, dry_run=True, look=look, **whom)
    return frozen and frozen.seen


def zones_of(rhythm: str) -> list[str]:
    """The time zones in which somebody has this rhythm."""
    return list(_digests().filter(_of(rhythm)).values_list("zone", flat=True).distinct())


def _full_hour(at: datetime) -> datetime:
    return at.replace(minute=0, second=0, microsecond=0)


def _digests(channel=EMAIL):
    zone = Case(When(time_zone="", then=F("recipient__time_zone")), default=F("time_zone"))
    return Preference.objects.filter(kind=Preference.Kind.DIGEST, channel=channel).annotate(
        zone=zone
    )


def _zones_by_due_hour(rhythm: str, at: datetime) -> dict[datetime, list[str]]:
    hours = defaultdict(list)
    for zone in zones_of(rhythm):
        hours[last_due_hour(rhythm, zone, at)].append(zone)
    return hours


def _of(rhythm: str) -> Q:
    """Whose preferences belong to an edition of this rhythm.

    Who gets news at once has no edition in a month without news; to be told so they are in the
    monthly one, which has nothing else for them.
    """
    if rhythm == Edition.Rhythm.MONTHLY:
        return Q(rhythm=rhythm) | Q(rhythm=Edition.Rhythm.AT_ONCE, tells_when_quiet=True)
    return Q(rhythm=rhythm)


def _is_news_at_once() -> bool:
    last = Edition.objects.filter(rhythm=Edition.Rhythm.AT_ONCE).aggregate(at=Max("cut_off"))["at"]
    return positions.current() > (last or 0)


def _due(rhythm, hour, at, channel, zones, recipient, urgent, narrowed=()):
    """The audience: one row for each person, with their language and what stands in the way.

    The choices name what of ``narrowed`` is not for them.
    """
    wants_quiet: Any = Value(False)
    in_the_way = obstacle(kinds.DIGEST, "recipient__", at)
    if channel == TALK_PAGE:
        chosen = _digests(channel)
        if not urgent:
            chosen = chosen.filter(rhythm=rhythm, effective_at__lte=hour)
        in_the_way = talk_pages.obstacle(at)
    elif urgent:
        chosen = _digests()
        in_the_way = obstacle(kinds.URGENT, "recipient__", at)
    elif rhythm == Edition.Rhythm.BY_HAND:
        chosen = _digests()
    elif rhythm == Edition.Rhythm.AT_ONCE:
        chosen = _digests().filter(rhythm=rhythm)
    else:
        chosen = _digests().filter(_of(rhythm), zone__in=zones, effective_at__lte=hour)
        wants_quiet = _wants_quiet(hour)
    if urgent:
        chosen = urgent.is_new_to(chosen)
    if recipient:
        chosen = chosen.filter(recipient=recipient)
    return chosen.annotate(
        joined=F("recipient__joined_position"),
        letter_language=Case(When(language="", then=F("recipient__language")), default="language"),
        in_the_way=in_the_way,
        wants_quiet=wants_quiet,
        chosen=audiences.choices_beside(list(narrowed), "recipient__"),
    ).values_list(
        "recipient_id", "joined", "letter_language", "chosen", "in_the_way", "wants_quiet"
    )


def _wants_quiet(hour) -> Q:
    """Whether somebody asked to be told when nothing happened, and nothing came for a month."""
    month_ago = hour - QUIET_AFTER
    lately = Delivery.objects.filter(
        recipient=OuterRef("recipient"), edition__hour__gt=month_ago
    ).exclude(state=State.SKIPPED)
    return Q(~Exists(lately), tells_when_quiet=True, effective_at__lte=month_ago)


@transaction.atomic
def _freeze(
    rhythm,
    hour,
    *,
    at,
    channel=EMAIL,
    zones=(),
    recipient=None,
    urgent=None,
    dry_run=False,
    look=None,
) -> Frozen | None:
    """Write the edition, its deliveries and the cursors they move; None where nobody is due."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        cut_off = urgent.position if urgent else positions.current()
        whom = (rhythm, hour, at, channel, zones, recipient, urgent)
        due = _due(*whom)
        if _is_made(rhythm, hour, cut_off, channel) or not due.exists():
            return None
        _find_audience(cursor, due)
        now = timezone.now()
        edition = Edition.objects.create(
            channel=channel, rhythm=rhythm, hour=hour, cut_off=cut_off, frozen_at=now
        )
        owed = State.TO_POST if edition.is_posted_by_hand else State.PENDING
        sections = [urgent.section] if urgent else registered()
        keys = [section.key for section in sections]
        cursor.execute(_LOWEST, [keys, recipient is not None])
        places = dict.fromkeys(keys, (cut_off, cut_off, [])) | {
            key: (lowest, cut_off, owed) for key, lowest, owed in cursor.fetchall()
        }
        narrowed = audiences.narrowed(places)
        if narrowed:
            _find_audience(cursor, _due(*whom, narrowed))
        offered = Json(_offered(sections, _kinds_of_reader(cursor), places, max(at, now)))
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


def _is_made(rhythm, hour, cut_off, channel) -> bool:
    """Asked again under the lock: another process may have frozen it while this one waited."""
    if rhythm == Edition.Rhythm.BY_HAND:
        return False
    if rhythm == Edition.Rhythm.AT_ONCE:
        return Edition.objects.filter(rhythm=rhythm, cut_off__gte=cut_off).exists()
    if rhythm == Edition.Rhythm.URGENT:
        return Edition.objects.filter(channel=channel, rhythm=rhythm, cut_off=cut_off).exists()
    return Edition.objects.filter(channel=channel, rhythm=rhythm, hour=hour).exists()


def _find_audience(cursor, due) -> None:
    """Put the audience where the next steps find it, in place of the one that is there."""
    cursor.execute("DROP TABLE IF EXISTS pg_temp.mailing_due")
    sql, params = due.query.sql_with_params()
    cursor.execute(_AUDIENCE + sql, params)
    cursor.execute("ANALYZE mailing_due")


def _kinds_of_reader(cursor) -> list[tuple[str, Choices]]:
    """Each language together with each choices that somebody of this audience has."""
    cursor.execute("SELECT DISTINCT language, choices FROM mailing_due")
    return [(language, json.loads(choices)) for language, choices in cursor.fetchall()]


def _offered(sections: list[Section], readers, places, now) -> list[dict]:
    """For each section and kind of reader: the newest position that could be news, and what waits.

    A person has news where their cursor lies below the newest; 0 where there is none for anybody.
    What waits for a language is no news to its readers yet.
    """
    offered = []
    for section in sections:
        lowest, cut_off, _owed = places[section.key]
        items = section.items(lowest, cut_off) if section.is_news else []
        held = section.held(cut_off, now)
        for language, choices in readers:
            waiting = held.get(language, set())
            wanted = audiences.told(section, items, choices)
            there = (item.position for item in wanted if item.position not in waiting)
            offered.append(
                {
                    "key": section.key,
                    "language": language,
                    "choices": choices,
                    "is_news": section.is_news,
                    "newest": max(there, default=0),
                    "held": sorted(waiting),
                    "not_for": choices.get(NOT_FOR, []),
                }
            )
    return offered


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
