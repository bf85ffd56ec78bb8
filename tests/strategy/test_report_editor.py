"""Writing a report without scripts: begin, save, check, publish; what is taken and refused."""

import pytest
from django.utils import timezone

from strategy.models import Report, ReportDraft
from tests.factories import GroupFactory, LanguageFactory, MandateFactory
from tests.harness.corpus import XSS

from .factories import TopicFactory, drafted, reported

pytestmark = pytest.mark.django_db


def test_a_report_goes_from_the_first_word_to_its_number(opened, alice):
    window = opened(alice)
    window.send(overview="")
    report = Report.objects.get()
    assert report.status == Report.Status.DRAFT
    assert window.shows("Your draft is saved")
    assert window.shows("1. Training comes first.")

    window.send("check")
    assert window.shows("Nothing is public yet")
    assert window.shows('<li value="1">')
    assert window.shows("by-sa/4.0")
    window.publish()
    report.refresh_from_db()
    assert report.ref == "R1"
    assert report.version == 1
    assert window.shows("R1 is published")
    assert window.shows("/en/reports/R1/")
    assert list(report.statements.values_list("number", "text")) == [
        (1, "Training comes first."),
        (2, "More languages."),
    ]
    assert not ReportDraft.objects.exists()
    assert "Training comes first." in window.client.get("/en/reports/R1/").content.decode()


def test_what_is_missing_is_said_with_links_and_everything_typed_is_kept(opened, alice):
    window = opened(alice)
    window.send(
        "check", topic="", place="", statements=" ", people="many", held_on="soon",
        language="Klingonish", overview="Kept <b>words</b>",
    )  # fmt: skip
    for field in ("topic", "place", "statements", "people", "held_on", "language"):
        assert window.shows(f'href="#id_{field}"'), field
    assert window.shows("Kept <b>words</b>")
    assert "Kept <b>" not in window.page
    assert window.shows('value="many"')
    assert window.shows('value="soon"')
    assert Report.objects.get().draft.data["overview"] == "Kept <b>words</b>"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"held_on": "2999-01-01"}, "still to come"),
        ({"held_on": "1901-01-01"}, "check the year"),
        ({"people": "0"}, "Enter one number"),
        ({"people": "9999999999999"}, "Enter one number"),
        ({"page_url": "javascript:alert(1)"}, "Enter a link"),
        ({"place": "x" * 201}, "at most 200"),
        ({"overview": "x" * 4001}, "at most 4000"),
        ({"statements": "x" * 501}, "501 characters; at most 500"),
        ({"statements": "\n".join(f"Line {n} is long {'x' * 500}" for n in range(9))}, "4 more"),
        ({"statements": "\n".join(f"This is {n}" for n in range(201))}, "201 statements"),
        ({"topic": "no-such-topic"}, "not public any more"),
    ],
)
def test_what_cannot_be_published_is_said(opened, alice, typed, said):
    window = opened(alice)
    window.send("check", **typed)
    assert window.shows(said)
    assert not window.shows("Nothing is public yet")


@pytest.mark.parametrize(
    ("typed", "people"), [("about", None), ("~1,200", 1200), ("٢٥", 25), ("1 000", 1000)]
)
def test_numbers_are_taken_as_people_write_them(opened, alice, typed, people):
    window = opened(alice)
    window.send("check", people=typed)
    window.publish()
    found = Report.objects.get()
    assert found.people == people


def test_a_closed_topic_is_offered_last_and_says_so(opened, alice):
    closed = TopicFactory(slug="closed-one", title_en="An old one", closed=True)
    window = opened(alice, "/en/my/reports/new/?topic=closed-one")
    page = window.page
    assert page.index("Advocacy matters") < page.index("An old one (closed on")
    assert window.shows("This topic is closed. You can still report on it")
    window.send("check", topic="closed-one")
    window.publish()
    assert Report.objects.get().topic == closed


def test_a_hidden_topic_is_not_offered(opened, alice):
    TopicFactory(slug="hidden", title_en="Kept back", is_public=False)
    assert not opened(alice, "/en/my/reports/new/?topic=hidden").shows("Kept back")


