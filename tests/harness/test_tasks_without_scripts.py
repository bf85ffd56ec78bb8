"""Every task without JavaScript: one test for each, in a browser that runs no script.

``TASKS`` lists them all; what another test does without scripts is named there, so that a new task
has one place to be written down.
"""

import re
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from liaisons import mandates, queue_summary
from liaisons.accounts import ways
from liaisons.data_exports import making as data_exports
from liaisons.models import Letter, Mandate, User
from mailing import recipients, subscriptions, unsubscribe
from mailing.models import Preference, Recipient, SubscriptionRequest
from strategy.models import (
    Relay,
    Report,
    Statement,
    Translation,
    TranslationRequest,
    Update,
)
from tests.browser import window
from tests.factories import GroupFactory, MandateFactory

from .walk import PHONE, visitor

pytestmark = [pytest.mark.heavy, pytest.mark.django_db(transaction=True)]

PRIMARY = "main .cdx-button--weight-primary"
# What one does here, and the test that does it without scripts.
TASKS = {
    "find a page by the menu, change the language": "test_the_main_links_work_without_scripts",
    "sign up, apply, be confirmed, publish, read, find on the map": "test_the_main_job",
    "relay, report, answer, read what became of it": "test_the_loop",
    "sign in with a code, and out": "test_signing_in_with_a_code_and_out",
    "search and narrow down the groups": "test_searching_the_groups",
    "choose a country on the map": "test_choosing_a_country",
    "filter the statements": "test_filtering_the_statements",
    "propose a group": "test_proposing_a_group",
    "change settings": "test_changing_settings",
    "say which languages one knows": "test_saying_which_languages_one_knows",
    "take a way to sign in away": "test_disconnecting_wikimedia",
    "download one's data": "test_downloading_ones_data",
    "end a mandate": "test_ending_a_mandate",
    "renew a mandate": "test_renewing_a_mandate",
    "apply again after a mandate": "test_applying_again_after_a_mandate",
    "be away and come back": "test_being_away_and_back",
    "withdraw an application": "test_withdrawing_an_application",
    "ask the Core Team, and be answered": "test_asking_and_being_answered_by_the_team",
    "hand a seat over": "test_handing_a_seat_over",
    "contest a mandate; close the dispute": "test_contesting_a_mandate",
    "record, change and withdraw a relay": "test_a_relay_from_first_to_last",
    "write, check and publish a report": "test_a_report_from_first_to_last",
    "translate a text, and give one back": "test_a_translation_from_first_to_last",
    "ask for a translation, and take it back": "test_asking_for_a_translation",
    "end the mails by their link": "test_ending_the_mails",
    "get news by e-mail without an account": "test_subscribing_without_an_account",
    "change, pause and delete that by its link": "test_managing_a_subscription",
    "review an application": "test_reviewing_an_application",
    "schedule an update": "test_scheduling_an_update",
    "write to a liaison": "test_writing_to_a_liaison",
    "answer a letter, and report it": "test_answering_and_reporting_a_letter",
    "mark statements received": "test_marking_a_statement_received",
    "reset a second step": "test_resetting_a_second_step",
    "switch the summary for reviewers off": "test_switching_the_summary_off",
}


@pytest.fixture
def at(chromium, live_server, made_as_a_demo, world, as_person, browser):
    """``at(path, role)``: a page in a window that runs no script, signed in some time ago."""
    opened = []

    def opened_at(path, role="anonymous", *, just_signed_in=False):
        client = None
        if role != "anonymous":
            client = browser(role) if just_signed_in else visitor(world, as_person, role)
        options = {"viewport": PHONE, "java_script_enabled": False}
        manager = window(chromium, live_server.url, person_client=client, **options)
        context = manager.__enter__()
        opened.append(manager)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.goto(path)
        return page

    yield opened_at
    for manager in opened:
        manager.__exit__(None, None, None)


