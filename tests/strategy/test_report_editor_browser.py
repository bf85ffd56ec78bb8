"""A report written on a phone: the connection cut in the middle, two windows, by keyboard alone."""

import json
import re

import pytest
from playwright.sync_api import expect

from strategy import statement_lines
from strategy.models import Report, ReportDraft
from tests.browser import Faults, window
from tests.harness.walk import axe, dark_contrast, scrolls_sideways
from web.models import ContentVersion, Installation

from .factories import TopicFactory, drafted, reported

pytestmark = [pytest.mark.heavy, pytest.mark.django_db(transaction=True)]

PHONE = {"width": 360, "height": 740}
NEW = "/en/my/reports/new/?topic=advocacy"
# Two seconds after typing, and then what a busy machine takes.
PATIENCE = 25_000
SAVED = re.compile(r"Saved \d")
# What the browser itself says when a request meets no network, or an answer that is no success.
EXPECTED = (
    "ERR_INTERNET_DISCONNECTED",
    "ERR_FAILED",
    "status of 409",
    "status of 401",
    "status of 403",
)
KEPT = "() => Object.keys(localStorage).filter((name) => name.startsWith('report:')).length"


@pytest.fixture(autouse=True)
def rows_of_a_new_database(transactional_db):
    """Tests of this kind empty every table."""
    ContentVersion.objects.get_or_create(pk=1)
    Installation.objects.get_or_create(pk=1)


@pytest.fixture
def topic(transactional_db):
    return TopicFactory(slug="advocacy", title_en="Advocacy")


@pytest.fixture
def phone(chromium, live_server, as_person, topic):
    """``phone(alice)``: a browser window of 360 px in which she is signed in."""
    opened = []

    def open_window(person, **options):
        options = {"viewport": PHONE, "reduced_motion": "reduce", **options}
        manager = window(
            chromium, live_server.url, person_client=as_person(person), locale="en-GB", **options
        )
        context = manager.__enter__()
        faults = Faults(live_server.url)
        context.on("page", faults.watch)
        opened.append((manager, faults))
        return context

    yield open_window
    for manager, faults in opened:
        manager.__exit__(None, None, None)
        wrong = [f for f in faults.found if not any(said in f for said in EXPECTED)]
        assert not wrong


def fill_in(page, **besides):
    """Everything but what ``besides`` gives."""
    page.locator("[name=form][value=in_person]").check()
    texts = {
        "held_on": "2019-07-10",
        "people": "25",
        "place": "Dar es Salaam",
        "overview": "We talked for an hour.",
        "statements": "Training comes first.\nMore languages.",
        **besides,
    }
    for name, text in texts.items():
        page.locator(f"[name={name}]").fill(text)


def status(page):
    return page.locator("[data-status]")


def assert_saved(page):
    expect(status(page)).to_have_text(SAVED, timeout=PATIENCE)


def assert_says(page, text):
    expect(status(page)).to_contain_text(text, timeout=PATIENCE)


def test_nothing_is_lost_when_the_connection_is(phone, alice):
    context = phone(alice)
    page = context.new_page()
    page.goto(NEW)
    fill_in(page, statements="Training comes first.")
    assert_saved(page)
    expect(page).to_have_url(re.compile(r"/en/my/reports/\d+/$"))
    assert page.evaluate(KEPT) == 0

    context.set_offline(True)
    page.locator("[name=statements]").press_sequentially("\n2. More languages.\n")
    assert_says(page, "no connection")
    expect(page.locator(".preview li")).to_have_count(2)
    page.locator("button[value=check]").click()
    assert_says(page, "kept on this device")
    page.locator("[name=statements]").press_sequentially("3) Fewer meetings.")
    expect(page.locator(".preview li")).to_have_count(3)
    page.wait_for_function(f"({KEPT})() === 1")
    assert "More languages" not in ReportDraft.objects.get().data["statements"]
    assert axe(page) == []

    # The browser is closed and opened again before the connection is back.
    address = page.url
    page.close(run_before_unload=False)
    context.set_offline(False)
    page = context.new_page()
    page.goto(address)
    expect(page.locator("[data-restored]")).to_contain_text("back in the form")
    expect(page.locator("[name=statements]")).to_have_value(
        "Training comes first.\n2. More languages.\n3) Fewer meetings."
    )
    assert_saved(page)
    assert page.evaluate(KEPT) == 0
    assert axe(page) == []

    page.locator("button[value=check]").click()
    expect(page.locator("h1")).to_have_text("Check your report")
    context.set_offline(True)
    page.locator("button[value=publish]").click()
    assert_says(page, "nothing is published yet")
    context.set_offline(False)
    page.locator("button[value=publish]").click()
    expect(page.locator("h1")).to_have_text("R1 is published")
    assert [one.text for one in Report.objects.get().statements.order_by("number")] == [
        "Training comes first.",
        "More languages.",
        "Fewer meetings.",
    ]


