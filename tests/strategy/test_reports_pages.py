"""Reports and statements as everyone reads them: addresses that stay, states, what became of it."""

import json
import re
from xml.etree import ElementTree

import pytest

from liaisons.models import Language
from strategy import reports, responses, what_became
from strategy.models import Report, Statement
from tests.factories import GroupFactory, LanguageFactory, MandateFactory
from tests.harness.corpus import XSS
from tests.strategy.factories import TopicFactory, drafted, passed_on, reported
from tests.strategy.factories import UpdateFactory as Updates

pytestmark = pytest.mark.django_db
GROUP = "/en/groups/swahili/"


@pytest.fixture
def report(alice, swahili):
    return reported(alice.mandates.get(), "Training comes first.", "Write in plain words.")


def read(client, path):
    response = client.get(path)
    assert response.status_code == 200, path
    return response.content.decode()


def words(html):
    """What is read on a page: without markup, and with single spaces."""
    main = html[html.index("<main") : html.index("</main>")]
    return " ".join(re.sub(r"<[^>]*>", " ", main).split())


def corrected(report, person, note="Said better.", **changes):
    """Correct a published report the way its editor does."""
    draft = reports.start_correction(report=report, by=person, data={})
    report.refresh_from_db()
    parts = {part: getattr(report, part) for part in reports.PARTS}
    content = reports.Content(**parts, note=note, **changes)
    return reports.publish(report=report, by=person, content=content, seen=draft.revision)


def answered(report, erin, *numbers, text="We will train more."):
    chosen = report.statements.filter(number__in=numbers)
    return responses.answer(statements=chosen, texts={"text_en": text}, by=erin)


# --- The pages ----------------------------------------------------------------------------------


def test_a_report_shows_its_statements_with_their_addresses(client, report):
    page = read(client, report.get_absolute_url())
    assert "Training comes first." in page
    assert f'id="{report.ref}.1"' in page
    assert f"/en/statements/{report.ref}.2/" in page
    assert f"/{report.ref}</a>" in page
    assert 'rel="license"' in page
    assert "By Alice, liaison of Jenga Wikipedia ya Kiswahili" in page


def test_who_is_not_public_by_name_is_not_named(client, bob):
    report = reported(bob.mandates.get())
    page = read(client, report.get_absolute_url())
    assert "By the liaison of Jenga Wikipedia ya Kiswahili" in page
    assert "Bob" not in page


def test_text_says_its_language_and_direction(client, alice):
    arabic = LanguageFactory(code="ar", direction=Language.Direction.RTL, bcp47="ar")
    report = reported(alice.mandates.get(), "التدريب أولاً.", language=arabic)
    for path in (report.get_absolute_url(), f"/en/statements/{report.ref}.1/", "/en/statements/"):
        assert re.search(r'lang="ar" dir="rtl">(<p>)?التدريب', read(client, path)), path


def test_a_draft_is_nowhere(client, alice, report):
    drafted(alice.mandates.get(), overview="Not yet said.")
    assert "Not yet said." not in read(client, "/en/reports/")
    assert client.get("/en/reports/R999/").status_code == 404
    assert client.get("/en/statements/R1.99/").status_code == 404
    assert client.get("/en/reports/R1/versions/9/").status_code == 404


def test_filters_narrow_the_lists(client, alice, grace, report):
    topic = TopicFactory(title_en="Revenue", slug="revenue")
    german = LanguageFactory(code="de", english_name="German", bcp47="de")
    other = reported(grace.mandates.get(), "Geld ist knapp.", topic=topic, language=german)
    for path, query in (
        ("/en/reports/", "topic=revenue"),
        ("/en/reports/", "language=de"),
        ("/en/reports/", "group=armenia"),
        ("/en/statements/", "topic=revenue"),
        ("/en/statements/", "language=de"),
        ("/en/statements/", "group=armenia"),
        ("/en/statements/", "q=KNAPP"),
        ("/en/statements/", f"q={other.ref}.1"),
    ):
        page = read(client, f"{path}?{query}")
        assert f"{other.ref}" in page, query
        assert report.statements.first().get_absolute_url() not in page, query
        assert report.get_absolute_url() not in page, query


def test_states_filter_statements(client, report, erin):
    responses.receive(statements=report.statements.filter(number=1), by=erin)
    assert "Training" in read(client, "/en/statements/?state=received")
    assert "Training" not in read(client, "/en/statements/?state=waiting")
    answered(report, erin, 1)
    assert "Training" in read(client, "/en/statements/?state=answered")


def test_values_nobody_offers_change_nothing(client, report):
    assert "Training" in read(client, "/en/statements/?topic=x&state=y&language=z&group=%E0%A4")


def test_empty_lists_teach(client, swahili):
    assert "its liaison writes down what people said" in words(read(client, "/en/reports/"))
    assert "one sentence for each opinion" in words(read(client, "/en/statements/"))
    assert "This group has reported nothing yet" in words(read(client, GROUP))
    topic = TopicFactory()
    assert "No group has reported" in words(read(client, topic.get_absolute_url()))