def test_each_task_has_its_test():
    from pathlib import Path

    text = "\n".join(path.read_text("utf-8") for path in Path(__file__).parent.parent.rglob("*.py"))
    assert [name for name in TASKS.values() if f"def {name}(" not in text] == []


def test_signing_in_with_a_code_and_out(at, world):
    page = at("/en/accounts/login/")
    page.locator("[name=email]").fill(world.people["member"].email)
    page.locator(PRIMARY).first.click()
    code = re.search(r"^\s*(\d[\d\s-]{5,}\d)\s*$", mail.outbox[-1].body, re.MULTILINE).group(1)
    page.locator("[name=code]").fill(code)
    page.locator(PRIMARY).first.click()
    page.goto("/en/my/")
    page.locator(".menu--links > summary").click()
    page.locator(".menu--links a[href*=logout]").click()
    page.locator("main form button").first.click()
    page.goto("/en/my/")
    assert "/accounts/login/" in page.url


def test_searching_the_groups(at, world):
    page = at("/en/groups/")
    page.locator("#id_q").fill("საქართველო")
    page.locator("#filters button").click()
    page.wait_for_url("**q=**")
    found = page.locator("main table tbody tr").count()
    page.locator("main [name=liaison]").select_option("has")
    page.locator("#filters button").click()
    page.wait_for_url("**liaison=has**")
    assert 0 < page.locator("main table tbody tr").count() <= found
    page.locator("main table a").first.click()
    assert re.search(r"/en/groups/[\w-]+/$", page.url)


def test_choosing_a_country(at):
    page = at("/en/map/")
    page.locator("#id_country").select_option("TZ")
    page.locator("#filters button").click()
    assert page.locator("#here").count() == 1
    assert page.locator("#results a[href*='/groups/']").count() > 0


def test_filtering_the_statements(at):
    page = at("/en/statements/")
    page.locator("main [name=q]").fill("მეორე")
    page.locator("main form[role=search] button").first.click()
    assert page.get_by_text("მეორე აზრი").count() > 0
    assert page.get_by_text("პირველი აზრი").count() == 0


def test_proposing_a_group(at, world):
    page = at(reverse("liaisons:join_propose"), "member")
    page.locator("[name=name]").fill("ახალი საზოგადოება")
    page.locator(PRIMARY).first.click()
    assert page.locator("#form-errors, .form-errors").count() > 0
    assert page.locator("[name=name]").input_value() == "ახალი საზოგადოება"


def test_changing_settings(at, world):
    person = world.people["liaison"]
    page = at(reverse("liaisons:settings_profile"), "liaison")
    page.locator("[name=display_name]").fill("ახალი სახელი")
    page.locator(PRIMARY).first.click()
    assert User.objects.get(pk=person.pk).display_name == "ახალი სახელი"
    page.goto(reverse("liaisons:settings_digest"))
    rhythm = page.locator("main [name=rhythm]")
    if rhythm.first.get_attribute("type") == "radio":
        rhythm.last.check()
    else:
        rhythm.select_option(index=2)
    before = list(Preference.objects.values_list("pk", "rhythm").order_by("pk"))
    page.locator(PRIMARY).first.click()
    assert list(Preference.objects.values_list("pk", "rhythm").order_by("pk")) != before


def test_disconnecting_wikimedia(at, world):
    person = world.people["liaison"]
    ways.connect_wikimedia(person=person, uid="4711", name="ვიკი")
    page = at(reverse("liaisons:settings_sign_in"), "liaison")
    assert page.get_by_text("ვიკი").count() == 1
    page.locator("main a[href*=unlink]").click()
    page.locator("main form button").last.click()  # who is it? a code by mail
    code = re.search(r"^(\d{4}\s\d{4})$", mail.outbox[-1].body, re.MULTILINE).group(1)
    page.locator("[name=code]").fill(code)
    page.locator(PRIMARY).first.click()
    page.locator(PRIMARY).first.click()
    assert page.get_by_text("ვიკი").count() == 0
    assert User.objects.get(pk=person.pk).wiki_username == ""


