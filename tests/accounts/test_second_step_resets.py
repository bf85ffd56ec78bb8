"""Who lost every second step gets it back through an administrator, and nobody else does.

The ways round it that we know of, each tried: other roles, oneself, more power than one's own, a
proof that is old, the mailbox alone, the code in another session, a code used twice or too late,
and two administrators at once.
"""

import io
import re
import threading
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.contrib.auth.models import Group as Role
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connections, transaction
from django.test import Client
from django.urls import reverse

from config import roles
from liaisons import personal_data
from liaisons.accounts import erasure, second_step_resets
from liaisons.errors import AlreadyDone, Refused
from liaisons.models import SecondStepReset, Session, User
from mailing import deliver, recipients
from tests.cast import pass_second_step
from tests.factories import UserFactory
from web.models import Installation

from .conftest import code_in
from .test_second_factor import app_code

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
REASON = "The phone is at the bottom of a lake."
ENTER_CODE = "mfa_enter_reset_code"


@pytest.fixture
def heidi(db):
    """An administrator of the Core Team, no superuser, with an app of her own."""
    roles.make_roles()
    heidi = UserFactory(core_team=True, display_name="Heidi", email="heidi@example.org")
    heidi.groups.set([Role.objects.get(name=roles.ADMINISTRATOR)])
    TOTP.activate(heidi, SECRET)
    recipients.sync_user(heidi, heidi.email, "en", "UTC")
    return heidi


@pytest.fixture
def lost(erin, frank):
    """Erin of the Core Team lost her phone; Frank, a superuser, has an address for mails."""
    TOTP.activate(erin, SECRET)
    RecoveryCodes.activate(erin)
    for person in (erin, frank):
        recipients.sync_user(person, person.email, "en", "UTC")
    return erin


@pytest.fixture
def desk(as_person, heidi):
    """Heidi at work, having just passed her second step."""
    return fresh(as_person, heidi)


def fresh(as_person, person):
    browser = as_person(person)
    pass_second_step(browser, person, ago=0)
    return browser


def page_of(person):
    return reverse("admin:liaisons_user_second_step", args=[person.pk])


def reset(browser, person, **more):
    data = {"reason": REASON, "knows": "on", "seen": second_step_resets.state_of(person), **more}
    return browser.post(page_of(person), data)


def handed(answer) -> str:
    """The code as the administrator reads it aloud."""
    return re.search(r"\b(\d{4} \d{4} \d{4})\b", answer.content.decode()).group(1)


def signed_in_by_mail(person) -> Client:
    browser = Client()
    browser.post(reverse("account_login"), {"email": person.email})
    browser.post(reverse("account_confirm_login_code"), {"code": code_in(mail.outbox[-1])})
    return browser


def set_up_app(browser):
    """Try to turn on an app as the pages offer it."""
    answer = browser.get(reverse("mfa_activate_totp"))
    if answer.status_code != 200:
        return answer
    secret = answer.context["form"].secret
    return browser.post(reverse("mfa_activate_totp"), {"code": app_code(secret)})


def opens(browser, path="/admin/"):
    return browser.get(path).status_code == 200


# --- The whole way ------------------------------------------------------------------------------


def test_lost_and_back_again(desk, lost, as_person):
    elsewhere = fresh(as_person, lost)
    assert opens(elsewhere)
    shown = desk.get(page_of(lost)).content.decode()
    assert "signed out everywhere" in shown
    code = handed(reset(desk, lost))
    assert not Authenticator.objects.filter(user=lost).exists()
    assert not Session.objects.filter(person=lost).exists()
    assert not opens(elsewhere)

    browser = signed_in_by_mail(lost)
    assert browser.get("/admin/").url.startswith(reverse("mfa_index"))
    assert reverse(ENTER_CODE) in browser.get(reverse("mfa_index")).content.decode()
    answer = browser.post(reverse(ENTER_CODE), {"code": code, "next": "/admin/"})
    assert answer.url == reverse("mfa_index") + "?next=/admin/"
    set_up_app(browser)
    assert opens(browser)
    entry = SecondStepReset.objects.get()
    assert (entry.person, entry.by.email, entry.reason) == (lost, "heidi@example.org", REASON)
    assert entry.used_at
    history = desk.get(page_of(lost)).content.decode()
    assert REASON in history
    assert code not in history


