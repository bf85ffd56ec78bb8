"""Passkeys in a real browser with a made-up authenticator; and the same pages without scripts."""

import re

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail
from django.urls import reverse
from playwright.sync_api import expect

from tests.browser import Faults, window
from tests.harness.walk import axe, dark_contrast, scrolls_sideways
from web.models import ContentVersion, Installation

from .conftest import code_in

pytestmark = [pytest.mark.heavy, pytest.mark.django_db(transaction=True)]

PHONE = {"width": 320, "height": 740}


@pytest.fixture(autouse=True)
def at_localhost(transactional_db, live_server, settings):
    """Browsers allow passkeys at https and at localhost, never at a number."""
    ContentVersion.objects.get_or_create(pk=1)
    Installation.objects.get_or_create(pk=1)
    settings.BASE_URL = live_server.url.replace("127.0.0.1", "localhost")
    return settings.BASE_URL


@pytest.fixture
def opened(chromium, at_localhost):
    """``opened()``: a page with a virtual authenticator. Fails for what no page may do."""
    kept = []

    def open_page(*, has_authenticator=True, **options):
        manager = window(
            chromium, at_localhost, viewport=PHONE, reduced_motion="reduce", locale="en-GB",
            **options,
        )  # fmt: skip
        context = manager.__enter__()
        faults = Faults(at_localhost)
        context.on("page", faults.watch)
        kept.append((manager, faults))
        page = context.new_page()
        if has_authenticator:
            devtools = context.new_cdp_session(page)
            devtools.send("WebAuthn.enable")
            devtools.send(
                "WebAuthn.addVirtualAuthenticator",
                {
                    "options": {
                        "protocol": "ctap2",
                        "transport": "internal",
                        "hasResidentKey": True,
                        "hasUserVerification": True,
                        "isUserVerified": True,
                        "automaticPresenceSimulation": True,
                    }
                },
            )
        return page

    yield open_page
    for manager, faults in kept:
        manager.__exit__(None, None, None)
        assert not faults.found


def come_in(page, address):
    """Sign in with a code by mail."""
    mail.outbox.clear()
    page.goto(reverse("account_login"))
    page.get_by_label("E-mail address").fill(address)
    page.get_by_role("button", name="Continue", exact=True).click()
    page.get_by_label("Code from the mail").fill(code_in(mail.outbox[-1]))
    page.get_by_role("button", name="Continue", exact=True).click()


def checked(page):
    """No fault of accessibility, and nothing wider than the phone."""
    assert axe(page) == []
    assert dark_contrast(page) == []
    assert not scrolls_sideways(page)


def test_the_core_team_sets_up_a_passkey_and_signs_in_with_it(opened, erin):
    page = opened()
    come_in(page, erin.email)
    # The first page asks for it, and offers both ways.
    expect(page.get_by_role("heading", name="Second step")).to_be_visible()
    expect(page.get_by_role("link", name="Use an app")).to_be_visible()
    checked(page)
    page.get_by_role("link", name="Use a passkey").click()
    expect(page.get_by_label("Name of the passkey")).to_have_value("Chrome, Linux")
    checked(page)
    page.get_by_label("Name of the passkey").fill("My laptop")
    mail.outbox.clear()
    page.get_by_role("button", name="Make a passkey").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    assert ["A passkey was added." in message.body for message in mail.outbox] == [True]
    page.get_by_role("button", name="Make recovery codes").click()
    checked(page)
    with page.expect_download() as download:
        page.get_by_role("link", name="Download").click()
    shown = page.locator(".entrance__codes code").all_text_contents()
    with open(download.value.path()) as file:
        assert file.read().split() == shown
    assert len(shown) == 10
    page.get_by_role("link", name="Continue").click()
    # Where Erin wanted to be.
    page.wait_for_url(f"**{reverse('strategy:dashboard')}")
    page.goto(reverse("mfa_index"))
    expect(page.get_by_text("My laptop").first).to_be_visible()
    checked(page)

    page.goto(reverse("account_logout"))
    page.get_by_role("main").get_by_role("button", name="Sign out").click()
    come_in(page, erin.email)
    page.wait_for_url(f"**{reverse('mfa_authenticate')}")
    checked(page)
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url(f"**{reverse('strategy:dashboard')}")
    page.goto("/admin/")
    expect(page).to_have_url(f"{page.url.split('/admin')[0]}/admin/")
    # The last one stays.
    page.goto(reverse("mfa_index"))
    page.get_by_role("link", name="Remove My laptop").click()
    page.get_by_role("button", name="Remove").click()
    expect(page.get_by_text("cannot do without a second step")).to_be_visible()
    assert Authenticator.objects.filter(user=erin, type="webauthn").count() == 1


