"""Signing in with a Wikimedia account, through real HTTP to a server that speaks as MediaWiki's."""

from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from allauth.socialaccount.models import SocialAccount, SocialToken
from django.test import Client
from django.urls import reverse

from liaisons.models import User
from mailing.models import Recipient
from tests.factories import UserFactory
from web import content_version

from .wiki import ADA, signed_in_person, through_wikimedia


def test_a_new_person_comes_in(client, wiki):
    response = through_wikimedia(client)
    person = signed_in_person(client)
    assert response.url == reverse("strategy:dashboard")
    assert person.username == "wm:4711"
    assert person.wiki_username == "Ada Lovelace"
    assert person.email == "ada@example.org"
    assert not person.has_usable_password()
    assert person.emailaddress_set.get().verified
    assert Recipient.objects.get(user=person).address == "ada@example.org"


def test_the_same_account_comes_in_again(client, wiki):
    through_wikimedia(client)
    client.logout()
    through_wikimedia(client)
    assert User.objects.count() == 1
    assert signed_in_person(client).username == "wm:4711"


def test_pkce_is_used_no_token_is_kept_and_we_say_who_asks(client, wiki, settings):
    through_wikimedia(client)
    assert wiki.challenges
    assert wiki.challenges[0]
    assert not SocialToken.objects.exists()
    assert len(wiki.user_agents) == 2
    assert all(settings.CONTACT_EMAIL in agent for agent in wiki.user_agents)


def test_little_is_kept_of_the_profile(client, wiki):
    wiki.profile["realname"] = "Augusta Ada King"
    through_wikimedia(client)
    assert SocialAccount.objects.get().extra_data == {"username": "Ada Lovelace"}


@pytest.mark.parametrize(
    "name", ["محمد علي", "Жанна д’Арк", "I like 30 % & <b>", "日本 太郎", "O'Neil/x"]
)
def test_names_may_hold_spaces_and_any_script(client, wiki, name):
    wiki.profile["username"] = name
    through_wikimedia(client)
    person = signed_in_person(client)
    assert (person.username, person.wiki_username) == ("wm:4711", name)
    page = client.get(reverse("liaisons:settings")).content.decode()
    assert "<b>" not in page.replace("<b class", "").replace("<bdi", "")


def test_two_names_may_differ_in_case_only(wiki):
    one, other = Client(), Client()
    through_wikimedia(one)
    wiki.profile |= {"sub": 4712, "username": "Ada LoveLace", "email": "other@example.org"}
    through_wikimedia(other)
    assert signed_in_person(one) != signed_in_person(other)
    assert User.objects.count() == 2


def test_a_rename_is_followed_at_the_next_sign_in(client, wiki):
    through_wikimedia(client)
    User.objects.update(is_public_by_name=True)
    client.logout()
    before = content_version.current()
    wiki.profile["username"] = "Ada King"
    through_wikimedia(client)
    assert User.objects.get().wiki_username == "Ada King"
    assert User.objects.get().username == "wm:4711"
    assert content_version.current() > before


def test_someone_who_takes_a_freed_name_is_somebody_else(client, wiki):
    through_wikimedia(client)
    wiki.profile |= {"sub": 99, "email": "new@example.org"}
    other = Client()
    through_wikimedia(other)
    assert signed_in_person(other).username == "wm:99"


@pytest.mark.parametrize(
    "change",
    [{"email": None}, {"email": ""}, {"confirmed_email": False}, {"email": "not an address"}],
)
def test_an_address_may_be_missing_and_is_trusted_only_when_confirmed(client, wiki, change):
    wiki.profile |= change
    through_wikimedia(client)
    person = signed_in_person(client)
    assert person.email == ""
    assert not person.emailaddress_set.exists()
    assert Recipient.objects.get(user=person).address == ""
    assert client.get(reverse("liaisons:settings")).status_code == 200
    assert client.get(reverse("liaisons:settings_email")).status_code == 200


@pytest.mark.parametrize("has_proof", [True, False])
def test_accounts_are_never_linked_by_address(client, wiki, has_proof):
    other = UserFactory(email="ada@example.org", confirmed_address=has_proof or False)
    through_wikimedia(client)
    person = signed_in_person(client)
    assert person != other
    assert person.username == "wm:4711"
    assert person.email == ""
    page = client.get(reverse("liaisons:settings")).content.decode()
    assert "belongs to another account" in page


def test_an_address_never_becomes_a_user_name(client, wiki):
    wiki.profile["username"] = "x" * 255
    through_wikimedia(client)
    assert signed_in_person(client).username == "wm:4711"