def test_a_new_report_begun_without_a_connection_comes_back(phone, alice):
    context = phone(alice)
    page = context.new_page()
    page.goto(NEW)
    context.set_offline(True)
    page.locator("[name=overview]").press_sequentially("Typed in a tunnel.")
    assert_says(page, "kept on this device")
    address = page.url
    page.close()
    context.set_offline(False)
    page = context.new_page()
    page.goto("/en/my/reports/")
    expect(page.locator("[data-kept]")).to_contain_text("have not reached us")
    assert axe(page) == []
    page.get_by_role("link", name="Go on with it").click()
    assert page.url.split("?")[0] == address.split("?")[0] or "/reports/" in page.url
    expect(page.locator("[name=overview]")).to_have_value("Typed in a tunnel.")
    assert_saved(page)
    assert Report.objects.get().draft.data["overview"] == "Typed in a tunnel."
    page.goto("/en/my/reports/")
    expect(page.locator("[data-kept]")).to_be_hidden()


def test_an_answer_that_got_lost_makes_neither_two_reports_nor_a_conflict(phone, alice):
    context = phone(alice)
    page = context.new_page()
    lost = []

    def lose(route):
        if route.request.method == "POST" and not lost:
            lost.append(route.fetch())
            route.abort()
        else:
            route.continue_()

    context.route("**/my/reports/**", lose)
    page.goto(NEW)
    page.locator("[name=overview]").press_sequentially("First words")
    assert_says(page, "no connection")
    assert Report.objects.count() == 1
    page.locator("[name=overview]").press_sequentially(" and later ones")
    assert_saved(page)
    assert Report.objects.get().draft.data["overview"] == "First words and later ones"
    lost.clear()
    page.locator("[name=overview]").press_sequentially(" and more")
    assert_says(page, "no connection")
    page.locator("[name=overview]").press_sequentially(" and still more")
    assert_saved(page)
    draft = ReportDraft.objects.get()
    assert draft.data["overview"] == "First words and later ones and more and still more"


def test_two_windows_show_both_texts_and_lose_none(phone, alice, bob):
    report = drafted(alice.mandates.get(), topic="advocacy", statements="One.\nTwo.")
    address = f"/en/my/reports/{report.pk}/"
    first = phone(alice).new_page()
    second = phone(bob).new_page()
    first.goto(address)
    second.goto(address)
    second.locator("[name=statements]").fill("One.\nTwo, said Bob.")
    assert_saved(second)
    first.locator("[name=statements]").fill("One.\nTwo.\nThree, said Alice.")
    assert_says(first, "Nothing was overwritten")
    assert "Bob" in ReportDraft.objects.get().data["statements"]
    first.get_by_role("button", name="Compare both").click()
    expect(first.locator(".conflict")).to_contain_text("Another liaison of your group")
    expect(first.locator(".conflict mark", has_text="Bob")).to_be_visible()
    expect(first.locator(".conflict mark", has_text="Alice")).to_be_visible()
    assert axe(first) == []
    assert dark_contrast(first) == []
    assert scrolls_sideways(first) == []
    # While the writer has not chosen, nothing saves by itself.
    first.locator("#report-form [name=statements]").fill("One.\nTwo, said Bob.\nThree, said Alice.")
    first.wait_for_timeout(3500)
    assert "Alice" not in ReportDraft.objects.get().data["statements"]
    first.get_by_role("button", name="Keep mine").first.click()
    expect(first.locator(".conflict")).to_have_count(0)
    expect(first.locator("[name=statements]")).to_have_value(
        "One.\nTwo, said Bob.\nThree, said Alice."
    )
    assert "Alice" in ReportDraft.objects.get().data["statements"]
    assert first.evaluate(KEPT) == 0


