"""Freezing does work in proportion to its audience."""

from contextlib import contextmanager

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.utils import timezone

from mailing import editions
from mailing.models import Delivery, Preference, Recipient

pytestmark = pytest.mark.django_db
PEOPLE = 400
# Rows that all steps of a query's plan look at, for each person. Comparing each with each would be
# hundreds, and grow with the audience.
MOST_ROWS = 30


@pytest.fixture
def many_people():
    """So many readers, and PostgreSQL's statistics of them, as it has in the long run."""
    User = get_user_model()
    users = User.objects.bulk_create(User(username=f"reader-{one}") for one in range(PEOPLE))
    found = Recipient.objects.bulk_create(
        Recipient(
            user=user, address=f"{user.username}@example.org", address_hash=user.username,
            is_verified=True, joined_position=0,
        )
        for user in users
    )  # fmt: skip
    Preference.objects.bulk_create(
        Preference(
            recipient=one, rhythm="daily",
            effective_at=timezone.now() - timezone.timedelta(days=60),
        )
        for one in found
    )  # fmt: skip
    with connection.cursor() as cursor:
        # Else it depends on whether these tables were looked at while they were empty.
        cursor.execute("ANALYZE mailing_recipient, mailing_preference, liaisons_user")


@contextmanager
def plans():
    """Gives the plan of each large query of the block, with what each of its steps did."""
    found = {}

    def explain(execute, sql, params, many, context):
        if (
            sql.lstrip().startswith(("INSERT", "CREATE"))
            or "mailing_due" in sql.partition("FROM")[2]
        ):
            cursor = context["cursor"].cursor
            cursor.execute("SAVEPOINT looked_at")
            cursor.execute("EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) " + sql, params)
            found[" ".join(sql.split())[:60]] = cursor.fetchone()[0][0]["Plan"]
            cursor.execute("ROLLBACK TO looked_at")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(explain):
        yield found


def rows_looked_at(plan) -> float:
    """How many rows this step and all below it gave or threw away."""
    removed = sum(value for name, value in plan.items() if name.startswith("Rows Removed"))
    own = (plan["Actual Rows"] + removed) * plan["Actual Loops"]
    return own + sum(rows_looked_at(step) for step in plan.get("Plans", ()))


def test_no_step_compares_each_person_with_each(many_people, only_board):
    only_board.post("News")
    with plans() as found:
        editions.make_editions()
    assert Delivery.objects.filter(state="pending").count() == PEOPLE
    looked_at = {sql: rows_looked_at(plan) / PEOPLE for sql, plan in found.items()}
    assert any(sql.startswith("INSERT INTO mailing_delivery") for sql in looked_at)
    assert {sql: rows for sql, rows in looked_at.items() if rows > MOST_ROWS} == {}