def test_the_code_is_typed_in_any_digits_and_shown_once(desk, lost):
    code = handed(reset(desk, lost))
    assert code not in desk.get(page_of(lost)).content.decode()
    arabic = code.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))
    browser = signed_in_by_mail(lost)
    browser.post(reverse(ENTER_CODE), {"code": arabic})
    set_up_app(browser)
    assert opens(browser)


def test_the_person_and_every_other_administrator_get_a_mail_without_the_code(
    desk, lost, heidi, frank
):
    code = handed(reset(desk, lost))
    mail.outbox.clear()
    deliver.send_due()
    sent = {message.to[0]: message for message in mail.outbox}
    assert sent.keys() == {lost.email, frank.email}
    assert sent[lost.email].subject.endswith("Your second step was reset")
    for message in sent.values():
        for text in (message.body, message.alternatives[0].content):
            assert "Heidi" in text
            assert REASON in text
            assert code not in text
            assert code.replace(" ", "") not in text
    assert page_of(lost) in sent[frank.email].body
    assert page_of(lost) not in sent[lost.email].body


def test_who_is_not_of_the_core_team_gets_in_again_without_a_code(desk, dave):
    TOTP.activate(dave, SECRET)
    answer = reset(desk, dave)
    assert not re.search(r"\d{4} \d{4} \d{4}", answer.content.decode())
    browser = signed_in_by_mail(dave)
    assert opens(browser, reverse("liaisons:settings"))
    set_up_app(browser)
    assert Authenticator.objects.filter(user=dave).exists()


# --- Ways round it ------------------------------------------------------------------------------


def test_the_mailbox_alone_sets_up_nothing(desk, lost):
    reset(desk, lost)
    browser = signed_in_by_mail(lost)
    for name in ("mfa_activate_totp", "mfa_add_webauthn"):
        for answer in (browser.get(reverse(name)), browser.post(reverse(name), {"code": "1"})):
            assert answer.status_code in (302, 404), name
            assert answer.status_code == 404 or answer.url.startswith(reverse(ENTER_CODE))
    browser.post(reverse(ENTER_CODE), {"code": "0000 0000 0000"})
    assert set_up_app(browser).url.startswith(reverse(ENTER_CODE))
    assert not opens(browser)
    assert not Authenticator.objects.filter(user=lost).exists()


def test_a_code_given_in_one_browser_opens_nothing_in_another(desk, lost):
    code = handed(reset(desk, lost))
    hers, thief = signed_in_by_mail(lost), signed_in_by_mail(lost)
    hers.post(reverse(ENTER_CODE), {"code": code})
    assert set_up_app(thief).url.startswith(reverse(ENTER_CODE))
    # The page was open before the other one had finished.
    set_up_app(hers)
    assert opens(hers)
    assert not opens(thief)


def test_a_secret_shown_before_the_reset_does_not_pass_by_the_code(desk, lost):
    """The form stood open in a session that began before; what decides is the moment it is sent."""
    Authenticator.objects.all().exclude(user__email="heidi@example.org").delete()
    browser = signed_in_by_mail(lost)
    secret = browser.get(reverse("mfa_activate_totp")).context["form"].secret
    RecoveryCodes.activate(lost)
    key = browser.session.session_key
    kept = Session.objects.get(pk=key)
    reset(desk, lost)
    # As if the row had been written again by a request under way.
    kept.save(force_insert=True)
    browser.post(reverse("mfa_activate_totp"), {"code": app_code(secret)})
    assert not Authenticator.objects.filter(user=lost, type="totp").exists()


