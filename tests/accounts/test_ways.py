"""The ways to sign in: connected and taken away, never merged, never none left."""

import threading

import pytest
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core import mail
from django.db import connection
from django.test import Client
from django.urls import reverse

from liaisons.accounts import ways, wiki_standing
from liaisons.errors import Refused
from liaisons.models import User
from mailing import recipients
from mailing.models import Recipient
from tests.factories import GroupFactory, MandateFactory, UserFactory
from web import content_version
from web.models import Installation

from .conftest import code_in
from .wiki import (
    at_the_wiki,
    back_from_the_wiki,
    prove_lately,
    signed_in_person,
    through_wikimedia,
)

PAGE = "liaisons:settings_sign_in"
CONNECT = "liaisons:settings_sign_in_connect"
DISCONNECT = "liaisons:settings_sign_in_disconnect"
REMOVE = "liaisons:settings_sign_in_remove_email"


@pytest.fixture
def ada(client, come_in):
    """Somebody who just came in by a code."""
    come_in("ada@example.org")
    return signed_in_person(client)


def connect(client):
    """From our page through the wiki and back; what is said then."""
    start = client.post(reverse(CONNECT))
    return client.get(back_from_the_wiki(start), follow=True).content.decode()


def link(person, uid="4711", name="Ada Lovelace"):
    return ways.connect_wikimedia(person=person, uid=uid, name=name)


def test_an_account_by_mail_connects_wikimedia_and_can_come_in_by_both(client, wiki, ada, come_in):
    wiki.profile["email"] = "other@example.org"
    mail.outbox.clear()
    assert "is connected" in connect(client)
    ada.refresh_from_db()
    assert ada.wiki_username == "Ada Lovelace"
    assert ada.email == "ada@example.org"
    [notice] = mail.outbox
    assert notice.to == ["ada@example.org"]
    assert "was connected" in notice.body
    client.logout()
    through_wikimedia(client)
    assert signed_in_person(client) == ada
    client.logout()
    come_in("ada@example.org")
    assert signed_in_person(client) == ada
    assert User.objects.count() == 1


def test_the_page_says_since_when_and_when_last(client, wiki, ada):
    page = client.get(reverse(PAGE)).content.decode()
    assert "ada@example.org" in page
    assert "Not connected." in page
    assert page.count("Since ") == 1
    assert page.count("Last used ") == 1
    connect(client)
    page = client.get(reverse(PAGE)).content.decode()
    assert "Ada Lovelace" in page
    assert page.count("Since ") == 2
    assert page.count("Last used ") == 2


def test_a_wikimedia_account_of_another_account_stays_there(client, wiki, ada):
    other = Client()
    wiki.profile["email"] = None
    through_wikimedia(other)
    owner = signed_in_person(other)
    mail.outbox.clear()
    page = connect(client)
    assert "belongs to another account here" in page
    assert "never merged" in page
    assert SocialAccount.objects.get().user == owner
    ada.refresh_from_db()
    assert ada.wiki_username == ""
    assert signed_in_person(client) == ada
    assert mail.outbox == []


def test_connecting_once_more_says_so(client, wiki, ada):
    start = client.post(reverse(CONNECT))
    link(ada)
    page = client.get(back_from_the_wiki(start), follow=True).content.decode()
    assert "already" in page
    assert SocialAccount.objects.count() == 1
    assert client.post(reverse(CONNECT)).url == reverse(PAGE)


def test_a_second_wikimedia_account_is_refused(client, wiki, ada):
    start = client.post(reverse(CONNECT))
    link(ada, uid="1", name="Another")
    page = client.get(back_from_the_wiki(start), follow=True).content.decode()
    assert "Disconnect that one first" in page
    assert SocialAccount.objects.get().uid == "1"


def test_stopping_at_the_wiki_leads_back_to_the_page(client, wiki, ada):
    wiki.refuses = True
    page = connect(client)
    assert "Nothing was changed" in page
    assert "Ways to sign in" in page
    assert not SocialAccount.objects.exists()


