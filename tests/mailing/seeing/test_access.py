"""Who sees what is shown before a digest goes out, and when."""

import psycopg2
import pytest
from django.contrib.auth import get_user_model
from django.urls import reverse

from mailing import recipients, upcoming
from tests.cast import pass_second_step
from tests.mailing.conftest import url_of_this_database

from .pages import get, mail_of, preview, send_test

pytestmark = pytest.mark.django_db


@pytest.fixture
def freezing():
    """Somebody else freezes an edition right now, and does not end."""
    other = psycopg2.connect(url_of_this_database())
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [0x6D61696C])
    yield
    other.close()


def test_who_looks_while_an_edition_is_made_is_asked_to_come_again(
    core_team, everybody, monkeypatch, freezing
):
    monkeypatch.setattr(upcoming, "WAIT", "50ms")
    busy = "Digests are being prepared right now."
    core = get_user_model().objects.get(username="core")
    recipients.sync_user(core, core.email, "en", "UTC")
    assert busy in get(core_team, "edition_dry_run")
    assert busy in get(core_team, "edition_dry_run", rhythm="daily", hour="2026-07-15T07:00",
                       format="people")  # fmt: skip
    page = preview(core_team, everybody["daily"])
    assert busy in page
    assert 'type="date"' in page
    assert mail_of(core_team, everybody["daily"]).status_code == 503
    assert busy in send_test(core_team, everybody["daily"]).content.decode()


def test_only_who_may_see_deliveries_sees_any_of_it(client, erin, everybody):
    client.force_login(erin)
    pass_second_step(client, erin)
    for name in ("edition_dry_run", "delivery_preview", "delivery_preview_mail"):
        query = {"person": everybody["daily"].pk}
        assert client.get(reverse(f"admin:mailing_{name}"), query).status_code == 403
    sent = client.post(
        reverse("admin:mailing_delivery_preview_send"), {"person": everybody["daily"].pk}
    )
    assert sent.status_code == 403
