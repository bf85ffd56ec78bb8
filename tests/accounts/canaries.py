"""One person with everything the product can hold, and a marker in all of it."""

from collections import defaultdict

import pytest
from allauth.socialaccount.models import SocialAccount
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.test import Client
from django.utils import timezone

from liaisons import mandates
from liaisons.data_exports import making
from liaisons.models import Endorsement, SecondStepReset, User
from mailing import notices, recipients
from tests.factories import MandateFactory
from tests.harness.private_fields import MACHINE, PUBLIC_MODELS
from tests.harness.test_canaries import REFUSE_CHANGES, text_fields

MARK = "canary"
ADDRESS = f"{MARK}-alice@example.org"
# Hold to rules of their own; the addresses among them have a marker already.
LEFT_ALONE = {
    "account.EmailAddress.email",
    "liaisons.User.pseudonym",
    "mailing.Notice.address",
    "mailing.Recipient.address",
    "mailing.Recipient.address_hash",
}


def belongs_to(row, person) -> bool:
    """Whether a row is the person's own, or theirs through what belongs to them."""
    if row == person:
        return True
    mine = ("person", "user", "sender", "saved_by", "actor", "recipient", "mandate", "account")
    return any(
        belongs_to(other, person)
        for name in mine
        if isinstance(other := getattr(row, name, None), models.Model)
    )


def mark(person) -> dict[str, set[str]]:
    """Put a marker into each text of each row of a person; gives the markers by field."""
    marked = defaultdict(set)
    for model, column, name in text_fields():
        if name in MACHINE | REFUSE_CHANGES | LEFT_ALONE or column.choices:
            continue
        if model._meta.label in PUBLIC_MODELS or model._meta.label == "liaisons.Group":
            continue
        for row in model._default_manager.all():
            if not belongs_to(row, person):
                continue
            value = f"{MARK}-{column.name}-{row.pk}"
            if isinstance(column, models.JSONField):
                value = {"x": value}
            elif isinstance(column, models.EmailField):
                value = ADDRESS
            elif isinstance(column, models.URLField):
                value = f"https://{MARK}.example.org/{row.pk}"
            # What refuses any change was made with a text of its own.
            if model._meta.db_table in REFUSING:
                continue
            value = value[: column.max_length] if isinstance(value, str) else value
            model._default_manager.filter(pk=row.pk).update(**{column.name: value})
            marked[name].add(value["x"] if isinstance(value, dict) else value)
    return marked


REFUSING = {"liaisons_mandateevent", "liaisons_secondstepreset", "strategy_reportversion"}


@pytest.fixture
def leaving(world):
    """Alice of the world, with everything the product can hold, and a marker in all of it."""
    alice, frank = world.people["liaison"], world.people["superuser"]
    User.objects.filter(pk=alice.pk).update(email=ADDRESS, pseudonym="")
    alice.refresh_from_db()
    alice.emailaddress_set.update(email=ADDRESS)
    recipients.sync_user(alice, ADDRESS, "en", "UTC")
    SocialAccount.objects.create(user=alice, provider="mediawiki", uid="17", extra_data={})
    alice.language_skills.get_or_create(language_id="sw")
    application = MandateFactory(person=alice, explained=True)
    mandates.ask_for_more(mandate=application, by=frank, message=f"Dear {MARK}, who agreed?")
    mandates.answer_more(mandate=application, by=alice, message=f"{MARK} did.")
    Endorsement.objects.create(mandate=world.application, person=alice, verdict="contests",
                               reason="x")  # fmt: skip
    notices.send("mandate_received", ADDRESS, {"mandate_id": application.pk})
    LogEntry.objects.create(
        user=frank, content_type=ContentType.objects.get_for_model(User), object_id=str(alice.pk),
        object_repr=f"{MARK} Alice", action_flag=2, change_message="[]",
    )  # fmt: skip
    SecondStepReset.objects.create(
        person=alice, by=frank, reason=f"{MARK} lost her phone.", expires_at=timezone.now()
    )
    browser = Client()
    browser.force_login(alice, backend="django.contrib.auth.backends.ModelBackend")
    session = browser.session
    session["unsaved"] = {"place": "x", "typed": f"{MARK}-typed"}
    session.save()
    alice.marked = mark(alice)
    assert len(alice.marked) > 20, alice.marked
    making.request(alice)
    making.make_due()
    marked, alice = alice.marked, User.objects.get(pk=alice.pk)
    alice.marked = marked
    return alice
