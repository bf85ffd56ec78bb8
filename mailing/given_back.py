"""What a digest was to tell and did not, because it failed or was skipped in the end.

Freezing moves each reader's place at once, so that nothing is told twice; what then reaches nobody
would be lost. The next edition for the same reader gives it back: these positions are owed to them
(``SectionCursor.owed``), as what waited for a translation is, and told if they are still there. A
delivery that has given back what it held is not sent again by hand.
"""

from datetime import datetime

from psycopg2.extras import Json

from .models import Delivery, Recipient
from .models.ledger import UNREACHED
from .sections import registered

# Those of the audience that may get this edition; who may not keeps waiting for theirs.
_GIVE = """
UPDATE mailing_delivery AS unreached SET given_back_at = %s
FROM mailing_due AS due
WHERE due.recipient_id = unreached.recipient_id AND due.obstacle = ''
  AND unreached.state IN ('failed', 'skipped') AND unreached.reason <> 'empty'
  AND unreached.finished_at IS NOT NULL AND unreached.given_back_at IS NULL
RETURNING unreached.id
"""

# Where in each section these deliveries began and ended.
_PLACES = """
SELECT told.section, MIN(told.since::bigint), MAX(edition.cut_off)
FROM mailing_delivery AS unreached
JOIN mailing_edition AS edition ON edition.id = unreached.edition_id
CROSS JOIN LATERAL jsonb_each_text(unreached.since) AS told (section, since)
WHERE unreached.id = ANY (%s)
GROUP BY told.section
"""

# What they told ("item"), and what had waited before and was told by them ("also"); without what
# they left out, since it is owed already or was told by now.
_OWE = """
WITH back AS (
    SELECT unreached.recipient_id, told.section, item.position
    FROM mailing_delivery AS unreached
    JOIN mailing_edition AS edition ON edition.id = unreached.edition_id
    CROSS JOIN LATERAL jsonb_each_text(unreached.since) AS told (section, since)
    JOIN jsonb_to_recordset(%s) AS item (section text, position bigint)
      ON item.section = told.section AND item.position > told.since::bigint
     AND item.position <= edition.cut_off
    WHERE unreached.id = ANY (%s)
      AND NOT COALESCE(unreached.besides -> told.section -> 'owed', '[]')
              @> to_jsonb(item.position)
    UNION
    SELECT unreached.recipient_id, told.section, waited.position::bigint
    FROM mailing_delivery AS unreached
    CROSS JOIN LATERAL jsonb_each(unreached.besides) AS told (section, places)
    CROSS JOIN LATERAL jsonb_array_elements_text(told.places -> 'also') AS waited (position)
    WHERE unreached.id = ANY (%s)
)
UPDATE mailing_sectioncursor AS cursor
SET owed = ARRAY(SELECT DISTINCT unnest(cursor.owed || found.positions) ORDER BY 1)
FROM (SELECT recipient_id, section, array_agg(position) AS positions
      FROM back GROUP BY recipient_id, section) AS found
WHERE cursor.recipient_id = found.recipient_id AND cursor.section = found.section
"""


def give_back(cursor, now: datetime) -> None:
    """Owe the audience of the edition that is being frozen what earlier digests did not tell it.

    In every section, also in those of which this edition tells nothing: an earlier digest gives
    back once. One query where there is nothing of the kind, as nearly always.
    """
    cursor.execute(_GIVE, [now])
    ids = [pk for (pk,) in cursor.fetchall()]
    if not ids:
        return
    cursor.execute(_PLACES, [ids])
    places = {key: (since, until) for key, since, until in cursor.fetchall()}
    items = [
        {"section": section.key, "position": item.position}
        for section in registered()
        if section.key in places
        for item in section.items(*places[section.key])
    ]
    cursor.execute(_OWE, [Json(items), ids, ids])


def forget(recipient: Recipient, now: datetime) -> None:
    """Owe somebody nothing of before: they come back from no digest, and begin anew."""
    Delivery.objects.filter(UNREACHED, recipient=recipient).update(given_back_at=now)
