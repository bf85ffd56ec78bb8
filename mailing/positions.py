"""The order of everything published.

A publishing verb takes a position inside its transaction. That locks the one row of the clock
until the commit, so the order of positions is the order of commits: whoever reads the clock sees
a number up to which everything is there, and nothing can appear later below it. A date or a
sequence could not promise that.
"""

from django.db import connection, transaction

from .models import ContentClock
from .nudges import nudge

_TICK = """
    INSERT INTO mailing_contentclock AS clock (id, position) VALUES (1, 1)
    ON CONFLICT (id) DO UPDATE SET position = clock.position + 1
    RETURNING position
"""


def next_position() -> int:
    """The place of what is being published now. Only inside a transaction.

    After the commit the people who want news at once are looked after.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("next_position() belongs inside the transaction that publishes.")
    with connection.cursor() as cursor:
        cursor.execute(_TICK)
        position = cursor.fetchone()[0]
    transaction.on_commit(_news_is_out)
    return position


def current() -> int:
    """The position of what was published last; 0 before anything was."""
    return ContentClock.objects.filter(pk=1).values_list("position", flat=True).first() or 0


def _news_is_out():
    nudge("mailing.make_editions")