def test_downloading_ones_data(at):
    page = at(reverse("liaisons:settings_data"), "liaison")
    page.locator("form[action*=download] button").click()
    data_exports.make_due()
    page.goto(reverse("liaisons:settings_data"))
    page.locator("main a[href*='data/get']").click()
    page.locator("main form button").last.click()  # who is it? a code by mail
    code = re.search(r"^(\d{4}\s\d{4})$", mail.outbox[-1].body, re.MULTILINE).group(1)
    page.locator("[name=code]").fill(code)
    with page.expect_download() as download:
        page.locator(PRIMARY).first.click()
    assert download.value.suggested_filename.endswith(".zip")


def test_saying_which_languages_one_knows(at, world):
    page = at(reverse("liaisons:settings_languages"), "liaison")
    page.locator("[name=new-language]").fill("ka")
    page.locator(PRIMARY).first.click()
    page.locator("[name=language-ka-level]").select_option("native")
    page.locator("[name=language-ka-offers_help_from_english]").check(force=True)
    page.locator(PRIMARY).first.click()
    skill = world.people["liaison"].language_skills.get(language="ka")
    assert (skill.level, skill.offers_help_from_english) == ("native", True)


def test_ending_a_mandate(at, world):
    page = at(reverse("liaisons:mandate", args=[world.mandate.pk]), "liaison")
    page.locator("main a[href$='/end/']").click()
    page.locator("main [name=reason]").fill("სხვა ქალაქში გადავდივარ.")
    page.locator("main form button").first.click()
    world.mandate.refresh_from_db()
    assert world.mandate.status == Mandate.Status.ENDED


def test_renewing_a_mandate(at, world):
    page = at(reverse("liaisons:mandate", args=[world.ending.pk]), "other liaison")
    page.locator("main a[href$='/renew/']").click()
    page.locator("main [name=evidence][value=unchanged]").check()
    page.locator("main [name=is_attested]").check()
    page.locator(PRIMARY).first.click()
    before = world.ending.last_day
    world.ending.refresh_from_db()
    assert (world.ending.last_day - before).days == 365


def test_applying_again_after_a_mandate(at, world):
    Mandate.objects.filter(pk=world.mandate.pk).update(last_day="2026-01-01")
    page = at(reverse("liaisons:mandate", args=[world.mandate.pk]), "liaison")
    page.locator(PRIMARY).first.click()
    assert page.url.endswith(reverse("liaisons:join_mandate"))
    draft = Mandate.objects.get(person=world.mandate.person, status=Mandate.Status.DRAFT)
    assert draft.group_id == world.mandate.group_id


def test_being_away_and_back(at, world):
    person = world.people["liaison"]
    page = at(reverse("liaisons:away"), "liaison")
    page.locator("main [name=until]").fill("2999-01-01")
    page.locator(PRIMARY).first.click()
    assert page.locator("#form-errors").is_visible()
    tomorrow = timezone.localdate() + timedelta(days=1)
    page.locator("main [name=until]").fill(tomorrow.isoformat())
    page.locator(PRIMARY).first.click()
    person.refresh_from_db()
    assert person.is_away
    page.locator("main [name=back]").click()
    person.refresh_from_db()
    assert not person.is_away


def test_withdrawing_an_application(at, world):
    page = at(reverse("liaisons:mandate", args=[world.application.pk]), "applicant")
    page.locator("main a[href$='/withdraw/']").click()
    page.locator("main form button").first.click()
    world.application.refresh_from_db()
    assert world.application.status == Mandate.Status.WITHDRAWN


def test_asking_and_being_answered_by_the_team(at, world):
    page = at(reverse("liaisons:mandate", args=[world.application.pk]), "applicant")
    page.locator("main a[href$='/ask/']").click()
    page.locator("main [name=message]").fill("რა აკლია?")
    page.locator(PRIMARY).first.click()
    page = at(reverse("admin:liaisons_mandate_change", args=[world.application.pk]), "superuser")
    page.locator("[name=message]").fill("არაფერი.")
    page.locator("[name=do][value=reply]").click()
    kinds = world.application.events.values_list("kind", flat=True)
    assert list(kinds)[-2:] == ["asked", "replied"]


