"""The relay kit: what can be copied, in each language, whatever the update says."""

import datetime
import re

import mwparserfromhell
import pytest

from strategy import updates, wikitext
from tests.harness.corpus import XSS

from .factories import UpdateFactory


def kit(client, update, language="en", query=""):
    response = client.get(f"/{language}/updates/{update.slug}/kit/{query}")
    assert response.status_code == 200
    return response.context["kit"], response.content.decode()


@pytest.mark.django_db
def test_each_form_says_what_the_update_says(client):
    update = UpdateFactory(
        published=True,
        title_en="Salons have begun",
        short_en="Send your report soon.",
        body_en="## How\n\n* Write **one** page.\n* Ask [us](https://example.org/help).",
    )
    found, page = kit(client, update)
    address = f"http://testserver/u/{update.number}"
    assert found.message.startswith("Salons have begun\n\nSend your report soon.\n")
    assert found.message.rstrip().endswith(address)
    assert found.subject == "Salons have begun"
    assert "- Ask us (https://example.org/help)." in found.email
    assert "Salons have begun" not in found.email
    assert found.wikitext.startswith("== Salons have begun ==\n\nSend your report soon.\n")
    assert "=== How ===\n\n* Write '''one''' page.\n* Ask [https://example.org/help us]." in (
        found.wikitext
    )
    assert found.wikitext.rstrip().endswith("~~~~")
    assert f"[{address} " in found.wikitext
    # Selectable by hand: the whole text stands in the page.
    assert page.count("<textarea") == 4
    assert "\n== Salons have begun ==" in page


@pytest.mark.django_db
def test_each_form_says_until_which_hour_it_is_to_be_done(client):
    midnight = datetime.datetime(2099, 7, 20, tzinfo=datetime.UTC)
    update = UpdateFactory(published=True, kind="act", deadline=midnight)
    until = "o be done until 19 July 2099, 11:59\u202fpm UTC"
    found, _page = kit(client, update)
    assert until in found.message
    assert until in found.email
    # A wiki takes any space for one.
    assert until.replace("\u202f", " ") in found.wikitext
    for address in (f"/en/updates/{update.slug}/print/", "/en/updates/"):
        assert until in re.sub("<[^>]+>", "", client.get(address).text)


@pytest.mark.django_db
def test_the_kit_is_in_the_language_of_the_group(client):
    update = UpdateFactory(published=True, in_arabic=True)
    arabic, page = kit(client, update, query="?language=ar")
    assert arabic.message.startswith("أسئلة جديدة")
    assert 'lang="ar" dir="rtl"' in page
    # What there is not is answered with what the reader would be shown.
    for query in ("?language=fr", "?language=xx", ""):
        assert kit(client, update, "fr", query)[0].language == "en"
    assert kit(client, update, "ar")[0].language == "ar"


@pytest.mark.django_db
@pytest.mark.parametrize("what", ["kit", "print"])
def test_what_is_not_published_has_no_kit(client, erin, what):
    draft, gone = UpdateFactory(), UpdateFactory(published=True)
    updates.withdraw(gone, why={"en": "Wrong."}, actor=erin)
    for update in (draft, gone):
        assert client.get(f"/en/updates/{update.slug}/{what}/").status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize("text", XSS)
def test_a_hostile_text_breaks_no_form(client, text):
    update = UpdateFactory(published=True, title_en=text[:200], short_en=text[:800], body_en=text)
    found, page = kit(client, update)
    assert page.count("<textarea") == page.count("</textarea>") == 4
    assert "<script>alert" not in page
    nothing_but_ours(found.wikitext)


def nothing_but_ours(text):
    """What a parser of wikitext finds is what the kit makes: headings, lists, links, breaks."""
    code = mwparserfromhell.parse(text)
    assert code.filter_templates() == []
    assert code.filter_arguments() == []
    assert code.filter_comments() == []
    allowed = {"b", "i", "li", "dd", "dt", "br", "code", "s", "hr", "table", "tr", "td"}
    assert {str(tag.tag) for tag in code.filter_tags()} <= allowed
    for one in code.filter_wikilinks():
        assert str(one.title).startswith(":m:Special:MyLanguage/")


BREAKING = [
    "}} {{delete}} {{", "]] [[Category:Spam]]", "[[File:x.png]]", "<nowiki>", "</nowiki>", "<!-- x",
    "~~~~", "~~~~~", "__NOTOC__", "{|\n|-\n| x\n|}", "|}", "== x ==", "# one", "; one : two",
    ": in", "----", "'''''", "#REDIRECT [[Main Page]]", "http://example.org bare", "&lt;b&gt;",
    "<ref>x</ref>", "-{zh-hans:x}-", "RFC 2822", "{{{1}}}", "a | b", "x\u007fUNIQ-", "<pre>",
]  # fmt: skip


@pytest.mark.parametrize("text", BREAKING)
@pytest.mark.parametrize("frame", ["{}", "* {}", "**{}**", "> {}", "[{}](https://example.org/)"])
def test_nothing_typed_is_markup_of_a_wiki(text, frame):
    made = wikitext.from_markdown(frame.format(text))
    nothing_but_ours(made)
    assert "~~~" not in made
    assert "__NOTOC__" not in made
    assert "[[Category" not in made


@pytest.mark.parametrize(
    ("markdown", "made"),
    [
        ("One\ntwo", "One two"),
        ("One\n\nTwo", "One\n\nTwo"),
        ("*a* and **b**", "''a'' and '''b'''"),
        ("1. one\n2. two\n   * in it", "# one\n# two\n#* in it"),
        ("* one\n\n  more of it", "* one\n*: more of it"),
        ("> said", ": said"),
        # A sign that is markup only at the start of a line stays what it is elsewhere.
        ("**Note**: one - two", "'''Note''': one - two"),
        (": one", "&#58; one"),
        ("# Title\n\n## Below", "== Title ==\n\n=== Below ==="),
        ("| a | b |\n|---|---|\n| 1 | 2 |", '{| class="wikitable"\n|-\n| a\n| b\n|-\n| 1\n| 2\n|}'),
        ("`{{x}}`", "<code>&#123;&#123;x&#125;&#125;</code>"),
        (
            "[drafts](https://meta.wikimedia.org/wiki/Strategy/Wikimedia_movement/2018-20)",
            "[[:m:Special:MyLanguage/Strategy/Wikimedia movement/2018-20|drafts]]",
        ),
        (
            "[drafts](https://meta.wikimedia.org/wiki/Strategy/2018-20/fr)",
            "[[:m:Special:MyLanguage/Strategy/2018-20|drafts]]",
        ),
        (
            "[history](https://meta.wikimedia.org/w/index.php?title=X&action=history)",
            "[https://meta.wikimedia.org/w/index.php?title=X&action=history history]",
        ),
        ("[write](mailto:core@example.org)", "write"),
        ("[x](javascript:alert(1))", "&#91;x&#93;(javascript:alert(1))"),
        ("", ""),
    ],
)
def test_markdown_as_wikitext(markdown, made):
    assert wikitext.from_markdown(markdown) == made


@pytest.mark.django_db
def test_the_page_to_print_holds_the_short_version_and_the_address(client):
    update = UpdateFactory(published=True, in_arabic=True)
    page = client.get(f"/ar/updates/{update.slug}/print/").content.decode()
    assert update.short_ar in page
    assert f"http://testserver/u/{update.number}" in page
    assert update.body_ar not in page
