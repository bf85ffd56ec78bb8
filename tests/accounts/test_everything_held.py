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
from liaisons.data_exports import archive, labels, readable
from liaisons.models import Mandate, User
from mailing import notices, recipients
from mailing.models import Notice, Preference, Recipient
from tests.factories import CountryFactory, MandateFactory, UserFactory

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


def entries_of(held, section, parent):
    """Each name under which something stands, however deep, with what it is part of."""
    if isinstance(held, dict):
        for name, inner in held.items():
            yield section, parent, name
            yield from entries_of(inner, section, name)
    elif isinstance(held, list):
        for inner in held:
            yield from entries_of(inner, section, parent)


def without_a_word(people):
    return {
        f"{section}: {parent}.{name}"
        for person in people
        for section, held in personal_data.held_on(person).items()
        for _section, parent, name in entries_of(held, section, section)
        # What the marker is put into was of another form.
        if name != "x" and labels.label_of(name, section=section, parent=parent) is None
    }


def test_each_entry_is_called_by_a_word_for_people(world):
    """As it is, with all that is kept as JSON: a report's versions, a mail's story."""
    alice = world.people["liaison"]
    recipients.sync_user(alice, alice.email, "en", "UTC")
    SocialAccount.objects.create(
        user=alice, provider="mediawiki", uid="17", extra_data={"username": "Alice"}
    )
    a_mail_with_a_story(alice)
    assert without_a_word([one for one in world.people.values() if one]) == set()


def a_mail_with_a_story(person):
    """A mail that the server took at the second try."""
    notices.send("mandate_received", person, {"mandate_id": person.mandates.first().pk})
    notice = Notice.objects.filter(recipient__user=person).latest("pk")
    notice.story = [{"at": "2026-03-01T09:00:00+00:00", "what": "retry", "detail": "450 busy"}]
    notice.save(update_fields=["story"])


def test_each_entry_is_called_by_a_word_for_people_where_all_is_filled(leaving, world):
    assert without_a_word([leaving, world.people["editor"]]) == set()


def test_no_code_is_shown_to_people(world):
    """What the database keeps as a code stands in words: states, reasons, languages, countries."""
    alice = world.people["liaison"]
    User.objects.filter(pk=alice.pk).update(country=CountryFactory(iso2="KE"), language="ar")
    alice.refresh_from_db()
    alice.language_skills.update_or_create(language_id="sw", defaults={"level": "fluent"})
    recipients.sync_user(alice, alice.email, "ar", "UTC")
    a_mail_with_a_story(alice)
    _as_json, as_html = read(alice)
    codes = {
        str(code)
        for model in apps.get_models()
        for column in model._meta.concrete_fields
        for code, _label in column.flatchoices
        if code and not str(code).isdigit()
    }
    shown = set(re.findall(r"<bdi>(.*?)</bdi>", as_html))
    assert "السواحلية" in shown
    assert "كينيا" in shown
    assert shown & (codes | {"KE", "sw"}) == set()


def test_what_was_chosen_in_the_digest_is_said_in_words(world, alice):
    recipients.sync_user(alice, alice.email, "en", "UTC")
    chosen = {"topics": [world.topic.slug]}
    Preference.objects.filter(recipient__user=alice).update(choices=chosen)
    _as_json, as_html = read(alice)
    assert '<dt>Topics</dt><dd><ul class="plain"><li><bdi>ადვოკატირება</bdi>' in as_html


def test_what_is_empty_is_left_out_and_named_at_the_end(dave):
    _as_json, as_html = read(dave)
    before, after = as_html.split('<section id="nothing">')
    assert ">Relays<" not in before
    assert "<li>Relays</li>" in after
    assert "–" not in before.split("</h1>")[1]
    for label in ("Away until", "away until", "country"):
        assert f"<dt>{label}</dt>" not in as_html


def test_a_long_list_is_folded_and_says_how_long_it_is(alice):
    recipients.sync_user(alice, alice.email, "en", "UTC")
    for _number in range(readable.MOST_AT_ONCE + 1):
        a_mail_with_a_story(alice)
    _as_json, as_html = read(alice)
    assert "<summary>13 entries</summary>" in as_html
    assert as_html.count("450 busy") == 13


def test_what_is_for_reading_is_in_the_person_s_language(leaving):
    leaving.language = "fr"
    _as_json, as_html = read(leaving)
    for word in ("numéro", "préférences de courriel"):
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
    for said in ("canary, who agreed?", "canary did.", "canary-reason", "canary lost her phone."):
        assert said in as_json


def test_and_in_nobody_else_s(leaving, world):
    for role in ("applicant", "member", "other liaison", "editor"):
        for text in read(world.people[role]):
            assert "canary" not in text, role