@pytest.mark.parametrize("name", [None, ""])
def test_an_account_without_a_name_is_refused(client, wiki, name):
    wiki.profile |= {"username": name, "blocked": True}
    response = through_wikimedia(client, language="ar")
    assert response.status_code == 403
    assert 'lang="ar"' in response.content.decode()
    assert not User.objects.exists()
    assert signed_in_person(client) is None


def test_a_missing_name_is_refused_like_an_empty_one(client, wiki):
    del wiki.profile["username"]
    assert through_wikimedia(client).status_code == 403


def test_a_known_account_that_lost_its_name_does_not_come_in(client, wiki):
    through_wikimedia(client)
    client.logout()
    wiki.profile["username"] = ""
    assert through_wikimedia(client).status_code == 403
    assert User.objects.get().wiki_username == ""
    assert User.objects.get().wiki_suppressed_at
    assert signed_in_person(client) is None


def test_stopping_at_the_wiki_leads_back_to_the_sign_in_page(client, wiki):
    wiki.refuses = True
    response = through_wikimedia(client)
    page = client.get(response.url).content.decode()
    assert "Nothing was changed" in page
    assert not User.objects.exists()


@pytest.mark.parametrize("profile", [{}, {"username": "No id"}, [], "text", None])
def test_a_profile_that_says_nothing_leads_back_to_the_sign_in_page(client, wiki, profile):
    wiki.profile = dict(ADA)
    start = client.post("/en/accounts/wikimedia/")
    away = requests.get(start.url, allow_redirects=False, timeout=5)
    for code in wiki.codes.values():
        code["profile"] = profile
    back = urlsplit(away.headers["Location"])
    response = client.get(f"{back.path}?{back.query}")
    assert response.url == reverse("account_login")
    assert not User.objects.exists()


def test_a_broken_wiki_leads_back_to_the_sign_in_page(client, wiki):
    wiki.is_broken = True
    assert "did not work" in client.get(through_wikimedia(client).url).content.decode()


def test_a_wiki_that_is_away_leads_back_to_the_sign_in_page(client, wiki, settings):
    start = client.post("/en/accounts/wikimedia/")
    away = requests.get(start.url, allow_redirects=False, timeout=5)
    settings.WIKIMEDIA_ORIGIN = "http://127.0.0.1:9"
    back = urlsplit(away.headers["Location"])
    response = client.get(f"{back.path}?{back.query}")
    assert response.url == reverse("account_login")


def test_an_answer_nobody_waits_for_is_refused(client, wiki):
    start = client.post("/en/accounts/wikimedia/")
    away = requests.get(start.url, allow_redirects=False, timeout=5)
    back = urlsplit(away.headers["Location"])
    stranger = Client()
    response = stranger.get(f"{back.path}?{back.query}")
    assert response.url == reverse("account_login")
    assert signed_in_person(stranger) is None


def test_one_comes_back_to_where_one_was_going_in_ones_language(client, wiki):
    going = "/ar/my/settings/profile/"
    response = through_wikimedia(client, language="ar", next=going)
    assert response.url == going
    assert signed_in_person(client).language == "ar"


def test_the_address_wikimedia_comes_back_to_is_fixed(client, wiki, settings):
    settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, "evil.example.org"]
    start = client.post("/en/accounts/wikimedia/", headers={"host": "evil.example.org"})
    asked = parse_qs(urlsplit(start.url).query)
    assert asked["redirect_uri"] == [f"{settings.BASE_URL}/accounts/wikimedia/callback/"]
    assert "scope" not in asked


def test_nothing_leaves_by_a_get(client, wiki):
    response = client.get("/en/accounts/wikimedia/")
    assert response.url == reverse("account_login")


def test_the_form_may_go_to_the_wiki(client, db, settings):
    policy = client.get(reverse("account_login"))["Content-Security-Policy"]
    directive = next(part for part in policy.split(";") if "form-action" in part)
    assert settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]["form-action"][1] in directive
    assert "https://meta.wikimedia.org" in directive


def test_without_a_client_id_there_is_no_such_way(client, db, settings):
    settings.WIKIMEDIA_CLIENT_ID = ""
    assert "Continue with Wikimedia" not in client.get(reverse("account_login")).content.decode()
    assert client.post("/en/accounts/wikimedia/").status_code == 404
    assert client.get("/accounts/wikimedia/callback/?code=1&state=2").status_code == 404


def test_with_a_client_id_the_way_is_shown(client, wiki):
    assert "Continue with Wikimedia" in client.get(reverse("account_login")).content.decode()