def test_the_code_is_used_up(desk, lost, as_person):
    code = handed(reset(desk, lost))
    browser = signed_in_by_mail(lost)
    browser.post(reverse(ENTER_CODE), {"code": code})
    set_up_app(browser)
    again = handed(reset(desk, lost))
    assert again != code
    browser = signed_in_by_mail(lost)
    browser.post(reverse(ENTER_CODE), {"code": code})
    assert set_up_app(browser).url.startswith(reverse(ENTER_CODE))


@pytest.mark.parametrize("when", ["before it is given", "before it is used"])
def test_after_its_time_the_code_is_nothing(desk, lost, settings, time_machine, when):
    code = handed(reset(desk, lost))
    browser = signed_in_by_mail(lost)
    if when == "before it is used":
        browser.post(reverse(ENTER_CODE), {"code": code})
    entry = SecondStepReset.objects.get()
    time_machine.move_to(entry.expires_at + timedelta(seconds=1))
    browser = signed_in_by_mail(lost) if when == "before it is given" else browser
    if when == "before it is given":
        page = browser.post(reverse(ENTER_CODE), {"code": code}).content.decode()
        assert "time for this code is over" in page
    assert set_up_app(browser).status_code == 302
    assert not Authenticator.objects.filter(user=lost).exists()
    # Another one can be made, though nothing is left to take away.
    assert second_step_resets.why_not(lost, None) == ""


def test_tries_are_counted_with_all_others(desk, lost, settings):
    reset(desk, lost)
    browser = signed_in_by_mail(lost)
    tries, _seconds = settings.SECOND_STEP_TRIES
    answers = [
        browser.post(reverse(ENTER_CODE), {"code": f"{number:012d}"}).status_code
        for number in range(tries + 1)
    ]
    assert answers == [200] * tries + [429]


@pytest.mark.parametrize("role", [roles.REVIEWER, roles.EDITOR, roles.TRANSLATOR])
def test_no_other_role_may(as_person, lost, heidi, role):
    other = UserFactory(core_team=True)
    other.groups.set([Role.objects.get(name=role)])
    TOTP.activate(other, SECRET)
    browser = fresh(as_person, other)
    assert browser.get(page_of(lost)).status_code == 403
    assert reset(browser, lost).status_code == 403
    assert Authenticator.objects.filter(user=lost).count() == 2


def test_nobody_resets_their_own(desk, heidi):
    assert "their own second step" in desk.get(page_of(heidi)).content.decode()
    reset(desk, heidi)
    assert Authenticator.objects.filter(user=heidi).exists()
    with pytest.raises(Refused):
        second_step_resets.reset(person=heidi, by=heidi, reason=REASON)


def test_an_administrator_does_not_take_it_from_a_superuser(desk, frank, lost):
    TOTP.activate(frank, SECRET)
    reset(desk, frank)
    assert Authenticator.objects.filter(user=frank).exists()


def test_an_administrator_needs_an_own_one_even_in_a_demo(as_person, lost, frank):
    Installation.objects.update(is_demo=True)
    browser = as_person(frank)
    Authenticator.objects.filter(user=frank).delete()
    with pytest.raises(Refused, match="your own second step"):
        second_step_resets.reset(person=lost, by=frank, reason=REASON)
    assert reverse("mfa_index") in browser.get(page_of(lost)).content.decode()
    assert reset(browser, lost).status_code == 302
    assert Authenticator.objects.filter(user=lost).count() == 2


def test_an_old_proof_is_not_enough(as_person, heidi, lost):
    browser = as_person(heidi)
    pass_second_step(browser, heidi, ago=3600)
    for answer in (browser.get(page_of(lost)), reset(browser, lost)):
        assert answer.url.startswith(reverse("account_reauthenticate"))
    assert Authenticator.objects.filter(user=lost).count() == 2


def test_authority_is_asked_when_it_is_done(heidi, lost):
    stale = User.objects.get(pk=heidi.pk)
    heidi.groups.clear()
    assert stale.has_perm(second_step_resets.PERMISSION) is False
    stale = User.objects.get(pk=heidi.pk)
    with pytest.raises(Refused):
        second_step_resets.reset(person=lost, by=stale, reason=REASON)