def test_handing_a_seat_over(at, world):
    page = at(reverse("liaisons:mandate_successor", args=[world.mandate.pk]), "liaison")
    page.locator("[name=do][value=make]").click()
    link = re.search(r"/en/succeed/[\w-]+/", page.locator("main a.address").inner_text())
    page = at(link[0], "member")
    page.locator("main form button").first.click()
    assert page.url.endswith(reverse("liaisons:join_mandate"))
    assert page.locator("main [name=seat]").count() == 0
    assert Mandate.objects.get(person=world.people["member"]).predecessor == world.mandate


def test_contesting_a_mandate(at, world):
    mandate = world.mandate
    page = at(reverse("liaisons:endorse", args=[mandates.share_token(mandate)]), "member")
    page.locator("main [name=verdict][value=contests]").check()
    page.locator("main [name=reason]").fill("არავის უკითხავს.")
    page.locator(PRIMARY).first.click()
    mandate.refresh_from_db()
    assert mandate.review_opened_at
    page = at(reverse("admin:liaisons_mandate_change", args=[mandate.pk]), "superuser")
    page.locator("[name=outcome][value=keep]").check()
    page.locator("#dispute [name=message]").fill("ოქმშია.")
    page.locator("[name=do][value=close_review]").click()
    mandate.refresh_from_db()
    assert mandate.review_opened_at is None


def test_a_relay_from_first_to_last(at, world):
    page = at(world.update.get_absolute_url(), "liaison")
    page.locator("main a[href*='/my/relays/new/']").first.click()
    channel = page.locator("main [name=channel]")
    if channel.first.get_attribute("type") == "radio":
        page.locator("main [name=channel][value=chat_group]").check()
    else:
        channel.select_option("chat_group")
    page.locator(PRIMARY).first.click()
    relay = Relay.objects.get(channel="chat_group")
    page.goto(reverse("strategy:relay_edit", args=[relay.pk]))
    page.locator("main [name=people]").fill("44")
    page.locator(PRIMARY).first.click()
    relay.refresh_from_db()
    assert relay.people == 44
    page.goto(reverse("strategy:relay_withdraw", args=[relay.pk]))
    page.locator("main form button").first.click()
    relay.refresh_from_db()
    assert relay.is_withdrawn


def test_a_report_from_first_to_last(at, world):
    page = at(reverse("strategy:report_new"), "liaison")
    page.locator("main [name=topic]").select_option(index=1)
    page.locator("main [name=overview]").fill("საუბარი")
    page.locator("main [name=do][value=check]").click()
    # What is missing is said, and nothing typed is lost.
    assert page.locator("#form-errors").count() == 1
    assert page.locator("main [name=overview]").input_value() == "საუბარი"
    page.locator("main [name=form][value=in_person]").check()
    page.locator("main [name=held_on]").fill(str(world.report.held_on))
    page.locator("main [name=people]").fill("12")
    page.locator("main [name=place]").fill("ბათუმი")
    if not page.locator("main [name=language]").input_value():
        page.locator("main [name=language]").fill("sw")
    page.locator("main [name=statements]").fill("პირველი.\n- მეორე.")
    page.locator("main [name=do][value=check]").click()
    page.locator("#publish-form button, [form=publish-form]").first.click()
    report = Report.objects.published().first()
    assert report.place == "ბათუმი"
    assert report.statements.count() == 2


