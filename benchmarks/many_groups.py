"""As many groups as wanted: the real ones with the demo's activity, and copies of them."""

from decimal import Decimal
from random import Random

from django.core.management import call_command
from django.db import connection, transaction
from django.db.models import Model, QuerySet

from liaisons.group_search import refresh_search_text
from liaisons.models import Group, Mandate
from web import content_version

LINKS: tuple[type[Model], ...] = (Group.countries.through, Group.languages.through)


def have(wanted: int, *, placed: bool = False) -> None:
    """See to it that there are ``wanted`` active groups: import the real ones, then copy them.

    With ``placed`` only groups that have a place are copied, each to a place of its own, until
    ``wanted`` groups have one.
    """
    if not Group.objects.exists():
        call_command("import_reference_data", verbosity=0)
        call_command("seed_demo", verbosity=0)
    groups = Group.objects.listed()
    if placed:
        groups = groups.filter(latitude__isnull=False)
    patterns = list(groups.order_by("pk"))
    while (there := groups.count()) < wanted:
        _copy(patterns[: wanted - there], number=Group.objects.count(), moved=placed)
    with transaction.atomic():
        content_version.bump()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def _copy(groups: list[Group], *, number: int, moved: bool) -> None:
    """Copy groups under another name, with their places, languages and mandates."""
    chance = Random(number)
    copies = []
    for group in groups:
        values = _values(group) | {
            "name": f"{group.name} {number}",
            "slug": f"{group.slug[:110]}-{number}",
            "code": group.code and f"{group.code}{number}",
            "dbname": group.dbname and f"{group.dbname}{number}",
        }
        if moved:
            values["latitude"] = Decimal(chance.randint(-55_000, 70_000)) / 1000
            values["longitude"] = Decimal(chance.randint(-180_000, 180_000)) / 1000
        copies.append(Group(**values))
    made = Group.objects.bulk_create(copies, batch_size=500)
    copy_of = dict(zip([group.pk for group in groups], [group.pk for group in made], strict=True))
    for links in LINKS:
        _copy_rows(links._default_manager.all(), copy_of)
    _copy_rows(Mandate.objects.held(), copy_of)
    refresh_search_text(copy_of.values())


def _copy_rows(rows: QuerySet, copy_of: dict[int, int]) -> None:
    copies = [
        rows.model(**_values(row) | {"group_id": copy_of[row.group_id]})
        for row in rows.filter(group_id__in=copy_of)
    ]
    rows.model._default_manager.bulk_create(copies, batch_size=2000)


def _values(row: Model) -> dict:
    return {
        field.attname: getattr(row, field.attname)
        for field in row._meta.concrete_fields
        if not field.primary_key
    }
