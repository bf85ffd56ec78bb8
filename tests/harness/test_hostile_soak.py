"""The whole hostile corpus on every address, the admin's too: for ``script/soak``.

Every role, every method, every query, every body, every field of every model at once, with forged
ids of rows and of forms. Nothing may answer 5xx, and no row may change that is not the visitor's.
"""

import pytest
from django.apps import apps
from django.db import connection
from django.db.models import ForeignKey
from django.urls import reverse

from liaisons.models import User

from .addresses import all_addresses
from .corpus import BODIES, HEADERS, QUERIES, VALUES
from .test_hostile_input import powers, quiet
from .visits import path_of, undone

pytestmark = pytest.mark.soak

OURS = ("liaisons", "strategy", "outreach_map", "mailing", "web")
BEYOND = ("account", "mfa", "socialaccount")
# One clock each for content and pages, which anything published moves on.
CLOCKS = {"mailing_contentclock", "web_contentversion"}
# What the holder of a mail's link may change by it, which is what it is for: by address and table.
BY_LINK = {
    "mailing:unsubscribe": {"mailing_preference"},
    "mailing:unsubscribe_without_slash": {"mailing_preference"},
    "liaisons:subscribe_confirm": {"mailing_subscriptionrequest"},
    "liaisons:subscription_delete": {"mailing_preference", "mailing_recipient"},
    "liaisons:succeed": {"liaisons_handover"},
}
ROLES = ["anonymous", "member", "applicant", "liaison", "other liaison", "editor", "superuser"]
STRANGERS = ["anonymous", "member", "applicant", "other liaison"]
FORM = "application/x-www-form-urlencoded"


def places(world):
    """Every address with an example of its parameters: the product's pages and the admin's."""
    return [
        (address, admin_path(address) if address.is_admin else path_of(address, world))
        for address in all_addresses()
    ]


def admin_path(address):
    samples = {"object_id": example_of(address.name), "content_type_id": 1, "object_pk": 1}
    if address.name == "admin:app_list":  # Its parameter stands in a regular expression.
        return reverse(address.name, kwargs={"app_label": "liaisons"})
    if not address.name:  # What catches all that is no page.
        return "/admin/no/such/page/"
    return reverse(address.name, kwargs={name: samples.get(name, 1) for name in address.parameters})


def example_of(name):
    """The number of a row that an address of the admin such as ``admin:app_model_change`` shows."""
    for model in apps.get_models():
        if f"{model._meta.app_label}_{model._meta.model_name}_" in name:
            return model._default_manager.order_by("pk").values_list("pk", flat=True).first() or 1
    return 1


def fields_of_all_models():
    """The names of every field that anything of ours stores."""
    names = set()
    for label in (*OURS, *BEYOND):
        for model in apps.get_app_config(label).get_models():
            names |= {field.name for field in model._meta.get_fields()}
            names |= {field.attname for field in model._meta.concrete_fields}
    return sorted(names)


def everything_at_once(value):
    """Every field of every model with the same value, and formsets whose forms name old rows."""
    body = dict.fromkeys(fields_of_all_models(), value)
    prefixes = {"form"} | {
        relation.get_accessor_name()
        for label in OURS
        for model in apps.get_app_config(label).get_models()
        for relation in model._meta.related_objects
        if relation.get_accessor_name()
    }
    for prefix in sorted(prefixes):
        body |= {
            f"{prefix}-TOTAL_FORMS": "3",
            f"{prefix}-INITIAL_FORMS": "2",
            f"{prefix}-MIN_NUM_FORMS": "0",
            f"{prefix}-MAX_NUM_FORMS": "1000",
        }
        for number in range(3):
            body |= {
                f"{prefix}-{number}-id": str(number + 1),
                f"{prefix}-{number}-text": value,
                f"{prefix}-{number}-DELETE": "on",
            }
    return body