def test_a_reset_says_why_and_that_the_person_is_known(desk, lost):
    for missing in ({"reason": "  "}, {"knows": ""}):
        assert reset(desk, lost, **missing).status_code == 200
    assert not SecondStepReset.objects.exists()


def test_the_second_of_two_makes_no_second_code(desk, lost):
    seen = second_step_resets.state_of(lost)
    code = handed(reset(desk, lost))
    reset(desk, lost, seen=seen)
    assert SecondStepReset.objects.count() == 1
    browser = signed_in_by_mail(lost)
    browser.post(reverse(ENTER_CODE), {"code": code})
    set_up_app(browser)
    assert opens(browser)


@pytest.mark.django_db(transaction=True)
def test_many_at_once_make_one_code(heidi, lost):
    won, refused = [], []

    def try_it():
        try:
            won.append(second_step_resets.reset(person=lost, by=heidi, reason=REASON, seen=0))
        except AlreadyDone:
            refused.append(1)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=try_it) for _number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert (len(won), len(refused)) == (1, 7)


# --- What stays ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [{"reason": "Another"}, {"by": None}, {"expires_at": "2099-01-01T00:00Z"}, {"used_at": None}],
)
def test_the_database_refuses_to_change_an_entry(heidi, lost, change):
    entry, _code = second_step_resets.reset(person=lost, by=heidi, reason=REASON)
    SecondStepReset.objects.filter(pk=entry.pk).update(used_at=entry.at)
    for act in (
        lambda: SecondStepReset.objects.filter(pk=entry.pk).update(**change),
        lambda: SecondStepReset.objects.filter(pk=entry.pk).delete(),
    ):
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            act()


def test_both_find_it_in_their_download_and_the_reason_goes_with_an_account(heidi, lost):
    second_step_resets.reset(person=lost, by=heidi, reason=REASON)
    for person, by_me in ((lost, False), (heidi, True)):
        (entry,) = personal_data.held_on(person)["second_step_resets"]
        assert (entry["by_me"], entry["reason"]) == (by_me, REASON)
    erasure.erase(lost)
    assert SecondStepReset.objects.get().reason == ""


# --- The operator -------------------------------------------------------------------------------


def operator(person, answer, monkeypatch) -> str:
    said = io.StringIO()
    monkeypatch.setattr("sys.stdin", io.StringIO(answer))
    call_command("reset_second_step", person, reason=REASON, stdout=said)
    return said.getvalue()


def test_the_operator_resets_the_last_administrator(frank, lost, monkeypatch):
    TOTP.activate(frank, SECRET)
    said = operator(frank.email, "yes\n", monkeypatch)
    code = re.search(r"\d{4} \d{4} \d{4}", said).group()
    assert "signed out everywhere" in said
    assert SecondStepReset.objects.get().by is None
    browser = signed_in_by_mail(frank)
    browser.post(reverse(ENTER_CODE), {"code": code})
    set_up_app(browser)
    assert opens(browser)
    mail.outbox.clear()
    deliver.send_due()
    assert "operator of this site" in mail.outbox[0].body


@pytest.mark.parametrize("answer", ["", "no\n", "y\n", "\n"])
def test_the_operator_is_asked(lost, monkeypatch, answer):
    assert "Nothing was done" in operator(str(lost.pk), answer, monkeypatch)
    assert Authenticator.objects.filter(user=lost).count() == 2


def test_the_operator_is_told_who_else_could(lost, heidi, monkeypatch):
    assert "2 other account(s)" in operator(lost.email, "no\n", monkeypatch)


def test_the_operator_has_to_name_one_account(lost, monkeypatch):
    for nobody in ("nobody@example.org", "9" * 30):
        with pytest.raises(CommandError, match="No such account"):
            operator(nobody, "yes\n", monkeypatch)
    User.objects.filter(pk=lost.pk).update(wiki_username="frank@example.org")
    with pytest.raises(CommandError, match="Two accounts"):
        operator("frank@example.org", "yes\n", monkeypatch)
