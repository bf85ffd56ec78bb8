"""Migration operations that make roles and change what they may do.

    operations = [
        give({"Reviewer": ["liaisons.view_letter"]}),
        take({"Reviewer": ["liaisons.add_group"]}),
    ]

A role that is missing is made. What an operator added to a role stays. Going back leaves roles as
they are: people hold them. The migration depends on those that made the models it names.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from django.apps import apps as real_apps
from django.contrib.auth.management import create_permissions
from django.db import migrations

# Role → permissions as "app.codename"; "app.*" is everything of an app.
Permissions = Mapping[str, Sequence[str]]


def give(permissions: Permissions) -> migrations.RunPython:
    """The operation that gives these permissions to these roles."""

    def run(apps, schema_editor):
        give_now(permissions, apps, schema_editor.connection.alias)

    return migrations.RunPython(run, migrations.RunPython.noop)


def take(permissions: Permissions) -> migrations.RunPython:
    """The operation that takes these permissions from these roles."""

    def run(apps, schema_editor):
        for name, keys in permissions.items():
            role = _roles(apps, schema_editor.connection.alias).filter(name=name).first()
            if role:
                role.permissions.remove(*_found(apps, schema_editor.connection.alias, keys))

    return migrations.RunPython(run, migrations.RunPython.noop)


def give_now(permissions: Permissions, apps, using: str = "default") -> None:
    """Give these permissions to these roles. Raises ``LookupError`` for one there is not."""
    for label in sorted({key.split(".")[0] for keys in permissions.values() for key in keys}):
        _make_permissions_of(label, apps, using)
    for name, keys in permissions.items():
        role, _made = _roles(apps, using).get_or_create(name=name)
        role.permissions.add(*_found(apps, using, keys))


def _make_permissions_of(label, apps, using) -> None:
    """Django makes permissions after all migrations, which is too late for one that gives them."""
    config = real_apps.get_app_config(label)
    create_permissions(config, verbosity=0, interactive=False, using=using, apps=apps)


def _roles(apps, using):
    return apps.get_model("auth", "Group").objects.using(using)


def _found(apps, using, keys) -> list:
    """The numbers of these permissions, asked for in one query: a role has many."""
    objects = apps.get_model("auth", "Permission").objects.using(using)
    labels = {key.partition(".")[0] for key in keys}
    known: defaultdict[str, set[int]] = defaultdict(set)
    for label, codename, pk in objects.filter(content_type__app_label__in=labels).values_list(
        "content_type__app_label", "codename", "pk"
    ):
        known[f"{label}.{codename}"].add(pk)
        known[f"{label}.*"].add(pk)
    for key in keys:
        if key not in known:
            raise LookupError(f"There is no permission {key!r} to give or take.")
    return sorted(set().union(*(known[key] for key in keys)))