def test_who_is_signed_out_meanwhile_goes_on_after_signing_in(phone, alice, as_person, live_server):
    report = drafted(alice.mandates.get(), topic="advocacy", overview="Before.")
    context = phone(alice)
    page = context.new_page()
    page.goto(f"/en/my/reports/{report.pk}/")
    context.clear_cookies(name="sessionid")
    page.locator("[name=overview]").fill("After.")
    assert_says(page, "you are signed out")
    assert ReportDraft.objects.get().data["overview"] == "Before."
    again = as_person(alice).cookies["sessionid"].value
    context.add_cookies([{"name": "sessionid", "value": again, "url": live_server.url}])
    page.reload()
    expect(page.locator("[name=overview]")).to_have_value("After.")
    assert_saved(page)
    assert ReportDraft.objects.get().data["overview"] == "After."


def test_signing_out_says_what_waits_and_leaves_nothing_behind(phone, alice):
    report = drafted(alice.mandates.get(), topic="advocacy")
    context = phone(alice)
    page = context.new_page()
    page.goto(f"/en/my/reports/{report.pk}/")
    context.set_offline(True)
    page.locator("[name=overview]").fill("A secret.")
    assert_says(page, "kept on this device")
    page.close()
    context.set_offline(False)
    page = context.new_page()
    page.goto("/en/accounts/logout/")
    expect(page.locator("[data-kept]")).to_contain_text("they are deleted from this device")
    assert axe(page) == []
    page.locator("form[data-forget] button").click()
    page.wait_for_load_state()
    assert page.evaluate(KEPT) == 0
    assert page.evaluate("() => JSON.stringify(localStorage)") == "{}"


def test_by_keyboard_alone(phone, alice):
    page = phone(alice).new_page()
    page.goto(NEW)
    page.locator("[name=topic]").focus()
    keys = [
        ["Tab", " "],
        ["Tab", *"10072019"],
        ["Tab"],  # the day's own button
        ["Tab", *"25"],
        ["Tab", *"Arusha"],
        ["Tab"],
        ["Tab"],
        ["Tab", *"We talked."],
        ["Tab", *"One thing.", "Enter", *"Another."],
    ]
    for line in keys:
        for key in line:
            page.keyboard.press(key)
        if page.evaluate("document.activeElement.name") == "statements":
            break
    page.locator("[name=held_on]").fill("2019-07-10")  # its keys differ by the browser's language
    expect(page.locator("[name=statements]")).to_have_value("One thing.\nAnother.")
    page.locator("[name=statements]").focus()
    for _ in range(6):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.value") == "check":
            break
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Check your report")
    page.locator("button[value=publish]").focus()
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("R1 is published")


def test_without_scripts(phone, alice):
    page = phone(alice, java_script_enabled=False).new_page()
    page.goto(NEW)
    page.locator("[name=overview]").fill("Only this.")
    page.get_by_role("button", name="Save draft").click()
    expect(page.locator("[name=overview]")).to_have_value("Only this.")
    page.get_by_role("button", name="Check and publish").click()
    expect(page.locator("#form-errors")).to_contain_text("Write at least one statement.")
    fill_in(page)
    page.get_by_role("button", name="Check and publish").click()
    expect(page.locator(".numbered li")).to_have_count(2)
    page.get_by_role("button", name="Publish the report").click()
    expect(page.locator("h1")).to_have_text("R1 is published")


def test_an_untouched_form_says_what_is_missing(phone, alice):
    page = phone(alice).new_page()
    page.goto(NEW)
    page.wait_for_timeout(3500)
    assert not Report.objects.exists()  # nothing is begun by looking
    page.get_by_role("button", name="Check and publish").click()
    expect(page.locator("#form-errors")).to_contain_text("Write at least one statement.")
    assert Report.objects.count() == 1


