"""As many groups as wanted: the real ones, and copies of them under other names."""

from django.core.management import call_command
from django.db import transaction

from liaisons.group_search import refresh_search_text
from liaisons.models import Group
from web import content_version


def have(wanted: int) -> None:
    """See to it that there are ``wanted`` active groups: import the real ones, then copy them."""
    if not Group.objects.exists():
        call_command("import_reference_data", verbosity=0)
    real = list(Group.objects.listed().order_by("pk"))
    number = 0
    while (there := Group.objects.listed().count()) < wanted:
        number += 1
        _copy(real[: wanted - there], number)
    with transaction.atomic():
        content_version.bump()


def _copy(groups: list[Group], number: int) -> None:
    originals = [group.pk for group in groups]
    copies = []
    for group in groups:
        values = {
            field.attname: getattr(group, field.attname)
            for field in Group._meta.concrete_fields
            if not field.primary_key
        }
        values |= {
            "name": f"{group.name} {number}",
            "slug": f"{group.slug[:110]}-{number}",
            "code": group.code and f"{group.code}{number}",
            "dbname": group.dbname and f"{group.dbname}{number}",
        }
        copies.append(Group(**values))
    made = Group.objects.bulk_create(copies, batch_size=500)
    copy_of = dict(zip(originals, [group.pk for group in made], strict=True))
    for links in (Group.countries.through, Group.languages.through):
        rows = []
        for link in links.objects.filter(group_id__in=originals):
            link.pk, link.group_id = None, copy_of[link.group_id]
            rows.append(link)
        links.objects.bulk_create(rows, batch_size=2000)
    refresh_search_text(copy_of.values())