def test_a_translation_from_first_to_last(at, world):
    page = at("/en/translate/?language=fr", "translator")
    page.locator(f"main a[href$='/fr/update/{world.update.pk}/']").click()
    page.locator("main [name=do][value=claim]").click()
    page.locator("main [name=title]").fill("სათაური")
    page.locator("main [name=do][value=publish]").click()
    # What is missing is said, and nothing typed is lost.
    assert page.locator("#form-errors").count() == 1
    assert page.locator("main [name=title]").input_value() == "სათაური"
    page.locator("main [name=short]").fill("მოკლედ")
    page.locator("main [name=do][value=publish]").click()
    assert Update.objects.get(pk=world.update.pk).title_fr == "სათაური"
    page.goto(f"/en/translate/hi/update/{world.update.pk}/")
    page.locator("main [name=do][value=release]").click()
    assert Translation.objects.get(language="hi").status == Translation.Status.OPEN


def test_asking_for_a_translation(at, world):
    open_before = TranslationRequest.objects.open().count()
    page = at("/fr" + world.update.get_absolute_url().removeprefix("/en"), "liaison")
    page.locator("main a[href*='/translate/ask/']").click()
    page.locator("main [name=language]").fill("no such language")
    page.locator("main [name=note]").fill("შენიშვნა")
    page.locator(PRIMARY).first.click()
    # What is wrong is said, and nothing typed is lost.
    assert page.locator("#form-errors").count() == 1
    assert page.locator("main [name=note]").input_value() == "შენიშვნა"
    page.locator("main [name=language]").fill("sw")
    page.locator(PRIMARY).first.click()
    assert TranslationRequest.objects.open().filter(language="sw").count() == 1
    page.locator("main form[action$='/withdraw/'] button").first.click()
    assert TranslationRequest.objects.open().count() == open_before


def test_writing_to_a_liaison(at, world, settings):
    settings.FORM_SECONDS = (0, 3600)
    page = at(world.group.get_absolute_url())
    page.locator("main a[href$='/write/']").click()
    page.locator("main [name=body]").fill("გამარჯობა")
    page.locator(PRIMARY).first.click()
    # What is missing is said, and nothing typed is lost.
    assert page.locator("#form-errors").count() == 1
    assert page.locator("main [name=body]").input_value() == "გამარჯობა"
    page.locator("main [name=address]").fill("reader@example.org")
    page.locator(PRIMARY).first.click()
    code = re.search(r"^(\d{4}\s\d{4})$", mail.outbox[-1].body, re.MULTILINE).group(1)
    page.locator("[name=code]").fill(code)
    page.locator(PRIMARY).first.click()
    assert page.url.endswith("/write/sent/")
    letter = Letter.objects.first()
    assert (letter.body, letter.mandate) == ("გამარჯობა", world.mandate)


def test_answering_and_reporting_a_letter(at, world):
    page = at(reverse("liaisons:letter_list"), "liaison")
    page.locator("main .rowlist a").first.click()
    page.locator("main [name=answer]").fill("პარასკევს")
    page.locator(PRIMARY).first.click()
    world.letter.refresh_from_db()
    assert world.letter.answer == "პარასკევს"
    page.locator(".letter__report summary").click()
    page.locator("main [name=note]").fill("შეურაცხყოფა")
    page.locator("[name=do][value=report]").click()
    world.letter.refresh_from_db()
    assert world.letter.reported_at


def test_ending_the_mails(at, world):
    recipient = Recipient.objects.get(user=world.people["liaison"])
    token = unsubscribe.token_for(recipient.pk, recipient.address_hash)
    page = at(reverse("mailing:unsubscribe", args=[token]))
    page.locator("main form button").first.click()
    assert page.locator("main form").count() == 0
    assert recipients.preference_of(world.people["liaison"]).rhythm == "none"