def test_the_preview_cuts_as_the_server_does(phone, alice):
    page = phone(alice).new_page()
    page.goto(NEW)
    for pasted in LISTS:
        page.locator("[name=statements]").fill(pasted)
        page.wait_for_timeout(300)
        shown = page.locator(".preview li p[dir]").all_inner_texts()
        assert shown == statement_lines.cut(pasted).statements, json.dumps(pasted)


LISTS = [
    "1. One.\n2) Two.\n(3) Three.\n4、四\n٥. خمسة\n६) छह\n７．七",
    "• One\n- Two\n– Three\n* Four\n*Five\n# Six\n\n\n---\nTwo",
    "#One\n#Two",
    "1.5 million people\n-5 degrees\n2030 is near\n#metoo matters",
    "One. Two sentences.\nविकल्प। दो\nOne\nOne",
]


def test_a_correction_on_a_phone(phone, alice, topic):
    report = reported(alice.mandates.get(), "One.", "Two.", topic=topic)
    page = phone(alice).new_page()
    page.goto(f"/en/my/reports/{report.pk}/correct/")
    page.get_by_role("button", name="Begin the correction").click()
    page.locator("[name=words_1]").fill("One, better.")
    page.locator("[name=withdraw_2]").check()
    page.locator("[name=statements]").fill("Three.")
    expect(page.locator(".preview li")).to_have_attribute("value", "3")
    assert_saved(page)
    assert axe(page) == []
    assert scrolls_sideways(page) == []
    page.locator("[name=note]").fill("A slip of the pen.")
    page.get_by_role("button", name="Check and publish").click()
    expect(page.locator("h1")).to_have_text("Check your correction")
    assert axe(page) == []
    page.get_by_role("button", name="Publish the correction").click()
    expect(page.locator("h1")).to_have_text("R1 is published")
    report.refresh_from_db()
    assert report.version == 2


def test_a_device_drops_its_words_only_once_the_draft_is_discarded(phone, alice):
    context = phone(alice)
    page = context.new_page()
    page.goto(NEW)
    fill_in(page)
    assert_saved(page)
    report = Report.objects.get()
    other = context.new_page()
    other.goto(f"/en/my/reports/{report.pk}/discard/")
    context.set_offline(True)
    page.locator("[name=overview]").fill("Words that only this device has.")
    assert_says(page, "no connection")
    page.close()
    context.set_offline(False)
    # Somebody else's save comes in between: the server discards nothing.
    ReportDraft.objects.update(revision=9)
    other.locator("main form button").click()
    expect(other.locator("main")).to_contain_text("Discard")
    assert other.evaluate(KEPT) == 1
    other.locator("main form button").click()
    expect(other).to_have_url(re.compile(r"/en/my/reports/$"))
    assert other.evaluate(KEPT) == 0
    assert not Report.objects.exists()


def test_words_kept_by_a_page_that_is_still_open_do_not_replace_its_newer_ones(phone, alice):
    report = drafted(alice.mandates.get(), topic="advocacy")
    context = phone(alice)
    first, second = context.new_page(), context.new_page()
    address = re.compile(rf"/my/reports/{report.pk}/$")
    for page in (first, second):
        page.route(address, cut_off)
    first.goto(f"/en/my/reports/{report.pk}/")
    first.locator("[name=overview]").fill("Kept on this device.")
    assert_says(first, "no connection")
    second.goto(f"/en/my/reports/{report.pk}/")
    expect(second.locator("[name=overview]")).to_have_value("Kept on this device.")
    assert_says(second, "no connection")
    first.unroute(address)
    first.locator("[name=overview]").fill("Newer words.")
    assert_saved(first)
    second.unroute(address)
    second.locator("[name=overview]").fill("Kept on this device, and more.")
    assert_says(second, "Nothing was overwritten")
    assert ReportDraft.objects.get().data["overview"] == "Newer words."


def cut_off(route):
    """Nothing that is sent arrives."""
    return route.abort() if route.request.method == "POST" else route.continue_()
