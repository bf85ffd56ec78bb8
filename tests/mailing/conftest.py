"""A board to post news on, and the ledger's rule checked after every test."""

import pytest
import redis
from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import connection
from django.template import engines
from django.template.loader import render_to_string
from django.template.loaders import locmem

from mailing import notices, nudges, press, sections
from mailing.kinds import Category
from tests.cast import pass_second_step
from tests.mailing.kinds_for_tests import TEMPLATES
from tests.mailing.people import Board, assert_figures_add_up
from tests.mailing.processes import environment_of, free_port, running
from tests.mailing.smtp_sink import Sink


@pytest.fixture
def only_board(monkeypatch):
    """A digest that is made of one board, whatever the apps above register."""
    monkeypatch.setattr(sections, "_sections", {})
    monkeypatch.setattr(sections, "_personal", {})
    return sections.register(Board())


@pytest.fixture(autouse=True)
def figures_always_add_up(request):
    """After each test that touched the database the states add up to the audience."""
    yield
    if {"db", "transactional_db"} & set(request.fixturenames):
        assert_figures_add_up()


@pytest.fixture(autouse=True)
def fresh_nudges(monkeypatch):
    """No pause left over from another test's broken Redis."""
    monkeypatch.setattr(nudges, "_quiet_until", 0.0)
    assert settings.NUDGE_PAUSE


@pytest.fixture
def receipt(monkeypatch):
    """A kind of notice whose templates are given here."""
    texts = {"s": "Received:\n{thing}", "t": "We received {thing}.", "h": "<p>{thing}</p>"}

    def rendered(template, context):
        if template in texts:
            return texts[template].format(**context)
        return render_to_string(template, context)

    monkeypatch.setattr(press, "render_to_string", rendered)
    yield notices.register(
        "a_receipt", "s", "t", "h", label="A receipt", category=Category.RECEIPT, to_whom="Anybody"
    )
    notices.unregister("a_receipt")


@pytest.fixture
def sink(settings):
    """A real mail server that misbehaves on demand, and the product sending through it."""
    with Sink() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        settings.EMAIL_USE_TLS = False
        settings.EMAIL_TIMEOUT = 2
        yield server


def url_of_this_database():
    return "postgresql://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(**connection.settings_dict)


@pytest.fixture
def processes(tmp_path, request):
    """A mail server on this test's own database and Redis number; beats and workers are to come.

    The words of an envelope are said to it in groups, unless a parameter says "one by one".
    """
    host, number = settings.CELERY_BROKER_URL.rsplit("/", 1)
    broker = f"{host}/{int(number) + 32}"
    redis.Redis.from_url(broker).flushdb()
    port = free_port()
    with running(environment_of(url_of_this_database(), broker, port), tmp_path) as all_of_them:
        all_of_them.start_sink(
            port, offers_pipelining=getattr(request, "param", "") != "one by one"
        )
        yield all_of_them


@pytest.fixture
def call_templates():
    """The templates of ``kinds_for_tests``, beside the product's own."""
    engine = engines["django"].engine
    before = engine.template_loaders
    engine.__dict__["template_loaders"] = [
        locmem.Loader(engine, TEMPLATES),
        *before,
    ]
    yield
    engine.__dict__["template_loaders"] = before


@pytest.fixture
def core_team(client):
    """A superuser, signed in, and with a second factor as far as the session is concerned."""
    user = get_user_model().objects.create(
        username="core", email="core@example.org", is_staff=True, is_superuser=True
    )
    client.force_login(user)
    pass_second_step(client, user)
    return client