def test_subscribing_without_an_account(at, world, settings):
    settings.FORM_SECONDS = (0, 3600)
    page = at(reverse("home"))
    page.locator("main a[href$='/subscribe/']").click()
    page.locator("main [name=rhythm][value=daily]").check()
    page.locator(PRIMARY).first.click()
    # What is missing is said, and nothing chosen is lost.
    assert page.locator("#form-errors").count() == 1
    assert page.locator("main [name=rhythm][value=daily]").is_checked()
    page.locator("main [name=address]").fill("reader@example.org")
    page.locator(PRIMARY).first.click()
    assert page.url.endswith("/subscribe/sent/")
    asked = SubscriptionRequest.objects.get(address="reader@example.org")
    page.goto(reverse("liaisons:subscribe_confirm", args=[subscriptions.request_token(asked)]))
    assert not Recipient.objects.filter(address="reader@example.org").exists()
    page.locator(PRIMARY).first.click()
    assert page.locator("main .cdx-message--success").count() == 1
    recipient = Recipient.objects.get(address="reader@example.org")
    assert recipient.preferences.get().rhythm == "daily"


def test_managing_a_subscription(at, world):
    link = reverse("liaisons:subscription", args=[subscriptions.manage_token(world.subscriber)])
    page = at(link)
    page.locator("main [name=rhythm][value=monthly]").check()
    until = timezone.localdate() + timedelta(days=20)
    page.locator("main [name=paused_until]").fill(until.isoformat())
    page.locator(PRIMARY).first.click()
    world.subscriber.refresh_from_db()
    assert world.subscriber.paused_until.date() == until
    page.locator("main button").last.click()
    assert world.subscriber.preferences.get().rhythm == "none"
    page.locator("main a[href$='/delete/']").click()
    page.locator(PRIMARY).first.click()
    assert page.url.endswith("/subscribe/deleted/")
    world.subscriber.refresh_from_db()
    assert world.subscriber.address == ""


def test_reviewing_an_application(at):
    application = MandateFactory(group=GroupFactory(name="თავისუფალი"))
    page = at(reverse("admin:liaisons_mandate_change", args=[application.pk]), "superuser")
    page.locator("[name=decision][value=confirm]").check()
    page.locator("[name=do][value=preview]").click()
    page.locator("[name=do][value=send]").click()
    application.refresh_from_db()
    assert application.status == Mandate.Status.CONFIRMED


def test_scheduling_an_update(at, world):
    page = at(reverse("admin:strategy_update_change", args=[world.draft_update.pk]), "superuser")
    page.locator("[name=publish_at_0]").fill("2999-01-01")
    page.locator("[name=publish_at_1]").fill("10:00")
    page.locator("[name=_schedule], [name=_save]").first.click()
    update = Update.objects.get(pk=world.draft_update.pk)
    assert update.publish_at is not None


def test_marking_a_statement_received(at, world):
    statement = Statement.objects.get(report=world.report, number=3)
    page = at(reverse("admin:strategy_statement_changelist"), "superuser")
    page.locator(f"[name=_selected_action][value='{statement.pk}']").check()
    names = page.locator("select[name=action]").inner_html()
    wanted = re.search(r'value="([^"]*receiv[^"]*)"', names).group(1)
    page.locator("select[name=action]").select_option(wanted)
    page.locator("button[name=index]").first.click()
    statement.refresh_from_db()
    assert statement.received_at is not None


def test_resetting_a_second_step(at, world):
    editor = world.people["editor"]
    has_one = {"user": editor, "type": Authenticator.Type.TOTP}
    Authenticator.objects.get_or_create(**has_one, defaults={"data": {"secret": ""}})
    path = reverse("admin:liaisons_user_second_step", args=[editor.pk])
    page = at(path, "superuser", just_signed_in=True)
    page.locator("[name=reason]").fill("დაკარგული ტელეფონი")
    page.locator("[name=knows]").check()
    page.locator("#content-main button.default").click()
    assert re.fullmatch(r"\d{4} \d{4} \d{4}", page.locator(".handed-code").inner_text().strip())
    assert not Authenticator.objects.filter(user=editor).exists()


def test_switching_the_summary_off(at, world):
    page = at(reverse("liaisons:settings_queue_summary"), "reviewer")
    page.locator("[name=is_wanted]").uncheck()
    page.locator(PRIMARY).first.click()
    assert not queue_summary.is_wanted(world.people["reviewer"])
