"""A marker in every private field: nobody else ever sees one on a page, in a mail or a log."""

import json
import logging
import re

import pytest
from allauth.socialaccount.models import SocialAccount, SocialToken
from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.core import mail
from django.core.management import call_command
from django.db import models
from django.urls import reverse
from django.utils import timezone

from liaisons import group_search, mandates
from liaisons.models import SecondStepReset, User
from mailing import deliver, recipients, transport
from mailing.models import Bounce, MailDomain, Notice, Recipient, Suppression
from mailing.transport import Permanent, Temporary
from strategy import responses
from strategy.models import Relay, Statement, Topic, TopicQuestion
from web import content_version

from . import private_fields as fields
from .addresses import all_addresses
from .visits import path_of, undone

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
def letters(world):
    """The world with mails behind it, and what else is only there once something has happened."""
    people = world.people
    deliver.send_due()
    call_command("send_digests", person=people["liaison"].email)
    frank, carol = people["superuser"], people["applicant"]
    mandates.ask_for_more(mandate=world.application, by=frank, message=f"{MARK}-asked")
    mandates.answer_more(mandate=world.application, by=carol, message=f"{MARK}-answered")
    deliver.send_due()
    SecondStepReset.objects.create(
        person=people["editor"], by=frank, reason=f"{MARK}-reset", expires_at=timezone.now()
    )
    to_an_address = Notice.objects.order_by("pk").last()
    to_an_address.pk, to_an_address.recipient = None, None
    to_an_address.address, to_an_address.message_id = "new@example.org", "<1@example.org>"
    to_an_address.save()
    Suppression.objects.create(
        address_hash="0" * 64, reason=Suppression.Reason.values[0], detail="550"
    )
    MailDomain.objects.create(domain="example.org", said="450")
    Bounce.objects.create(
        kind="soft", source="mailbox", notice=to_an_address, address_hash="0" * 64, said="452",
    )  # fmt: skip
    Relay.objects.create(
        update=world.update, group=world.group, person=people["liaison"], channel="newsletter",
        language_id="sw", withdrawn_at=timezone.now(),
    )  # fmt: skip
    hidden = Topic.objects.create(
        slug="hidden",
        working_group=world.topic.working_group,
        title_en="x",
        short_en="x",
        is_public=False,
    )
    TopicQuestion.objects.create(topic=hidden, position=1, kind="scoping", text_en="x")
    account = SocialAccount.objects.create(user=carol, provider="mediawiki", uid="1", extra_data={})
    SocialToken.objects.create(account=account, token="t", token_secret="s")
    return world


@pytest.fixture
def marked(letters):
    """The world with markers in it, except in the rows of the two who look."""
    world = letters
    readers = {world.people["member"].pk, world.people["other liaison"].pk}
    missing = set(fields.PRIVATE)
    for model, column, key in text_fields():
        if key not in fields.PRIVATE:
            continue
        if key in REFUSE_CHANGES:
            missing.discard(key)
            continue
        for row in model._default_manager.all():
            owner = row if isinstance(row, User) else getattr(row, "person", None)
            owner = owner or getattr(row, "user", None)
            if owner is not None and owner.pk in readers:
                continue
            if key == "mailing.Notice.address" and not row.address:
                continue  # it goes to somebody with an account
            missing.discard(key)
            model._default_manager.filter(pk=row.pk).update(**{column.name: marker(column, row.pk)})
    assert missing == set(), "the world has no row to put a marker into"
    unmarked = set(fields.PRIVATE_IN_SOME_ROWS)
    for model, column, key in text_fields():
        if key in fields.PRIVATE_IN_SOME_ROWS:
            assert key in HIDDEN_ROWS, f"say in HIDDEN_ROWS in which rows {key} is private"
            rows = HIDDEN_ROWS[key](world, model._default_manager.all())
            for row in rows:
                unmarked.discard(key)
                text = marker(column, row.pk)
                model._default_manager.filter(pk=row.pk).update(**{column.name: text})
    assert unmarked == set(), "the world has no row to put a marker into"
    content_version.bump()
    group_search.refresh_search_text()
    return world


# The tables refuse changes: their markers are written by ``letters``.
REFUSE_CHANGES = {"liaisons.MandateEvent.message", "liaisons.SecondStepReset.reason"}


def _hidden_people(world, people):
    """Those not public by name; the Core Team's names are shown to liaisons."""
    readers = [world.people["member"].pk, world.people["other liaison"].pk]
    return people.filter(is_public_by_name=False, is_staff=False).exclude(pk__in=readers)


def _not_readable(world, rows):
    """Of a withdrawn update the title is shown, with the reason, and nothing else."""
    return rows.filter(pk__in=[world.draft_update.pk, world.withdrawn_update.pk])


def _not_listed(world, groups):
    return groups.filter(pk=world.proposed.pk)


