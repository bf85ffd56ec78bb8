"""Role × address × method against a golden table.

``access.txt`` holds, for each address and method, the status each role gets. A new address, or a
door that opens to somebody else, changes the table: run ``UPDATE_GOLDEN=1 pytest`` on this file
and read the difference before it is committed.
"""

import os
from pathlib import Path

import pytest
from django.contrib import admin
from django.urls import reverse

from .addresses import all_addresses, own_admin_pages
from .visits import path_of, undone

GOLDEN = Path(__file__).with_name("access.txt")
METHODS = ("GET", "POST", "PUT", "DELETE")
# No page of ours takes these methods, and Django's admin takes them for a GET. They are tried by
# those who would find an open door: a stranger, somebody with a mandate, and who may do everything.
RARE_METHODS = ("PUT", "DELETE")
WHO_TRIES_RARE_METHODS = ("anonymous", "liaison", "superuser")


def rows(world):
    """(what, path) of everything in the table: all pages, each model's in the admin, ours there."""
    for address in all_addresses():
        if not address.is_admin:
            yield address.name, path_of(address, world)
    for model, _model_admin in sorted(
        admin.site._registry.items(), key=lambda item: item[0]._meta.label
    ):
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        yield f"{name}_changelist", reverse(f"{name}_changelist")
        yield f"{name}_add", reverse(f"{name}_add")
        row = model._default_manager.order_by("pk").first()
        if row is not None:
            yield f"{name}_change", reverse(f"{name}_change", args=[row.pk])
            yield f"{name}_delete", reverse(f"{name}_delete", args=[row.pk])
    for address in own_admin_pages():
        yield address.name, path_of(address, world)


@pytest.mark.long
def test_every_role_gets_what_the_table_says(world, browser):
    clients = {role: browser(role) for role in world.people}
    lines = [f"{'address':<60}{'method':<8}" + "".join(f"{role:<16}" for role in clients)]
    for what, path in rows(world):
        for method in METHODS:
            found = [
                undone(client, method.lower(), path).status_code
                if role in WHO_TRIES_RARE_METHODS or method not in RARE_METHODS
                else "."
                for role, client in clients.items()
            ]
            lines.append(
                f"{what:<60}{method:<8}" + "".join(f"{code!s:<16}" for code in found).rstrip()
            )
    table = "\n".join(line.rstrip() for line in lines) + "\n"
    if os.environ.get("UPDATE_GOLDEN"):
        GOLDEN.write_text(table, encoding="utf-8")
    assert table.splitlines() == GOLDEN.read_text(encoding="utf-8").splitlines()


def test_a_hidden_object_answers_like_a_missing_one(world, browser):
    """Somebody else's object and one that does not exist: the same status and body."""
    client = browser("other liaison")
    pairs = [
        (
            reverse("outreach_map:group_detail", args=[world.proposed.slug]),
            reverse("outreach_map:group_detail", args=["no-such-group"]),
        ),
        (
            reverse("strategy:update_detail", args=[world.draft_update.slug]),
            reverse("strategy:update_detail", args=["no-such-update"]),
        ),
        *object_pairs(world),
    ]
    for hidden, missing in pairs:
        first, second = client.get(hidden), client.get(missing)
        if first.status_code == second.status_code == 405:
            first, second = client.post(hidden), client.post(missing)
        assert (first.status_code, second.status_code) == (404, 404), hidden
        assert without_path(first, hidden) == without_path(second, missing)


def object_pairs(world):
    """Private objects by id: the applicant's, and an id nobody has."""
    for address in all_addresses():
        if address.is_admin or address.policy in ("public", None) or not address.parameters:
            continue
        if address.policy in ("signed_in", "liaison"):
            path = path_of(address, world)
            pk = str(world.application.pk)
            if f"/{pk}/" in path:
                yield path, path.replace(f"/{pk}/", "/999999/")


def without_path(response, path):
    """The page without what may differ: the address it was asked for."""
    last = path.strip("/").rsplit("/", 1)[-1]
    tail = path.split("/", 2)[-1]
    text = response.content.decode().replace(tail, "").replace(last, "")
    return "".join(line for line in text.splitlines() if "csrf" not in line)