# --- States and answers -------------------------------------------------------------------------


def test_every_state_is_said_and_kept_pages_change(client, report, erin):
    """The pages are kept; each verb of the Core Team has them rendered anew."""
    pages = [report.get_absolute_url(), f"/en/statements/{report.ref}.1/", "/en/statements/"]
    for path in pages:
        assert "Published, waiting for the Core Team since" in words(read(client, path)), path
    responses.receive(statements=report.statements.filter(number=1), by=erin)
    for path in pages:
        assert "waiting for an answer" in words(read(client, path)), path
    answered(report, erin, 1)
    for path in pages:
        assert "Answered on" in words(read(client, path)), path
    assert "We will train more." in read(client, pages[0])


def test_an_answer_for_several_statements_is_shown_once(client, report, erin):
    answered(report, erin, 1, 2)
    page = read(client, report.get_absolute_url())
    assert page.count("We will train more.") == 1
    assert f'href="#{report.ref}.1"' in page
    second = read(client, f"/en/statements/{report.ref}.2/")
    assert "We will train more." in second
    assert f"/en/statements/{report.ref}.1/" in second


def test_an_answer_in_another_language_says_so(client, report, erin):
    answered(report, erin, 1)
    page = read(client, f"/ar/reports/{report.ref}/")
    assert re.search(r'<div lang="en" dir="ltr"><p>We will train', page)
    assert 'class="fallback"' in page


def test_a_corrected_answer_says_so(client, report, erin):
    response = answered(report, erin, 1)
    assert "corrected on" not in read(client, report.get_absolute_url())
    responses.correct(
        response=response, texts={"text_en": "No."}, by=erin, seen=responses.words_of(response)
    )
    assert "corrected on" in read(client, report.get_absolute_url())


# --- Permanence ---------------------------------------------------------------------------------


def test_numbers_never_move(client, report, alice):
    corrected(report, alice, changes={2: "Write in short sentences."}, withdraws=frozenset([1]))
    corrected(report, alice, statements=["A third."])
    assert list(report.statements.values_list("number", flat=True).order_by("number")) == [1, 2, 3]
    withdrawn = words(read(client, f"/en/statements/{report.ref}.1/"))
    assert "This statement was withdrawn" in withdrawn
    assert "Former wording Training comes first." in withdrawn
    changed = words(read(client, f"/en/statements/{report.ref}.2/"))
    assert "Write in short sentences." in changed
    assert "Former wording Write in plain words. Version 1" in changed
    page = read(client, report.get_absolute_url())
    assert "Training comes first." not in page
    assert f'id="{report.ref}.1"' in page
    assert "A third." in page
    assert f"{report.ref}.1" not in words(read(client, "/en/statements/"))


def test_an_old_version_stays_and_says_that_it_is_old(client, report, alice):
    corrected(report, alice, note="A word was wrong.", changes={1: "Training comes last."})
    old = read(client, f"/en/reports/{report.ref}/versions/1/")
    assert "Training comes first." in old
    assert "This is not current" in old
    assert '<meta name="robots" content="noindex">' in old
    new = read(client, f"/en/reports/{report.ref}/versions/2/")
    assert "Training comes last." in new
    assert "This is the current version" in new
    assert "A word was wrong." in read(client, report.get_absolute_url())


def test_words_changed_after_the_answer_say_so(client, report, alice, erin):
    corrected(report, alice, changes={1: "Training comes second."})
    answered(report, erin, 1, 2)
    assert "changed after the answer" not in read(client, report.get_absolute_url())
    corrected(report, alice, changes={1: "Training comes last."})
    assert "wording changed after the answer" in read(client, report.get_absolute_url())
    assert "changed after the answer" in read(client, f"/en/statements/{report.ref}.1/")
    assert "changed after the answer" not in read(client, f"/en/statements/{report.ref}.2/")
    assert "wording changed after the answer" in read(client, GROUP)


@pytest.mark.parametrize(
    ("given", "language"),
    [
        ({"HTTP_ACCEPT_LANGUAGE": "ar"}, "ar"),
        ({"HTTP_ACCEPT_LANGUAGE": "sw, fr;q=0.8"}, "fr"),
        ({"HTTP_COOKIE": "django_language=ja", "HTTP_ACCEPT_LANGUAGE": "fr"}, "ja"),
        ({}, "en"),
    ],
)
def test_short_addresses_lead_to_the_reader_s_language(client, report, alice, given, language):
    corrected(report, alice, withdraws=frozenset([1]))
    for short, long in (
        (f"/{report.ref}", f"/reports/{report.ref}/"),
        (f"/{report.ref}.1", f"/statements/{report.ref}.1/"),
        (f"/{report.ref.lower()}.1/", f"/statements/{report.ref}.1/"),
    ):
        response = client.get(short, **given)
        assert response.status_code == 302
        assert response.url == f"/{language}{long}"
        assert {"Accept-Language", "Cookie"} <= set(response["Vary"].split(", "))
        assert client.get(response.url).status_code == 200


