"""What comes with each role, in the database that the migrations made and in the admin."""

import pytest
from django.apps import apps
from django.contrib.auth.models import Group as Role
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.urls import reverse

from config import role_operations, roles
from tests.factories import UserFactory
from tests.strategy.factories import reported

pytestmark = pytest.mark.django_db


@pytest.fixture
def made(transactional_db):
    """The database as it is after the last migration, whatever other tests emptied."""
    Role.objects.all().delete()
    run_anew("config", "0001_roles")


def run_anew(app, name):
    """Go back before a migration and forward to the last one."""
    executor = MigrationExecutor(connection)
    executor.migrate([(app, None)])
    executor = MigrationExecutor(connection)
    executor.migrate([key for key in executor.loader.graph.leaf_nodes() if key[0] == app])


def of_role(name):
    role = Role.objects.get(name=name)
    return set(role.permissions.values_list("content_type__app_label", "codename"))


@pytest.fixture
def holder():
    """``holder(roles.REVIEWER)``: somebody let into the admin with that one role."""
    roles.make_roles()

    def somebody(name, **traits):
        person = UserFactory(core_team=True, **traits)
        person.groups.set([Role.objects.get(name=name)])
        return person

    return somebody


# --- Made by migrations ---------------------------------------------


def test_the_migrations_give_each_role_exactly_what_roles_py_says(made):
    """Where this fails, add a migration with ``give`` or ``take``: see config/roles.py."""
    assert {name: of_role(name) for name in roles.wanted()} == roles.wanted()


def test_the_migration_needs_no_permissions_made_before(transactional_db):
    """As on a fresh database, where Django makes permissions after all migrations."""
    Role.objects.all().delete()
    Permission.objects.all().delete()
    ContentType.objects.clear_cache()
    run_anew("config", "0001_roles")
    assert of_role(roles.REVIEWER) == roles.needed(roles.PERMISSIONS[roles.REVIEWER])
    assert ("liaisons", "review_mandate") in of_role(roles.ADMINISTRATOR)


def test_an_existing_role_keeps_what_an_operator_added(transactional_db):
    Role.objects.all().delete()
    reviewer = Role.objects.create(name=roles.REVIEWER)
    extra = Permission.objects.get(codename="delete_user", content_type__app_label="liaisons")
    reviewer.permissions.add(extra)
    run_anew("config", "0001_roles")
    assert of_role(roles.REVIEWER) == {
        ("liaisons", "delete_user"),
        *roles.needed(roles.PERMISSIONS[roles.REVIEWER]),
    }


def test_a_later_migration_gives_and_takes():
    roles.make_roles()
    give = role_operations.give({roles.TRANSLATOR: ["strategy.view_update"]})
    take = role_operations.take({roles.TRANSLATOR: ["liaisons.view_languageskill"]})
    with connection.schema_editor() as editor:
        give.code(apps, editor)
        take.code(apps, editor)
    assert of_role(roles.TRANSLATOR) == {
        ("strategy", "view_update"),
        ("strategy", "write_translation"),
    }


def test_a_permission_that_is_not_there_stops_the_migration():
    with pytest.raises(LookupError, match=r"strategy\.view_nothing"):
        role_operations.give_now({roles.TRANSLATOR: ["strategy.view_nothing"]}, apps)


# --- In the admin ---------------------------------------------


def opens(client, *names):
    return {
        name for name in names if client.get(reverse(f"admin:{name}_changelist")).status_code == 200
    }


LISTS = (
    "auth_group", "liaisons_user", "liaisons_mandate", "liaisons_group", "liaisons_contactrule",
    "strategy_update", "strategy_topic", "strategy_report", "strategy_statement",
    "strategy_response", "mailing_notice",
)  # fmt: skip


@pytest.mark.parametrize(
    ("role", "lists"),
    [
        (
            roles.WORKING_GROUP_MEMBER,
            {"strategy_topic", "strategy_report", "strategy_statement", "strategy_response"},
        ),
        (roles.TRANSLATOR, set()),
        (
            roles.REVIEWER,
            {"liaisons_user", "liaisons_mandate", "liaisons_group", "liaisons_contactrule"},
        ),
        (roles.ADMINISTRATOR, set(LISTS) - {"auth_group"}),
    ],
)
def test_each_role_opens_its_lists_and_no_other(as_person, holder, role, lists):
    assert opens(as_person(holder(role)), *LISTS) == lists


def test_a_member_of_a_working_group_reads_no_name_that_is_not_public(as_person, holder, alice):
    report = reported(alice.mandates.get())
    address = reverse("admin:strategy_report_change", args=[report.pk])
    reads = as_person(holder(roles.WORKING_GROUP_MEMBER))
    assert "Alice" in reads.get(address).text
    alice.is_public_by_name = False
    alice.save()
    assert "Alice" not in reads.get(address).text
    assert "Alice" in as_person(holder(roles.ADMINISTRATOR)).get(address).text


@pytest.mark.parametrize("role", [roles.WORKING_GROUP_MEMBER, roles.TRANSLATOR])
def test_a_role_alone_does_not_open_the_admin(as_person, holder, role):
    person = holder(role)
    person.is_staff = False
    person.save()
    assert as_person(person).get(reverse("admin:index")).status_code == 302


def test_an_administrator_gives_no_power(as_person, holder, dave):
    client = as_person(holder(roles.ADMINISTRATOR))
    form = {
        "is_active": "on", "is_staff": "on", "is_superuser": "on",
        "groups": [Role.objects.get(name=roles.ADMINISTRATOR).pk],
        "language_skills-TOTAL_FORMS": "0", "language_skills-INITIAL_FORMS": "0",
    }  # fmt: skip
    address = reverse("admin:liaisons_user_change", args=[dave.pk])
    assert client.post(address, form).status_code == 302
    dave.refresh_from_db()
    assert not dave.is_staff
    assert not dave.is_superuser
    assert not dave.groups.exists()
