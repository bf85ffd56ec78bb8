"""A marker in every private field: nobody else ever sees one on a page, in a mail or a log."""

import json
import logging

import pytest
from django.apps import apps
from django.conf import settings
from django.core import mail
from django.db import models

from liaisons.models import Group, User
from strategy.models import Topic, Update

from . import private_fields as fields
from .addresses import all_addresses
from .world import path_of, undone

APPS = {
    "account", "liaisons", "mailing", "mfa", "outreach_map", "socialaccount", "strategy", "web",
}  # fmt: skip
MARK = "canary"
LANGUAGE_ENDINGS = tuple(f"_{code.replace('-', '_')}" for code, _name in settings.LANGUAGES)
TEXT = (models.CharField, models.TextField, models.JSONField)


def text_fields():
    """Each text field of each table: (model, field, its name in the lists)."""
    for model in apps.get_models():
        if model._meta.app_label not in APPS:
            continue
        for column in model._meta.concrete_fields:
            if not isinstance(column, TEXT) or column.primary_key:
                continue
            name = column.name
            for ending in LANGUAGE_ENDINGS:
                name = name.removesuffix(ending)
            yield model, column, f"{model._meta.label}.{name}"


def test_every_text_field_is_listed_as_private_or_public():
    known = fields.PRIVATE | fields.PRIVATE_IN_SOME_ROWS | fields.MACHINE | fields.PUBLIC
    unlisted = {
        key
        for model, _column, key in text_fields()
        if key not in known and model._meta.label not in fields.PUBLIC_MODELS
    }
    assert unlisted == set()


def marker(column, pk):
    """A value for a field that can be told from every other text."""
    text = f"{MARK}-{column.name}-{pk}"
    if isinstance(column, models.JSONField):
        return {"x": text}
    if isinstance(column, models.EmailField) or column.name in {"address"}:
        return f"{text}@example.org"
    if isinstance(column, models.URLField):
        return f"https://{MARK}.example.org/{pk}"
    return text[: column.max_length] if column.max_length else text


@pytest.fixture
def marked(world):
    """The world with markers in it, except in the rows of the two who look."""
    readers = {world.people["member"].pk, world.people["other liaison"].pk}
    for model, column, key in text_fields():
        if key not in fields.PRIVATE:
            continue
        for row in model._default_manager.all():
            owner = row if isinstance(row, User) else getattr(row, "person", None)
            owner = owner or getattr(row, "user", None)
            if owner is not None and owner.pk in readers:
                continue
            if model._meta.label == "liaisons.MandateEvent":
                continue  # its table refuses changes; see below
            model._default_manager.filter(pk=row.pk).update(**{column.name: marker(column, row.pk)})
    event = world.event
    type(event).objects.create(
        mandate=event.mandate, kind=event.kind, actor=event.actor, message=f"{MARK}-message"
    )
    for person in User.objects.exclude(pk__in=readers).exclude(is_public_by_name=True):
        if person.is_staff:
            continue  # the Core Team's names are shown to liaisons
        User.objects.filter(pk=person.pk).update(
            display_name=f"{MARK}-name-{person.pk}",
            wiki_username=f"{MARK}-wiki-{person.pk}",
        )
    Group.objects.filter(pk=world.proposed.pk).update(
        name=f"{MARK}-proposed", local_name=f"{MARK}-local", page_url=f"https://{MARK}.example.org/"
    )
    Update.objects.filter(pk=world.draft_update.pk).update(
        title_en=f"{MARK}-draft", short_en=f"{MARK}-short", body_en=f"{MARK}-body"
    )
    Topic.objects.create(
        slug="hidden",
        working_group=world.topic.working_group,
        title_en=f"{MARK}-topic",
        short_en=f"{MARK}-topic",
        is_public=False,
    )
    return world


@pytest.mark.parametrize("role", ["anonymous", "member", "other liaison"])
def test_nobody_sees_what_is_private(role, marked, browser, caplog):
    caplog.set_level(logging.DEBUG)
    logging.getLogger("django.db.backends").setLevel(logging.INFO)
    client = browser(role)
    seen = 0
    for address in all_addresses():
        if address.is_admin:
            continue
        path = path_of(address, marked)
        for asked in {path, f"{path}?q={MARK}", path.replace("/en/", "/ar/", 1)}:
            response = undone(client, "get", asked)
            body = b"".join(response.streaming_content) if response.streaming else response.content
            if response.status_code == 200:
                seen += 1
            text = body.decode().replace(f"?q={MARK}", "").replace(f'value="{MARK}"', "")
            assert f"{MARK}-" not in text, asked
            assert f"{MARK}." not in text, asked
    assert seen > 20
    assert f"{MARK}-" not in caplog.text


def test_no_mail_shows_what_is_private_of_others(marked, settings):
    from django.core.management import call_command

    from mailing import recipients

    reader = marked.people["other liaison"]
    recipients.set_rhythm(reader, "daily")
    mail.outbox.clear()
    call_command("send_digests", person=reader.email)
    assert mail.outbox, "the digest did not go out"
    for message in mail.outbox:
        text = json.dumps([message.subject, message.body, *map(str, message.alternatives)])
        assert f"{MARK}-" not in text