class Rows:
    """What stood in the tables before, to tell which rows a request changed."""

    def __init__(self, person):
        self.person = person
        self.tables = {
            model._meta.db_table: model
            for label in OURS
            for model in apps.get_app_config(label).get_models()
            if model._meta.managed and model._meta.db_table not in CLOCKS
        }
        self.own = self._own(person)
        self.before = {table: self._rows(table) for table in self.tables}
        self.powers = powers(besides=person)
        self.roles = self._roles()
        self.touched = self._touched()

    @staticmethod
    def _own(person):
        """Numbers of the person's own things, by model: themselves, and what points at them."""
        own = {User: {person.pk}} if person else {}
        for _step in range(3):
            for label in OURS if person else ():
                for model in apps.get_app_config(label).get_models():
                    for field in model._meta.concrete_fields:
                        if isinstance(field, ForeignKey) and own.get(field.related_model):
                            mine = model._base_manager.filter(
                                **{f"{field.name}__in": own[field.related_model]}
                            )
                            own.setdefault(model, set()).update(mine.values_list("pk", flat=True))
        return own

    def _rows(self, table):
        key = self.tables[table]._meta.pk.column
        with connection.cursor() as cursor:
            cursor.execute(f'SELECT "{key}", to_jsonb(r) FROM "{table}" AS r')  # noqa: S608
            return dict(cursor.fetchall())

    @staticmethod
    def _roles():
        return [
            list(through.objects.order_by("pk").values_list())
            for through in (User.groups.through, User.user_permissions.through)
        ]

    @staticmethod
    def _touched():
        """How many rows of each table this transaction changed or deleted so far."""
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT relname, n_tup_upd + n_tup_del FROM pg_stat_xact_user_tables "
                "WHERE n_tup_upd + n_tup_del > 0"
            )
            return dict(cursor.fetchall())

    def changed(self):
        """Rows of others that are gone or differ now, as (table, number)."""
        touched = self._touched()
        tables = [
            table for table in self.tables if touched.get(table, 0) != self.touched.get(table, 0)
        ]
        self.touched = touched
        found = []
        for table in tables:
            after = self._rows(table)
            mine = self.own.get(self.tables[table], set())
            found += [
                (table, number)
                for number, row in self.before[table].items()
                if number not in mine and after.get(number) != row
            ]
        if powers(besides=self.person) != self.powers or self._roles() != self.roles:
            found.append(("powers", 0))
        return found


@pytest.mark.parametrize("role", ROLES)
def test_every_query_and_header(role, world, browser):
    client = quiet(browser(role))
    for address, path in places(world):
        for query in QUERIES:
            response = undone(client, "get", path, QUERY_STRING=query)
            assert response.status_code < 500, (address.name, query)
        for headers in HEADERS:
            response = undone(client, "get", path, **headers)
            assert response.status_code < 500, (address.name, headers)


@pytest.mark.parametrize("role", ROLES)
def test_every_method(role, world, browser):
    client = quiet(browser(role))
    for address, path in places(world):
        for method in ("HEAD", "OPTIONS", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND", "x"):
            response = undone(client, "generic", method, path, b"a=1", FORM)
            assert response.status_code < 500, (address.name, method)


@pytest.mark.parametrize("role", STRANGERS)
def test_no_body_changes_what_is_not_the_visitor_s(role, world, browser):
    client = quiet(browser(role))
    rows = Rows(world.people[role])
    bodies = [*BODIES, *(everything_at_once(value) for value in VALUES)]
    wrong = {}
    for address, path in places(world):
        for body in bodies:
            response, changed = undone(client, "post", path, body, look=rows.changed)
            assert response.status_code < 500, (address.name, str(body)[:200])
            for table, number in changed:
                if table not in BY_LINK.get(address.name, ()):
                    wrong.setdefault((address.name, table, number), sorted(body)[:4])
    assert wrong == {}


@pytest.mark.parametrize("role", ["liaison", "editor", "superuser"])
def test_no_body_is_an_error_of_ours_for_people_with_power(role, world, browser):
    client = quiet(browser(role))
    for address, path in places(world):
        for body in [*BODIES, *(everything_at_once(value) for value in VALUES)]:
            response = undone(client, "post", path, body)
            assert response.status_code < 500, (address.name, str(body)[:200])


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"a=" + b"x" * 10_000_000, FORM),
        ("&".join(f"f{n}=1" for n in range(10_000)).encode(), FORM),
        (b"&".join(b"f=1" for _n in range(10_000)), FORM),
        (b"\xff\xfe=%ff%fe&q=\x00", FORM),
        (b"x" * 10_000_000, "text/plain"),
        (b"x" * 10_000_000, "application/octet-stream"),
        (b"[" * 100_000, "application/json"),
        (b"--x\r\nbroken", "multipart/form-data; boundary=x"),
        (b"--x\r\nbroken", "multipart/form-data"),
        (
            b'--x\r\nContent-Disposition: form-data; name="f"; filename="../../e\x00vil"\r\n\r\n'
            + b"y" * 10_000_000
            + b"\r\n--x--\r\n",
            "multipart/form-data; boundary=x",
        ),
        (b"q=1", f"{FORM}; charset=no-such-charset"),
    ],
    ids=[
        "10 MB", "10,000 fields", "one field 10,000 times", "bad UTF-8", "10 MB of text",
        "10 MB of bytes", "deep JSON", "broken parts", "no boundary", "10 MB file", "charset",
    ],
)  # fmt: skip
def test_every_large_or_broken_body(role, body, content_type, world, browser):
    client = quiet(browser(role))
    for address, path in places(world):
        response = undone(client, "generic", "POST", path, body, content_type)
        assert response.status_code < 500, address.name
