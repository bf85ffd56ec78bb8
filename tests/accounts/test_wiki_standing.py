"""What the wiki says about an account is taken over wherever its person is named."""

import threading
from datetime import timedelta

import pytest
from allauth.socialaccount.models import SocialAccount
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from liaisons.accounts import ways, wiki_accounts, wiki_standing
from liaisons.models import User
from tests.factories import GroupFactory, MandateFactory, UserFactory
from web import content_version
from web.models import Installation

from .wiki import LONG_AGO, linked, state_of

pytestmark = pytest.mark.usefixtures("without_pauses")


def test_a_rename_is_taken_over_everywhere(wiki, client):
    person = linked(wiki, 4711, is_public_by_name=True)
    group = GroupFactory(name="Group", slug="group")
    MandateFactory(confirmed=True, group=group, person=person)
    LogEntry.objects.create(
        user=person, action_flag=2, object_repr="Ada Lovelace", object_id=str(person.pk),
        content_type=ContentType.objects.get_for_model(User),
    )  # fmt: skip
    page = reverse("outreach_map:group_detail", args=["group"])
    assert "Ada Lovelace" in client.get(page).content.decode()
    wiki.accounts["4711"]["name"] = "Ada King"
    before = content_version.current()
    wiki_accounts.check()
    assert content_version.current() > before
    shown = client.get(page).content.decode()
    assert "Ada King" in shown
    assert "Lovelace" not in shown
    assert LogEntry.objects.get().object_repr == "Ada King"
    assert SocialAccount.objects.get().extra_data == {"username": "Ada King"}


def test_a_hidden_name_is_gone_from_every_page_and_comes_back(wiki, client):
    person = linked(wiki, 4711, display_name="Countess", is_public_by_name=True)
    group = GroupFactory(name="Group", slug="group")
    mandate = MandateFactory(confirmed=True, group=group, person=person)
    LogEntry.objects.create(
        user=person, action_flag=2, object_repr="Countess", object_id=str(person.pk),
        content_type=ContentType.objects.get_for_model(User),
    )  # fmt: skip
    team = Client()
    team.force_login(UserFactory(admin=True))
    pages = [
        (client, reverse("outreach_map:group_detail", args=["group"])),
        (team, reverse("admin:liaisons_user_changelist")),
        (team, reverse("admin:liaisons_user_change", args=[person.pk])),
        (team, reverse("admin:liaisons_mandate_changelist")),
        (team, reverse("admin:liaisons_mandate_change", args=[mandate.pk])),
        (team, reverse("admin:index")),
        (team, reverse("admin:liaisons_user_history", args=[person.pk])),
    ]
    Installation.objects.update(is_demo=True)  # the team's second step is not what is tested here

    def names_on(pages):
        found = set()
        for browser, page in pages:
            html = browser.get(page, follow=True).content.decode()
            found |= {(page, name) for name in ("Countess", "Ada Lovelace") if name in html}
        return found

    assert len({page for page, _name in names_on(pages)}) >= 4
    wiki.accounts["4711"]["hidden"] = True
    before = content_version.current()
    wiki_accounts.check()
    assert names_on(pages) == set()
    on_the_persons_page = team.get(pages[2][1]).content.decode()
    assert "Name hidden since <time" in on_the_persons_page
    assert content_version.current() > before
    person.refresh_from_db()
    assert person.public_name == person.wiki_username == ""
    assert "Countess" not in person.name_for_core_team
    assert SocialAccount.objects.get().extra_data == {}
    assert LogEntry.objects.get().object_repr == str(person.pk)
    del wiki.accounts["4711"]["hidden"]
    User.objects.filter(pk=person.pk).update(wiki_checked_at=timezone.now() - LONG_AGO)
    wiki_accounts.check()
    person.refresh_from_db()
    assert person.wiki_suppressed_at is None
    assert person.public_name == "Countess"
    assert person.wiki_username == "Ada Lovelace"
    assert LogEntry.objects.get().object_repr == "Countess"


