"""Everything held on a person is in their download, and in nobody else's."""

import json
import re
import zipfile
from io import BytesIO

import pytest
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import connection, models
from django.test.utils import CaptureQueriesContext

from liaisons import personal_data
from liaisons.data_exports import archive, labels
from liaisons.models import Mandate, User
from mailing import recipients
from mailing.models import Recipient
from tests.factories import MandateFactory, UserFactory

# A number that stands in no query for another reason.
NUMBER = 987_654_321
# Tables that hold something on a person and are not asked for when their data is put together.
NOT_GATHERED = {
    "liaisons.User.email": "the account itself",
    "account.EmailConfirmation.email_address": "allauth's own table; our codes are never stored",
    "liaisons.Letter.sender_address": "without an account nobody can be known to ask for it",
    "mailing.Notice.address": "mail to an address without an account",
    "mailing.Recipient.address": "asked for by the account it belongs to",
    "mailing.SectionCursor.recipient": "how far the digest has come; no more than a number",
    "socialaccount.SocialToken.account": "never stored (SOCIALACCOUNT_STORE_TOKENS)",
    "liaisons.Endorsement.mandate": "what others say of it is theirs, and said to the Core Team",
}


# Rows of these belong to a person; what points to one belongs to the person too.
OF_A_PERSON = (User, Recipient, Mandate, SocialAccount, EmailAddress)


def leads_to_a_person():
    """Each column by which a row belongs to a person: (its name, table, column)."""
    for model in apps.get_models():
        for column in model._meta.concrete_fields:
            if isinstance(column, models.EmailField) or column.related_model in OF_A_PERSON:
                yield f"{model._meta.label}.{column.name}", model._meta.db_table, column


@pytest.fixture
def asked(db):
    """The queries by which everything held on one person is put together."""
    person = UserFactory(pk=NUMBER)
    recipients.sync_user(person, person.email, "en", "UTC")
    MandateFactory(person=person, confirmed=True)
    with CaptureQueriesContext(connection) as queries:
        personal_data.held_on(person)
    return [query["sql"] for query in queries]


def is_asked_for(table, column, asked) -> bool:
    if column.related_model is User:
        by_number = re.compile(rf'"{table}"\."{column.column}" = {NUMBER}\b')
        return any(by_number.search(sql) for sql in asked)
    # Through the mandates, the recipient or an account of this person.
    return any(f'"{table}"."{column.column}"' in sql for sql in asked)


def test_each_column_that_leads_to_a_person_is_asked_for(asked):
    missing = [
        name
        for name, table, column in leads_to_a_person()
        if name not in NOT_GATHERED and not is_asked_for(table, column, asked)
    ]
    assert missing == [], "held on a person, and not in what they can download"


def test_what_is_left_out_is_there_to_be_left_out():
    assert set(NOT_GATHERED) <= {name for name, _table, _column in leads_to_a_person()}


def test_each_section_has_a_heading_for_people(asked):
    assert [key for key in personal_data._sections if personal_data.heading_of(key) == key] == []


def test_roles_and_the_admin_s_log_are_in_it(frank):
    LogEntry.objects.create(
        user=frank, content_type=ContentType.objects.get_for_model(User), object_id="7",
        object_repr="Somebody", action_flag=2, change_message="[]",
    )  # fmt: skip
    held = personal_data.held_on(frank)
    assert len(held["core_team_work"]["done_in_the_admin"]) == 1


def read(person) -> tuple[str, str]:
    """The two files of a person's archive."""
    with zipfile.ZipFile(BytesIO(archive.of(person))) as packed:
        return tuple(packed.read(name).decode() for name in (archive.JSON_NAME, archive.HTML_NAME))


def test_both_files_hold_the_same(alice):
    recipients.sync_user(alice, alice.email, "en", "UTC")
    as_json, as_html = read(alice)
    assert json.loads(as_json)["account"]["email"] == "alice@example.org"
    assert "alice@example.org" in as_html


# Entries for which no page and no model has a word yet: they stand under their name in the JSON.
WITHOUT_A_LABEL = {
    "browser", "context", "done_in_the_admin", "email_last_used_to_sign_in", "email_since",
    "first_sign_in", "invitations_to_a_successor", "last_used", "made", "primary", "read",
    "requested_at", "said_at", "saved_at", "signed_in", "told", "took_over_from_mandate",
    "undelivered_at", "used", "wikimedia_account_locked", "wikimedia_name_checked",
    "wikimedia_name_hidden",
}  # fmt: skip
# What is in these is as it came: from the wiki, from a form, from a template's context.
AS_IT_CAME = {"content", "context", "data", "story", "told"}


def keys_in(held):
    """Each name under which something stands, however deep."""
    if isinstance(held, dict):
        yield from held
        held = [value for key, value in held.items() if key not in AS_IT_CAME]
    if isinstance(held, list):
        for entry in held:
            yield from keys_in(entry)


def test_each_entry_is_called_by_a_word_of_the_pages(leaving, world):
    found = set()
    for person in (leaving, world.people["editor"]):
        for section in personal_data.held_on(person).values():
            found |= set(keys_in(section))
    assert sorted(found - set(labels.LABELS) - WITHOUT_A_LABEL) == []
    assert sorted(WITHOUT_A_LABEL - found) == [], "named above, and not held"


def test_what_is_for_reading_is_in_the_person_s_language(leaving):
    leaving.language = "fr"
    _as_json, as_html = read(leaving)
    for word in ("numéro", "destinataire", "préférences de courriel"):
        assert f"<dt>{word}</dt>" in as_html
    assert "<dt>number</dt>" not in as_html


# Markers of a person's rows that they are not given.
NOT_TOLD = {
    "liaisons.User.username": "opaque, never shown",
    "liaisons.Mandate.share_nonce": "part of a link",
    "liaisons.Endorsement.reason": "what members said of a mandate is theirs; one's own is given",
    "liaisons.Letter.sender_address": "of who wrote; one's own is given",
    "strategy.ReportVersion.content": "refuses the marker; given as published",
}


def test_each_marker_in_what_is_private_is_in_their_download(leaving):
    as_json, as_html = read(leaving)
    for name, markers in leaving.marked.items():
        if name in NOT_TOLD:
            continue
        assert [one for one in markers if one not in as_json] == [], name
        assert [one for one in markers if one not in as_html] == [], name
    for said in ("canary, who agreed?", "canary did.", "canary-reason"):
        assert said in as_json


def test_and_in_nobody_else_s(leaving, world):
    for role in ("applicant", "member", "other liaison", "editor"):
        for text in read(world.people[role]):
            assert "canary" not in text, role