def test_a_hidden_account_is_not_connected(client, wiki, ada):
    wiki.profile = {"sub": 4711, "blocked": True}
    start = client.post(reverse(CONNECT))
    assert client.get(back_from_the_wiki(start)).status_code == 403
    assert not SocialAccount.objects.exists()
    assert User.objects.get().wiki_suppressed_at is None


@pytest.mark.parametrize("name", [CONNECT, DISCONNECT, REMOVE])
def test_each_change_asks_again_who_it_is(client, wiki, ada, settings, name):
    link(ada)
    settings.FRESH_SIGN_IN_MINUTES = -1
    for method in (client.get, client.post):
        assert method(reverse(name)).url.startswith(reverse("account_reauthenticate"))
    assert SocialAccount.objects.count() == EmailAddress.objects.count() == 1


def test_nothing_is_changed_by_a_get_or_without_the_token(wiki, ada, client):
    link(ada)
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = client.cookies
    for name in (DISCONNECT, REMOVE):
        assert strict.get(reverse(name)).status_code == 200
        assert strict.post(reverse(name)).status_code == 403
    SocialAccount.objects.all().delete()
    assert strict.get(reverse(CONNECT)).status_code == 200
    assert strict.post(reverse(CONNECT)).status_code == 403
    assert wiki.challenges == []


def test_a_victim_cannot_be_made_to_connect_somebody_elses_wikimedia_account(client, wiki, ada):
    """Eve begins, allows it at the wiki, and sends Ada her way back."""
    eve = Client()
    wiki.profile |= {"sub": 666, "username": "Eve", "email": None}
    traps = [at_the_wiki(eve)]
    eve.force_login(UserFactory(email="eve@example.org"))
    prove_lately(eve, signed_in_person(eve))
    traps.append(back_from_the_wiki(eve.post(reverse(CONNECT))))
    for trap in traps:
        client.get(trap)
        assert signed_in_person(client) == ada
        assert not SocialAccount.objects.exists()


def test_a_state_that_somebody_else_began_connects_nobody(client, wiki, ada):
    """Another account is signed in under the same session when the answer comes."""
    back = back_from_the_wiki(client.post(reverse(CONNECT)))
    session = client.session
    for state in session["socialaccount_states"].values():
        state[0]["data"]["person"] = ada.pk + 1
    session.save()
    assert "did not work" in client.get(back, follow=True).content.decode()
    assert not SocialAccount.objects.exists()


def test_a_state_for_signing_in_does_not_connect(client, wiki, ada):
    wiki.profile["email"] = None
    client.get(at_the_wiki(client))
    assert SocialAccount.objects.get().user != ada


def test_disconnecting_leaves_the_address_and_frees_the_wikimedia_account(client, wiki, come_in):
    wiki.profile["email"] = "ada@example.org"
    through_wikimedia(client)
    ada = signed_in_person(client)
    ada.is_public_by_name, ada.prefers_talk_page, ada.contact_by = True, True, "wiki"
    ada.save()
    recipients.set_channel(ada, "talk_page", "monthly")
    before = content_version.current()
    mail.outbox.clear()
    page = client.get(reverse(DISCONNECT)).content.decode()
    assert "ada@example.org" in page
    assert "talk page" in page
    client.post(reverse(DISCONNECT))
    ada.refresh_from_db()
    assert not SocialAccount.objects.exists()
    assert (ada.wiki_username, ada.public_name, ada.contact_by) == ("", "", "none")
    # The news that came to the talk page come by mail.
    assert not ada.prefers_talk_page
    preference = recipients.preference_of(ada)
    assert (preference.channel, preference.rhythm) == ("email", "monthly")
    assert content_version.current() > before
    assert "was disconnected" in mail.outbox[-1].body
    client.logout()
    # Whoever comes with it now is somebody new, and is not kept out.
    wiki.profile["email"] = None
    through_wikimedia(client)
    assert signed_in_person(client) != ada
    assert signed_in_person(client).username == "wm:4711"