# In which rows a field is private that everyone may read in others.
HIDDEN_ROWS = {
    "liaisons.User.display_name": _hidden_people,
    "liaisons.User.wiki_username": _hidden_people,
    "liaisons.Group.name": _not_listed,
    "liaisons.Group.local_name": _not_listed,
    "liaisons.Group.host": _not_listed,
    "liaisons.Group.page_url": _not_listed,
    "strategy.Image.alt": lambda world, images: images.filter(update=world.draft_update),
    "strategy.Image.credit": lambda world, images: images.filter(update=world.draft_update),
    "strategy.Relay.url": lambda world, relays: relays.filter(withdrawn_at__isnull=False),
    "strategy.SourceText.text": lambda world, rows: rows.filter(
        kind="update", object_id=world.draft_update.pk
    ),
    "strategy.Update.title": lambda world, rows: rows.filter(pk=world.draft_update.pk),
    "strategy.Update.short": _not_readable,
    "strategy.Update.body": _not_readable,
    "strategy.Update.search_text": lambda world, rows: rows.filter(pk=world.draft_update.pk),
    "strategy.Topic.title": lambda world, rows: rows.filter(is_public=False),
    "strategy.Topic.short": lambda world, rows: rows.filter(is_public=False),
    "strategy.TopicQuestion.text": lambda world, rows: rows.filter(topic__is_public=False),
}


def seen_in(text: str) -> list[str]:
    """The markers in a text."""
    return sorted(set(re.findall(rf"{MARK}[-.][\w.@-]*", text)))


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
            # Also a picture is looked through.
            text = (
                body.decode(errors="replace")
                .replace(f"?q={MARK}", "")
                .replace(f'value="{MARK}"', "")
            )
            assert seen_in(text) == [], asked
            assert seen_in(str(response.headers).replace(f"?q={MARK}", "")) == [], asked
    assert seen > 20
    assert seen_in(caplog.text) == []


@pytest.mark.parametrize("path", ["/en/groups/", "/en/map/", "/en/statements/", "/en/reports/"])
def test_a_search_for_what_is_private_finds_nothing(path, marked, client):
    """Nobody learns whether a hidden name, a draft or a proposed group exists by searching it."""
    for text in (f"{MARK}-display_name", f"{MARK}-name-{marked.proposed.pk}", f"{MARK}-title_en"):
        found = client.get(path, {"q": text}).content.decode()
        nothing = client.get(path, {"q": "z" * len(text)}).content.decode()
        assert found.replace(text, "") == nothing.replace("z" * len(text), ""), text


@pytest.mark.parametrize("role", ["applicant", "liaison", "superuser"])
def test_no_log_line_shows_what_is_private(role, marked, browser, caplog):
    """The people themselves and the Core Team act on pages full of it; the log says nothing."""
    caplog.set_level(logging.DEBUG)
    logging.getLogger("django.db.backends").setLevel(logging.INFO)
    client = browser(role)
    client.raise_request_exception = False
    typed = {"email": f"{MARK}-typed@example.org", "message": f"{MARK}-typed", "q": f"{MARK}-typed"}
    for address in all_addresses():
        if not address.is_admin:
            undone(client, "get", path_of(address, marked))
            undone(client, "post", path_of(address, marked), typed)
    for model in admin.site._registry:
        stem = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        client.get(reverse(f"{stem}_changelist"))
        row = model._default_manager.first()
        if row is not None:
            client.get(reverse(f"{stem}_change", args=[row.pk]))
    assert seen_in(caplog.text) == []


def test_no_log_line_shows_who_a_mail_was_for(marked, caplog, monkeypatch):
    """Sent, refused for good, and put off: none of it names an address or a text."""
    caplog.set_level(logging.DEBUG)
    logging.getLogger("django.db.backends").setLevel(logging.INFO)
    for said in (None, Permanent("550 5.1.1 no"), Temporary("450 4.2.1 later")):
        with_answer(monkeypatch, said)
        responses.answer(
            statements=[new_statement(marked)],
            texts={"text_en": "პასუხი"},
            by=marked.people["editor"],
        )
        deliver.send_due()
        call_command("send_digests", person=marked.people["other liaison"].email)
    assert seen_in(caplog.text) == []


def with_answer(monkeypatch, said):
    """Let the mail server say this to every message; None lets them pass."""
    sends = transport.BackendTransport.send

    def answers(self, *args, **kwargs):
        if said is not None:
            raise said
        return sends(self, *args, **kwargs)

    monkeypatch.setattr(transport.BackendTransport, "send", answers)


def new_statement(world):
    """One more statement of the world's report, which nobody has answered."""
    number = world.report.statements.count() + 1
    return Statement.objects.create(report=world.report, number=number, text="აზრი")


def test_no_mail_shows_what_is_private_of_others(marked):
    """Digests, and the letters of each thing that happens: to nobody but their own."""
    people = marked.people
    for role in ("other liaison", "member", "liaison"):
        person = User.objects.get(pk=people[role].pk)
        recipients.set_rhythm(person, "daily")
    mail.outbox.clear()
    call_command("send_digests", person=people["other liaison"].email)
    responses.answer(
        statements=[new_statement(marked)], texts={"text_en": "პასუხი"}, by=people["editor"]
    )
    mandates.end_mandate(mandate=marked.mandate, by=people["superuser"], reason="მიზეზი")
    mandates.decline(mandate=marked.application, by=people["superuser"], message="არა")
    deliver.send_due()
    assert len(mail.outbox) > 3, "the mails did not go out"
    for message in mail.outbox:
        text = json.dumps([message.subject, message.body, *map(str, message.alternatives)])
        assert [found for found in seen_in(text) if not is_own(found, message, marked)] == []


def is_own(found, message, world) -> bool:
    """Whether a marker is of the one person this mail goes to."""
    (address,) = message.to
    owner = Recipient.objects.filter(address=address, user__isnull=False).first()
    if owner is None:
        return False
    own = {f"display_name-{owner.user_id}", f"wiki_username-{owner.user_id}"}
    return any(found.endswith(ending) for ending in own)
