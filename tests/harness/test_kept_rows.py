"""The small world is put back as it was made, and tests that really write leave nothing."""

import pytest
from django.contrib.auth.models import Permission
from django.db import transaction

from liaisons.models import Mandate, User
from tests import kept_rows
from web.models import ContentVersion

from .world import make_world

pytestmark = pytest.mark.django_db


def everything():
    """The rows of each table, in no order: the database writes a row where it finds room."""
    rows = kept_rows.rows_of(kept_rows.filled())
    return {table: sorted(text.splitlines()) for table, text in rows.items()}


def test_what_is_put_back_is_what_was_made():
    kept = kept_rows.Kept(make_world)
    with transaction.atomic():
        made = kept.get()
        stood = everything()
        User.objects.update(display_name="changed")
        made.people["liaison"].display_name = "changed"
        transaction.set_rollback(True)
    again = kept.get()
    assert everything() == stood
    liaison = again.people["liaison"]
    assert liaison == made.people["liaison"]
    assert liaison.display_name == User.objects.get(pk=liaison.pk).display_name
    assert again.cast["alice"] is liaison
    # What is made later gets a number of its own, and the database checks it as ever.
    Mandate.objects.filter(pk=again.mandate.pk).update(private_notes="x")
    assert User.objects.create(username="later", email="later@example.org").pk > max(
        person.pk for person in again.people.values() if person
    )


def test_it_is_made_anew_where_something_stands_already(django_user_model):
    kept = kept_rows.Kept(make_world)
    with transaction.atomic():
        first = kept.get()
        transaction.set_rollback(True)
    django_user_model.objects.create(username="here", email="here@example.org")
    second = kept.get()
    assert second.people["liaison"].pk != first.people["liaison"].pk
    assert User.objects.filter(username="here").exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("time", ["once", "again"])
def test_what_really_was_written_is_gone_for_the_next(time):
    assert not User.objects.exists()
    assert Permission.objects.exists()
    assert ContentVersion.objects.get().version < 99
    User.objects.create(username="stays", email="stays@example.org")
    Permission.objects.all().delete()
    ContentVersion.objects.update(version=99)