def test_what_the_wiki_hid_does_not_come_back_by_disconnecting(client, wiki, ada):
    ada = link(ada)
    User.objects.update(display_name="Hidden", is_public_by_name=True)
    wiki_standing.keep("4711", wiki_standing.Word(""))
    client.post(reverse(DISCONNECT))
    ada.refresh_from_db()
    assert (ada.display_name, ada.wiki_username) == ("", "")
    assert ada.wiki_suppressed_at is None


def test_the_last_way_stays_whichever_it_is(client, wiki, ada):
    page = client.post(reverse(REMOVE), follow=True).content.decode()
    assert "could not sign in any more" in page
    assert EmailAddress.objects.count() == 1
    wiki.profile |= {"sub": 1, "email": None}
    other = Client()
    through_wikimedia(other)
    page = other.post(reverse(DISCONNECT), follow=True).content.decode()
    assert "could not sign in any more" in page
    assert SocialAccount.objects.count() == 1


@pytest.mark.parametrize("field", ["wiki_locked_at", "wiki_suppressed_at"])
def test_a_wikimedia_account_that_cannot_sign_in_is_no_way(client, wiki, ada, field):
    link(ada)
    User.objects.update(**{field: ada.date_joined})
    assert "could not sign in" in client.post(reverse(REMOVE), follow=True).content.decode()
    assert User.objects.get().email


def test_wikimedia_is_no_way_where_it_is_turned_off(client, wiki, ada, settings):
    link(ada)
    settings.WIKIMEDIA_CLIENT_ID = ""
    client.post(reverse(REMOVE))
    assert User.objects.get().email
    assert client.get(reverse(PAGE)).status_code == 200
    assert client.post(reverse(CONNECT)).url == reverse(PAGE)
    assert wiki.challenges == []


def test_removing_the_address_stops_mail_and_takes_the_password(client, wiki, ada):
    link(ada)
    ada.refresh_from_db()
    ada.set_password("a long enough one")
    ada.save()
    elsewhere = Client()
    elsewhere.force_login(ada)
    client.force_login(ada)
    prove_lately(client, ada)
    mail.outbox.clear()
    assert "All mail stops" in client.get(reverse(REMOVE)).content.decode()
    client.post(reverse(REMOVE))
    ada.refresh_from_db()
    assert (ada.email, ada.has_usable_password()) == ("", False)
    assert not EmailAddress.objects.exists()
    assert Recipient.objects.get(user=ada).address == ""
    assert "was removed" in mail.outbox[-1].body
    assert mail.outbox[-1].to == ["ada@example.org"]
    assert signed_in_person(client) == ada
    assert client.get(reverse(PAGE)).status_code == 200
    assert elsewhere.get(reverse(PAGE)).status_code == 302
    assert client.post(reverse(REMOVE)).status_code == 302


def test_the_core_team_keeps_an_address(client, wiki, ada):
    link(ada)
    User.objects.update(is_staff=True)
    Installation.objects.update(is_demo=True)  # else a second step is asked for first
    page = client.post(reverse(REMOVE), follow=True).content.decode()
    assert "keep an e-mail address" in page
    assert User.objects.get().email


def test_the_admins_log_takes_over_names(client, wiki, ada):
    LogEntry.objects.create(
        user=ada, action_flag=2, object_repr="old", object_id=str(ada.pk),
        content_type=ContentType.objects.get_for_model(User),
    )  # fmt: skip
    link(ada)
    assert LogEntry.objects.get().object_repr == "Ada Lovelace"
    ways.disconnect_wikimedia(person=ada)
    assert "Ada" not in LogEntry.objects.get().object_repr


def at_once(*doings):
    """Do all of it at the same moment, each on a connection of its own; what each raised."""
    outcomes, start = [None] * len(doings), threading.Barrier(len(doings))

    def do(number, doing):
        start.wait()
        try:
            doing()
        except Exception as error:
            outcomes[number] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=do, args=pair) for pair in enumerate(doings)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", range(5))
def test_two_tabs_at_once_cannot_take_both_ways(wiki, turn):
    person = UserFactory(email="ada@example.org")
    link(person)
    outcomes = at_once(
        lambda: ways.disconnect_wikimedia(person=person),
        lambda: ways.remove_address(person=person),
    )
    assert sorted(isinstance(one, Refused) for one in outcomes) == [False, True]
    person.refresh_from_db()
    assert bool(person.email) != SocialAccount.objects.filter(user=person).exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", range(5))