def test_who_speaks_for_several_groups_chooses_first_and_it_stays(opened, alice, swahili, frank):
    other = GroupFactory(slug="other", name="The other group")
    MandateFactory(person=alice, group=other, confirmed=True, reviewer=frank)
    window = opened(alice, "/en/my/reports/new/?topic=advocacy")
    assert window.shows("For which group?")
    assert window.shows("?group=other&topic=advocacy")
    window.open("/en/my/reports/new/?group=other&topic=advocacy")
    window.send()
    report = Report.objects.get()
    assert report.group == other
    window.hidden["group"] = "swahili"
    window.send(overview="Later words")
    report.refresh_from_db()
    assert report.group == other
    assert report.draft.data["overview"] == "Later words"


def test_a_group_of_others_cannot_be_chosen(opened, alice, armenia):
    window = opened(alice)
    window.hidden["group"] = "armenia"
    window.action = "/en/my/reports/new/"
    assert window.send(overview="Kept words").status_code == 403
    assert window.shows("Kept words")
    assert not Report.objects.exists()


def test_the_language_begins_with_the_last_one_or_the_group_s(opened, alice):
    assert opened(alice).shows('value="Swahili"')
    hausa = LanguageFactory(code="ha", english_name="Hausa", autonym="Hausa")
    reported(alice.mandates.get(), language=hausa)
    assert opened(alice).shows('value="Hausa"')


def test_the_list_has_drafts_first_and_says_how_far_each_came(opened, alice, erin):
    mandate = alice.mandates.get()
    report = reported(mandate, "One.", "Two.", "Three.")
    report.statements.filter(number=1).update(received_at=timezone.now(), received_by=erin)
    drafted(mandate, topic="advocacy", statements="- One\n- Two")
    page = opened(alice, "/en/my/reports/").page
    assert page.index(">Go on<") < page.index("/en/reports/R1/")
    assert "2 statements" in page
    assert "1 received" in page
    assert "3 statements" in page


def test_the_empty_list_teaches(opened, alice):
    window = opened(alice, "/en/my/reports/")
    assert window.shows("No report yet")
    assert window.shows("/en/my/reports/new/?topic=advocacy")


def body(response, pk) -> str:
    return response.content.decode().replace(f"/{pk}/", "/…/")


def test_reports_of_other_groups_are_not_there(opened, alice, grace):
    report = drafted(alice.mandates.get(), overview="Alice's secret")
    window = opened(grace, "/en/my/reports/")
    assert "secret" not in window.page
    for path in ("", "?step=check", "correct/", "discard/"):
        hidden = window.client.get(f"/en/my/reports/{report.pk}/{path}")
        missing = window.client.get(f"/en/my/reports/{report.pk + 999}/{path}")
        assert hidden.status_code == missing.status_code == 404
        assert body(hidden, report.pk) == body(missing, report.pk + 999)
    sent = {"overview": "mine", "do": "save", "seen": 1, "whose": grace.pk}
    assert window.client.post(f"/en/my/reports/{report.pk}/", sent).status_code == 404
    window.client.post(f"/en/my/reports/{report.pk}/discard/", {"seen": 1})
    assert window.client.post(f"/en/my/reports/{report.pk}/", {"do": "publish"}).status_code == 404
    assert Report.objects.get().draft.data == {"overview": "Alice's secret"}


def test_who_speaks_for_no_group_reads_how_to(opened, dave):
    response = opened(dave).response
    assert response.status_code == 403
    assert "Become a liaison" in response.content.decode()


@pytest.mark.parametrize("text", XSS)
def test_what_is_typed_stays_text_on_every_page(opened, alice, bob, text):
    evil = dict.fromkeys(
        ("topic", "form", "place", "page_url", "held_on", "people", "language", "overview"), text
    )
    window = opened(alice)
    window.send(statements=f"{text}\n{text} again", **evil)
    report = Report.objects.get()
    pages = [window.page]
    window.send("check", **evil)
    pages.append(window.page)
    other = opened(bob, f"/en/my/reports/{report.pk}/")
    other.send(overview=f"{text} by Bob")
    window.send(**evil)
    pages.append(window.page)
    assert window.shows("There are two texts")
    pages.append(opened(alice, "/en/my/reports/").page)
    window.send(place=text, overview=text, statements=text)
    window.open(f"/en/my/reports/{report.pk}/?step=check")
    pages.append(window.page)
    for page in pages:
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert "<svg/onload" not in page
        assert "<iframe srcdoc" not in page
        assert "<b onmouseover" not in page