# --- What became of it --------------------------------------------------------------------------


def test_every_page_says_the_same_figures(client, report, alice, grace, erin):
    reported(grace.mandates.get(), "Another group.")
    passed_on(Updates(published=True), alice.mandates.get())
    answered(report, erin, 1)
    for path in (GROUP, report.get_absolute_url()):
        assert re.search("2 statements (· )?1 received (· )?1 answered", words(read(client, path)))
    for path in (report.topic.get_absolute_url(),):
        assert "3 statements 1 received 1 answered" in words(read(client, path))
    home = words(read(client, "/en/"))
    assert "1 group passed updates on 3 statements came back 1 is answered" in home


def test_the_group_s_page_tells_what_was_answered_newest_first(client, report, erin):
    answered(report, erin, 1, text="The first answer.")
    answered(report, erin, 2, text="The second answer.")
    page = read(client, GROUP)
    assert page.index("The second answer.") < page.index("The first answer.")
    assert "/en/statements/?group=swahili" in page
    assert report.get_absolute_url() in page


def test_many_answers_are_cut_and_lead_to_the_list(client, alice, erin):
    texts = [f"Opinion {number}." for number in range(8)]
    report = reported(alice.mandates.get(), *texts)
    for number in range(1, 5):
        answered(report, erin, number, text=f"Answer {number}.")
    page = read(client, GROUP)
    assert [n for n in range(1, 5) if f"Answer {n}." in page] == [2, 3, 4]
    assert "All answers and statements" in page


def test_a_withdrawn_statement_counts_nowhere(report, alice, erin):
    answered(report, erin, 1)
    corrected(report, alice, withdraws=frozenset([1]))
    figures = what_became.figures()
    assert (figures.made, figures.received, figures.answered) == (1, 0, 0)


# --- For programs, and against them -------------------------------------------------------------


def test_the_feed_has_each_report_in_its_own_language(client, report):
    root = ElementTree.fromstring(client.get("/en/reports/feed/").content)  # noqa: S314
    [entry] = root.findall("{http://www.w3.org/2005/Atom}entry")
    content = entry.findtext("{http://www.w3.org/2005/Atom}content")
    assert f"<li>{report.ref}.1 Training comes first.</li>" in content
    assert entry.findtext("{http://www.w3.org/2005/Atom}id").endswith(f"/{report.ref}")


def test_search_engines_are_told_of_reports_and_not_of_versions(client, report):
    pages = read(client, "/sitemap-reports.xml") + read(client, "/sitemap-statements.xml")
    assert f"/en/reports/{report.ref}/" in pages
    assert f"/ar/statements/{report.ref}.1/" in pages
    assert "versions" not in pages


def test_what_is_hostile_stays_text(client, alice, erin, swahili):
    hostile = [text[:200] for text in XSS if text.strip()]
    mandate = alice.mandates.get()
    report = reported(
        mandate, *hostile[:100], place=hostile[0], overview="\n\n".join(hostile)[:4000]
    )
    corrected(report, alice, note=hostile[0], statements=[hostile[1]])
    Report.objects.filter(pk=report.pk).update(page_url="javascript:alert(1)")
    responses.answer(
        statements=report.statements.all()[:1], texts={"text_en": "\n\n".join(hostile)}, by=erin
    )
    for path in (
        report.get_absolute_url(), f"/en/statements/{report.ref}.1/", "/en/statements/",
        "/en/reports/", "/en/reports/feed/", f"/en/reports/{report.ref}/versions/1/", GROUP,
        report.topic.get_absolute_url(),
    ):  # fmt: skip
        page = read(client, path)
        rest = page.replace('<script type="module" src=', "")
        for markup in ("<script", "<img", "<iframe", "<math", "<style", 'href="javascript:'):
            assert markup not in rest.lower(), (path, markup)
        assert not re.search(r"<svg(?! class=\"icon| viewBox)", rest), path


def test_a_version_kept_as_json_is_the_whole_report(report):
    content = report.versions.get().content
    assert json.dumps(content)
    assert Statement.objects.count() == len(content["statements"]) == 2


def test_the_page_of_an_archived_group_keeps_its_reports(client, report, swahili):
    swahili.status = swahili.Status.ARCHIVED
    swahili.save()
    assert "Training comes first." in read(client, report.get_absolute_url())
    assert report.get_absolute_url() in read(client, GROUP)


def test_lists_have_pages(client, alice, frank):
    for _number in range(11):
        mandate = MandateFactory(group=GroupFactory(), confirmed=True, reviewer=frank)
        reported(mandate)
    assert "Page 1 of 2" in words(read(client, "/en/reports/"))
    assert read(client, "/en/reports/?page=2").count("<h2>") == 1