def test_two_accounts_at_once_cannot_connect_the_same_wikimedia_account(wiki, turn):
    people = [UserFactory(), UserFactory()]
    outcomes = at_once(*(lambda person=person: link(person) for person in people))
    assert sorted(isinstance(one, Refused) for one in outcomes) == [False, True]
    assert SocialAccount.objects.count() == 1
    assert User.objects.filter(wiki_username="Ada Lovelace").count() == 1


@pytest.mark.django_db(transaction=True)
def test_one_account_at_once_cannot_connect_two_wikimedia_accounts(wiki):
    person = UserFactory()
    outcomes = at_once(lambda: link(person, uid="1"), lambda: link(person, uid="2"))
    assert sorted(isinstance(one, Refused) for one in outcomes) == [False, True]
    assert SocialAccount.objects.count() == 1


def test_an_address_that_changed_owner_is_no_way_left(wiki, db):
    """The account's own field says nothing: the proof decides."""
    other, person = UserFactory(), UserFactory(email="ada@example.org")
    link(person)
    EmailAddress.objects.filter(user=person).update(user=other, primary=False)
    with pytest.raises(Refused):
        ways.disconnect_wikimedia(person=person)


def test_signing_in_notes_when_the_address_was_used(client, ada, come_in):
    User.objects.update(address_used_at=None)
    client.logout()
    come_in("ada@example.org")
    assert User.objects.get().address_used_at
    person = User.objects.get()
    person.set_password("a long enough one")
    person.address_used_at = None
    person.save()
    client.logout()
    client.post(
        reverse("account_login"), {"email": "ada@example.org", "password": "a long enough one"}
    )
    assert User.objects.get().address_used_at


def test_a_new_address_begins_anew(client, ada):
    User.objects.update(address_since=None)
    client.post(reverse("liaisons:settings_email"), {"email": "new@example.org"})
    client.post(reverse("liaisons:settings_email_code"), {"code": code_in(mail.outbox[-1])})
    ada = User.objects.get()
    assert ada.email == "new@example.org"
    assert ada.address_since
    assert ada.address_used_at is None


def test_an_account_with_wikimedia_only_proves_itself_there(client, wiki, settings):
    wiki.profile["email"] = None
    through_wikimedia(client)
    person = signed_in_person(client)
    goal = reverse("liaisons:settings_email")
    settings.FRESH_SIGN_IN_MINUTES = -1
    asked = client.get(goal)
    assert asked.url.startswith(reverse("account_reauthenticate"))
    assert "Continue with Wikimedia" in client.get(asked.url).content.decode()
    settings.FRESH_SIGN_IN_MINUTES = 15
    assert through_wikimedia(client, next=goal).url == goal
    assert client.get(goal).status_code == 200
    assert signed_in_person(client) == person


@pytest.mark.parametrize(
    ("field", "said"),
    [("wiki_locked_at", "Wikimedia has locked"), ("wiki_suppressed_at", "Wikimedia has hidden")],
)
def test_the_page_says_what_the_wiki_did(client, wiki, ada, field, said):
    link(ada)
    assert said not in client.get(reverse(PAGE)).content.decode()
    User.objects.update(**{field: ada.date_joined})
    assert said in client.get(reverse(PAGE)).content.decode()


def test_the_groups_page_follows_when_the_address_comes_and_goes(client, wiki, ada):
    link(ada)
    MandateFactory(confirmed=True, group=GroupFactory(slug="group"), person=ada)
    page, form = (
        reverse(name, args=["group"])
        for name in ("outreach_map:group_detail", "liaisons:letter_new")
    )
    assert form in client.get(page).content.decode()
    client.post(reverse(REMOVE))
    assert form not in client.get(page).content.decode()
    client.post(reverse("liaisons:settings_email"), {"email": "new@example.org"})
    client.post(reverse("liaisons:settings_email_code"), {"code": code_in(mail.outbox[-1])})
    assert form in client.get(page).content.decode()
