"""Hostile input on every address: never a 5xx, and never a row changed that was not meant."""

import pytest
from django.contrib import admin
from django.core.handlers.base import BaseHandler
from django.db.models import Q
from django.http import QueryDict
from django.urls import reverse

from liaisons.models import Mandate, User

from .addresses import all_addresses
from .corpus import BODIES, BODIES_TOGETHER, QUERIES, QUERIES_TOGETHER
from .visits import path_of, undone

ADDRESSES = [a for a in all_addresses() if not a.is_admin]


def powers(*, besides):
    """What must not change by any of this: who may do what, and who speaks for whom.

    One may do something to oneself, such as give one's account up; but not gain a power.
    """
    others = User.objects.exclude(pk=besides.pk) if besides else User.objects.all()
    people = others.order_by("pk").values_list("pk", "is_active", "username", "email")
    strong = User.objects.filter(Q(is_staff=True) | Q(is_superuser=True)).order_by("pk")
    confirmed = Mandate.objects.filter(status="confirmed").order_by("pk")
    return (
        list(people),
        list(strong.values_list("pk", "is_staff", "is_superuser")),
        list(confirmed.values_list("pk", "person", "group", "reviewer", "last_day")),
    )


def quiet(client):
    client.raise_request_exception = False
    return client


IN_THE_VIEW = "in the view"


class Looked(QueryDict):
    """A query that notes at which of its names somebody looks; "*" is at all of them."""

    at: set[str] = set()

    def __getitem__(self, name):
        self.at.add(name)
        return super().__getitem__(name)

    def getlist(self, name, default=None):
        self.at.add(name)
        return super().getlist(name, default)

    def __contains__(self, name):
        self.at.add(name)
        return super().__contains__(name)

    def __iter__(self):
        self.at.add("*")
        return super().__iter__()

    def lists(self):
        self.at.add("*")
        return super().lists()


@pytest.fixture
def looked(monkeypatch):
    """At which names of its query the view of the last request looked, and its templates."""
    enter = BaseHandler.make_view_atomic

    def entered(handler, view):
        # What looked before looks at every query alike; it may have refused this one.
        Looked.at.clear()
        Looked.at.add(IN_THE_VIEW)
        return enter(handler, view)

    monkeypatch.setattr("django.core.handlers.wsgi.QueryDict", Looked)
    monkeypatch.setattr(BaseHandler, "make_view_atomic", entered)
    return Looked.at


@pytest.mark.long
@pytest.mark.parametrize("role", ["anonymous", "member", "superuser"])
def test_a_hostile_query_is_no_error_of_ours(role, world, browser, looked):
    """All values at once everywhere; each alone where a view looks at what it is a value of.

    The soak asks every address each of them alone.
    """
    client = quiet(browser(role))
    alone = {}
    for address in ADDRESSES:
        path = path_of(address, world)
        names = set()
        for query in QUERIES_TOGETHER:
            looked.clear()
            response = undone(client, "get", path, QUERY_STRING=query)
            assert response.status_code < 500, (address.name, query)
            names |= looked if IN_THE_VIEW in looked else set()
        if role != "superuser":
            continue  # most doors are open for the superuser; the others meet the same code
        for query in QUERIES:
            if "*" in names or names & set(QueryDict(query)):
                response = undone(client, "get", path, QUERY_STRING=query)
                assert response.status_code < 500, (address.name, query)
                alone.setdefault(address.name, []).append(query)
    if role == "superuser":
        assert {"q=%00", "page=abc", "kind[]=x&kind=y&kind=z"} <= set(
            alone["outreach_map:group_list"]
        )
        assert len(alone) > 15


@pytest.mark.long
@pytest.mark.parametrize(
    ("role", "bodies"),
    [
        ("anonymous", BODIES_TOGETHER),
        ("member", BODIES_TOGETHER),
        ("applicant", BODIES),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_hostile_body_changes_nobody_s_powers(role, bodies, world, browser):
    person = world.people[role]
    client = quiet(browser(role))
    before = powers(besides=person)
    for address in ADDRESSES:
        path = path_of(address, world)
        for body in bodies:
            response, after = undone(
                client, "post", path, body, look=lambda: powers(besides=person)
            )
            assert response.status_code < 500, (address.name, body)
            assert after == before, (address.name, body)
            if response.status_code == 405:
                break  # it takes no form at all, and read nothing of this one


@pytest.mark.long
@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"a=" + b"x" * 10_000_000, "application/x-www-form-urlencoded"),
        ("&".join(f"f{n}=1" for n in range(10_000)).encode(), "application/x-www-form-urlencoded"),
        (b"\xff\xfe=%ff%fe&q=\x00", "application/x-www-form-urlencoded"),
        (b"--x\r\nbroken", "multipart/form-data; boundary=x"),
        (b"--x\r\nbroken", "multipart/form-data"),
        (b"q=1", "application/x-www-form-urlencoded; charset=no-such-charset"),
        (b"{", "application/json"),
    ],
    ids=["10 MB", "10,000 fields", "bad UTF-8", "broken parts", "no boundary", "charset", "JSON"],
)
def test_a_hostile_form_is_refused_everywhere(body, content_type, world, browser):
    for role in ("anonymous", "member"):
        client = quiet(browser(role))
        for address in ADDRESSES:
            response = undone(
                client, "generic", "POST", path_of(address, world), body, content_type
            )
            assert response.status_code < 500, address.name


def test_hostile_paths(world, client):
    client = quiet(client)
    for path in (
        "/en/groups/%00/", "/en/groups/%ED%A0%80/", "/en/groups/%FF/", "/%00", "/en/%2e%2e/",
        "/xx/", "/en//groups/", "/en/updates/" + "a" * 3000 + "/", "/en/groups/%F0%9F%92%A9/",
        "/mail/unsubscribe/%00/", "/mail/unsubscribe/" + "x" * 3000 + "/",
    ):  # fmt: skip
        assert client.get(path).status_code < 500, path


@pytest.mark.long
def test_hostile_queries_in_the_admin(world, browser):
    client = quiet(browser("superuser"))
    for model in admin.site._registry:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"
        for query in QUERIES:
            response = client.get(reverse(name), QUERY_STRING=query)
            assert response.status_code < 500, (name, query)