def test_a_passkey_shows_once_more_who_one_is(opened, dave, settings):
    page = opened()
    come_in(page, dave.email)
    page.goto(reverse("mfa_add_webauthn"))
    page.get_by_role("button", name="Make a passkey").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    settings.FRESH_SIGN_IN_MINUTES = 0
    page.goto(reverse("mfa_add_webauthn"))
    expect(page.get_by_role("heading", name="Is it you?")).to_be_visible()
    # Neither the mail nor a password is offered.
    expect(page.get_by_role("button", name="Send me a code by e-mail")).to_have_count(0)
    checked(page)
    settings.FRESH_SIGN_IN_MINUTES = 15
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("heading", name="Add a passkey")).to_be_visible()
    # The same authenticator is not added twice: the browser says no, and the page says so.
    page.get_by_role("button", name="Make a passkey").click()
    expect(page.get_by_text("The browser gave no passkey")).to_be_visible()
    page.goto(reverse("mfa_index"))
    page.get_by_role("link", name="Rename").click()
    page.get_by_label("Name of the passkey").fill("Old laptop")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("link", name="Remove Old laptop").click()
    checked(page)
    mail.outbox.clear()
    page.get_by_role("button", name="Remove").click()
    expect(page.get_by_text("Your passkey is removed.")).to_be_visible()
    assert "A passkey was removed." in mail.outbox[0].body
    assert not Authenticator.objects.exists()


def makes_a_passkey(page, person):
    """This person signs in and makes a passkey; gives its id."""
    page.context.clear_cookies()
    come_in(page, person.email)
    page.goto(reverse("mfa_add_webauthn"))
    page.get_by_role("button", name="Make a passkey").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    page.context.clear_cookies()
    return Authenticator.objects.get(user=person, type="webauthn").data["credential"]["id"]


def test_the_passkey_of_one_account_does_not_open_another(opened, dave, grace):
    page = opened()
    own, other = makes_a_passkey(page, grace), makes_a_passkey(page, dave)

    def ask_for_the_other(route):
        answer = route.fetch()
        route.fulfill(response=answer, body=answer.text().replace(own, other))

    come_in(page, grace.email)
    page.wait_for_url(f"**{reverse('mfa_authenticate')}")
    page.route(f"**{reverse('mfa_authenticate')}", ask_for_the_other, times=1)
    page.reload()
    assert other in page.content()
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_text("The passkey was not accepted")).to_be_visible()
    page.goto(reverse("liaisons:settings"))
    expect(page).to_have_url(re.compile("/accounts/login/"))


def test_an_answer_is_of_no_use_a_second_time(opened, dave):
    page = opened()
    makes_a_passkey(page, dave)
    sent = []
    page.on("request", lambda r: sent.append(r.post_data) if r.method == "POST" else None)
    come_in(page, dave.email)
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url(f"**{reverse('strategy:dashboard')}")
    answer = next(body for body in sent if "credential=" in body)
    page.context.clear_cookies()
    come_in(page, dave.email)
    page.wait_for_url(f"**{reverse('mfa_authenticate')}")
    page.evaluate(
        """(body) => {
            const form = document.querySelector("form[data-passkey]");
            form.elements.credential.value = new URLSearchParams(body).get("credential");
            form.submit();
        }""",
        answer,
    )
    expect(page.get_by_text("The passkey was not accepted")).to_be_visible()


def test_without_scripts_the_app_is_there_and_the_page_says_so(opened, erin):
    page = opened(has_authenticator=False, java_script_enabled=False)
    come_in(page, erin.email)
    expect(page.get_by_text("A passkey needs JavaScript.")).to_be_visible()
    page.goto(reverse("mfa_add_webauthn"))
    expect(page.get_by_text("A passkey needs JavaScript.")).to_be_visible()
    expect(page.get_by_role("button", name="Make a passkey")).to_have_count(0)
    page.get_by_role("link", name="Use an app").click()
    expect(page.get_by_label("Code from your app")).to_be_visible()