@pytest.mark.parametrize("kind", ["user", "mandate"])
def test_a_hidden_name_is_not_found_by_the_admins_search(wiki, kind):
    person = linked(wiki, 4711, display_name="Countess")
    mandate = MandateFactory(confirmed=True, person=person)
    team = Client()
    team.force_login(UserFactory(admin=True))
    Installation.objects.update(is_demo=True)  # the team's second step is not what is tested here
    page = reverse(f"admin:liaisons_{kind}_changelist")
    rows = {"user": person, "mandate": mandate}
    row = reverse(f"admin:liaisons_{kind}_change", args=[rows[kind].pk])
    filters = {"mandate": {"status": "all"}}.get(kind, {})

    def found_by(words):
        return row in team.get(page, {"q": words, **filters}).content.decode()

    assert found_by("Countess")
    assert found_by("Lovelace")
    wiki.accounts["4711"]["hidden"] = True
    wiki_accounts.check()
    assert not found_by("Countess")
    assert not found_by("Lovelace")
    assert found_by({"user": person.email, "mandate": mandate.group.name}[kind])


@pytest.mark.parametrize("change", [{"name": "Ada King"}, {"locked": True}, {"hidden": True}])
def test_the_way_to_write_by_the_wiki_follows_on_the_groups_page(wiki, client, change):
    person = linked(wiki, 4711, display_name="Countess", is_public_by_name=True, contact_by="wiki")
    MandateFactory(confirmed=True, group=GroupFactory(slug="group"), person=person)
    page = reverse("outreach_map:group_detail", args=["group"])
    assert "EmailUser/Ada_Lovelace" in client.get(page).content.decode()
    wiki.accounts["4711"] |= change
    wiki_accounts.check()
    shown = client.get(page).content.decode()
    assert "EmailUser/Ada_Lovelace" not in shown
    assert ("EmailUser/Ada_King" in shown) == ("name" in change)


def test_a_lock_is_noted_and_taken_back(wiki):
    person = linked(wiki, 4711)
    wiki.accounts["4711"]["locked"] = True
    wiki_accounts.check()
    locked_at = state_of(person)["wiki_locked_at"]
    assert locked_at
    assert state_of(person)["wiki_username"] == "Ada Lovelace"
    User.objects.update(wiki_checked_at=timezone.now() - LONG_AGO)
    wiki_accounts.check()
    assert state_of(person)["wiki_locked_at"] == locked_at
    del wiki.accounts["4711"]["locked"]
    User.objects.update(wiki_checked_at=timezone.now() - LONG_AGO)
    wiki_accounts.check()
    assert state_of(person)["wiki_locked_at"] is None


def test_a_hidden_account_keeps_its_lock(wiki):
    person = linked(wiki, 4711)
    User.objects.update(wiki_locked_at=timezone.now())
    wiki.accounts["4711"]["hidden"] = True
    wiki_accounts.check()
    assert state_of(person)["wiki_locked_at"]


def test_nothing_is_written_where_nothing_changed_but_when(wiki):
    person = linked(wiki, 4711, display_name="Countess", is_public_by_name=True)
    before, state = content_version.current(), state_of(person)
    used = SocialAccount.objects.get().last_login
    wiki_accounts.check()
    after = state_of(person)
    assert after.pop("wiki_checked_at") > state.pop("wiki_checked_at")
    assert after == state
    assert content_version.current() == before
    # Asking is no sign-in.
    assert SocialAccount.objects.get().last_login == used


def test_an_answer_about_an_account_that_was_unlinked_meanwhile_is_dropped(wiki):
    person = linked(wiki, 4711)
    before = state_of(person)

    wiki.accounts["4711"]["hidden"] = True
    word = wiki_accounts.ask("4711")
    SocialAccount.objects.all().delete()
    assert wiki_standing.keep("4711", word) == set()
    assert state_of(person) == before


@pytest.mark.django_db(transaction=True)
def test_an_answer_that_waits_for_the_unlinking_is_dropped(wiki):
    person = linked(wiki, 4711)
    changes = []

    def keep():
        changes.append(wiki_standing.keep("4711", wiki_standing.Word("")))
        connection.close()

    answer = threading.Thread(target=keep)
    with transaction.atomic():
        ways.disconnect_wikimedia(person=person)
        answer.start()
        for _turn in range(100):
            with connection.cursor() as cursor:
                cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
                if cursor.fetchone()[0]:
                    break
            threading.Event().wait(0.1)
        else:
            pytest.fail("The answer did not wait.")
    answer.join()
    assert changes == [set()]
    assert state_of(person)["wiki_suppressed_at"] is None


def test_an_older_word_does_not_undo_a_newer_one(wiki):
    person = linked(wiki, 4711, checked=timedelta(0))
    asked_at = timezone.now() - timedelta(minutes=1)
    assert wiki_standing.keep("4711", wiki_standing.Word("Old"), said_at=asked_at) == set()
    assert state_of(person)["wiki_username"] == "Ada Lovelace"
