"""The digest on talk pages: chosen, frozen, posted by the Core Team; nobody hidden is on a list."""

import datetime
import html
import re

import mwparserfromhell
import pytest
import time_machine
from django.conf import settings
from django.core import mail
from django.urls import reverse
from django.utils import timezone
from mwparserfromhell.nodes import Template

from liaisons.accounts.people import sync_recipient
from liaisons.models import User
from mailing import deliver, editions, pauses, recipients, talk_pages, why
from mailing.models import Delivery, Edition, Preference
from strategy import tasks, updates
from tests.factories import UserFactory
from tests.mailing.people import assert_figures_add_up
from tests.strategy.factories import TopicFactory, UpdateFactory
from web.models import Installation

pytestmark = pytest.mark.django_db
TALK_PAGE = Preference.Channel.TALK_PAGE
MONDAY = datetime.datetime(2026, 7, 13, 8, tzinfo=datetime.UTC)


@pytest.fixture(autouse=True)
def a_demo():
    Installation.objects.update_or_create(pk=1, defaults={"is_demo": True})


def wikimedian(name, *, language="en", public=True, rhythm="weekly", **fields):
    """An account without an address that chose its talk page."""
    user = UserFactory(
        email="", wiki_username=name, is_public_by_name=public, language=language, **fields
    )
    sync_recipient(user)
    recipients.set_channel(user, TALK_PAGE, rhythm)
    user.mail_recipient.preferences.update(effective_at="2000-01-01T00:00Z")
    return user


def run(at=MONDAY):
    with time_machine.travel(at, tick=False):
        made = editions.make_editions()
        deliver.send_due()
    assert_figures_add_up()
    return [frozen.edition for frozen in made if frozen.edition.is_posted_by_hand]


def page_of(edition):
    return reverse("admin:mailing_edition_talk_pages", args=[edition.pk])


def states(edition):
    found = edition.deliveries.select_related("recipient__user")
    return {one.recipient.user.wiki_username: f"{one.state} {one.reason}".strip() for one in found}


def marked(browser, edition):
    """What the page shows before the first message on it is marked as posted."""
    page = browser.get(page_of(edition)).content.decode()
    fields = dict(re.findall(r'name="(posted|left_out)" value="([^"]*)"', page))
    browser.post(page_of(edition), fields)
    assert_figures_add_up()
    return page


def test_only_who_chose_it_and_is_shown_by_name_is_on_the_list(as_person, frank):
    wikimedian("Ada Example")
    wikimedian("Hidden Example", public=False)
    wikimedian("Not chosen yet", public=None)
    wikimedian("Locked Example", wiki_locked_at=timezone.now())
    wikimedian("Suppressed Example", wiki_suppressed_at=timezone.now())
    wikimedian("", rhythm="weekly")
    UpdateFactory(published=True, title_en="The news")
    [edition] = run()
    assert sorted(set(states(edition).values())) == ["skipped not_by_name", "to_post"]
    assert edition.audience == 6
    page = as_person(frank).get(page_of(edition)).content.decode()
    assert "{{#target:User talk:Ada Example|meta.wikimedia.org}}" in page
    for name in ("Hidden", "Not chosen", "Locked", "Suppressed"):
        assert name not in page


def test_each_language_has_its_list_and_its_text(as_person, frank):
    wikimedian("Ada Example")
    wikimedian("Bea Example")
    wikimedian("Cem Example", language="ar")
    UpdateFactory(published=True, in_arabic=True, title_en="The news")
    [edition] = run()
    browser = as_person(frank)
    page = browser.get(page_of(edition)).content.decode()
    assert "English · 2 talk pages" in page
    assert "Arabic · 1 talk page" in page
    targets = browser.get(page_of(edition), {"file": "targets", "number": "1"})
    assert targets.content.decode() == (
        "{{#target:User talk:Ada Example|meta.wikimedia.org}}\n"
        "{{#target:User talk:Bea Example|meta.wikimedia.org}}\n"
    )
    assert "attachment" in targets["Content-Disposition"]
    text = browser.get(page_of(edition), {"file": "wikitext", "number": "2"}).content.decode()
    assert '<div lang="ar" dir="rtl">' in text
    assert "أسئلة جديدة" in text
    for number in ("0", "3", "x", "9" * 30):
        assert (
            browser.get(page_of(edition), {"file": "wikitext", "number": number}).status_code == 404
        )


def test_marking_as_posted_is_written_down_once(as_person, frank):
    wikimedian("Ada Example")
    wikimedian("Cem Example", language="ar")
    UpdateFactory(published=True)
    [edition] = run()
    browser = as_person(frank)
    page = browser.get(page_of(edition)).content.decode()
    first = re.findall(r'name="posted" value="([^"]*)"', page)[0]
    for count in (1, 0):
        answer = browser.post(page_of(edition), {"posted": first, "left_out": ""}, follow=True)
        assert f"{count} talk page" in answer.content.decode()
    assert sorted(states(edition).values()) == ["posted", "to_post"]
    assert_figures_add_up()
    delivery = Delivery.objects.get(state="posted")
    assert delivery.finished_at
    assert delivery.story[0]["what"] == "posted"


def test_the_page_of_what_one_got_says_so(as_person, frank):
    ada = wikimedian("Ada Example")
    UpdateFactory(published=True)
    [edition] = run()
    [fate] = why.recent(ada.mail_recipient)
    assert fate.outcome == why.Outcome.ON_ITS_WAY
    assert why.standing(ada.mail_recipient).in_the_way == ""
    [message] = talk_pages.messages_of(edition)
    talk_pages.mark_posted(edition, message.deliveries, by="a test")
    [fate] = why.recent(ada.mail_recipient)
    assert fate.outcome == why.Outcome.POSTED
    ada.is_public_by_name = False
    ada.save()
    assert "not shown by name" in str(why.standing(ada.mail_recipient).in_the_way)
    by_mail = Edition.objects.create(rhythm="weekly", hour=MONDAY, cut_off=0)
    _none, reason = why.of_edition(by_mail, ada.mail_recipient)
    assert "another way" in str(reason)


def test_who_hides_before_it_is_posted_is_on_no_list_and_is_skipped(as_person, frank):
    _ada, bea = wikimedian("Ada Example"), wikimedian("Bea Example")
    UpdateFactory(published=True)
    [edition] = run()
    bea.is_public_by_name = False
    bea.save()
    browser = as_person(frank)
    page = marked(browser, edition)
    assert "Bea" not in page
    assert "Not shown by name, so on no list that leaves this site: 1" in page
    assert states(edition) == {"Ada Example": "posted", "Bea Example": "skipped not_by_name"}
    assert_figures_add_up()


def wants_no_digest(person):
    recipients.set_channel(person, TALK_PAGE, "none")


def wants_mail(person):
    recipients.sync_user(person, "bea@example.org", "en", "UTC")
    recipients.set_channel(person, Preference.Channel.EMAIL, "weekly")


def wants_a_pause(person):
    pauses.set_pause(person.mail_recipient, MONDAY.date() + datetime.timedelta(days=9))


def is_closed(person):
    User.objects.filter(pk=person.pk).update(is_active=False)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        (wants_no_digest, "rhythm_none"),
        (wants_mail, "other_way"),
        (wants_a_pause, "paused"),
        (is_closed, "inactive"),
    ],
)
def test_who_wants_none_before_it_is_posted_is_on_no_list(as_person, frank, changes, reason):
    _ada, bea = wikimedian("Ada Example"), wikimedian("Bea Example")
    UpdateFactory(published=True)
    [edition] = run()
    with time_machine.travel(MONDAY + datetime.timedelta(days=2), tick=False):
        changes(bea)
        page = marked(as_person(frank), edition)
    assert "User talk:Ada Example" in page
    assert "Bea" not in page
    assert states(edition) == {"Ada Example": "posted", "Bea Example": f"skipped {reason}"}


def test_what_a_pause_kept_back_comes_when_it_is_over(as_person, frank):
    ada = wikimedian("Ada Example")
    UpdateFactory(published=True, title_en="While paused")
    [edition] = run()
    with time_machine.travel(MONDAY, tick=False):
        wants_a_pause(ada)
        marked(as_person(frank), edition)
    assert states(run(MONDAY + datetime.timedelta(days=7))[0]) == {"Ada Example": "skipped paused"}
    [later] = run(MONDAY + datetime.timedelta(days=14))
    assert "While paused" in as_person(frank).get(page_of(later)).content.decode()


def test_what_was_on_a_list_that_left_is_posted_whoever_left_meanwhile(as_person, frank):
    """And is told once: not by mail as well."""
    ada = wikimedian("Ada Example")
    UpdateFactory(published=True)
    [edition] = run()
    browser = as_person(frank)
    page = browser.get(page_of(edition)).content.decode()
    with time_machine.travel(MONDAY, tick=False):
        wants_mail(ada)
        browser.post(page_of(edition), dict(re.findall(r'name="(posted)" value="([^"]*)"', page)))
    assert states(edition) == {"Ada Example": "posted"}
    run(MONDAY + datetime.timedelta(days=7))
    assert mail.outbox == []


def test_where_nothing_is_left_to_tell_nothing_is_posted(as_person, frank):
    wikimedian("Ada Example")
    update = UpdateFactory(published=True)
    [edition] = run()
    updates.withdraw(update, why={"en": "A mistake."}, actor=None)
    page = marked(as_person(frank), edition)
    assert "Nothing new for this person: 1" in page
    assert "User talk:" not in page
    assert states(edition) == {"Ada Example": "skipped empty"}


def test_the_text_is_in_the_language_of_now(as_person, frank):
    ada = wikimedian("Ada Example")
    UpdateFactory(published=True, in_arabic=True)
    [edition] = run()
    User.objects.filter(pk=ada.pk).update(language="ar")
    ada.refresh_from_db()
    sync_recipient(ada)
    page = marked(as_person(frank), edition)
    assert "Arabic · 1 talk page" in page
    assert "أسئلة جديدة" in page
    assert Delivery.objects.get().language == "ar"


def test_each_thing_is_told_once_and_nothing_when_nothing_is_new():
    wikimedian("Ada Example")
    UpdateFactory(published=True)
    [edition] = run()
    assert states(edition) == {"Ada Example": "to_post"}
    [later] = run(MONDAY + datetime.timedelta(days=7))
    assert states(later) == {"Ada Example": "skipped empty"}
    assert Edition.objects.filter(channel=TALK_PAGE).count() == 2


def test_changing_the_way_loses_nothing_and_repeats_nothing(as_person, frank):
    ada = wikimedian("Ada Example")
    UpdateFactory(published=True)
    marked(as_person(frank), *run())
    UpdateFactory(published=True, title_en="While changing")
    recipients.sync_user(ada, "ada@example.org", "en", "UTC")
    recipients.set_channel(ada, Preference.Channel.EMAIL, "daily")
    ada.mail_recipient.preferences.filter(channel="email").update(effective_at="2000-01-01T00:00Z")
    assert run(MONDAY + datetime.timedelta(days=1)) == []
    [message] = mail.outbox
    assert message.body.count("/updates/") == 1
    assert "While changing" in message.body


def test_what_nobody_posted_yet_comes_by_the_new_way():
    ada = wikimedian("Ada Example")
    UpdateFactory(published=True, title_en="Never posted")
    [edition] = run()
    with time_machine.travel(MONDAY, tick=False):
        recipients.sync_user(ada, "ada@example.org", "en", "UTC")
        recipients.set_channel(ada, Preference.Channel.EMAIL, "daily")
    assert states(edition) == {"Ada Example": "skipped other_way"}
    run(MONDAY + datetime.timedelta(days=1))
    [message] = mail.outbox
    assert "Never posted" in message.body


def test_whoever_comes_back_from_no_digest_to_a_talk_page_begins_with_what_is_new():
    ada = wikimedian("Ada Example")
    recipients.sync_user(ada, "ada@example.org", "en", "UTC")
    recipients.set_channel(ada, Preference.Channel.EMAIL, "none")
    Preference.objects.filter(recipient__user=ada, channel=TALK_PAGE).delete()
    UpdateFactory(published=True, title_en="While away")
    recipients.set_channel(ada, TALK_PAGE, "weekly")
    ada.mail_recipient.preferences.update(effective_at="2000-01-01T00:00Z")
    UpdateFactory(published=True, title_en="Since then")
    [edition] = run()
    [message] = talk_pages.messages_of(edition)
    assert "Since then" in message.wikitext
    assert "While away" not in message.wikitext


def test_what_was_chosen_stays_when_only_the_way_changes():
    ada = wikimedian("Ada Example")
    chosen = {"topics": ["advocacy"]}
    recipients.set_channel(ada, TALK_PAGE, "monthly", language="fr", choices=chosen)
    recipients.tell_when_quiet(ada, True)
    preference = recipients.set_channel(ada, Preference.Channel.EMAIL, "monthly")
    assert (preference.choices, preference.language) == (chosen, "fr")
    assert preference.tells_when_quiet


def test_who_may_be_named_again_waits_for_the_next_list(as_person, frank):
    ada, bea = wikimedian("Ada Example"), wikimedian("Bea Example")
    UpdateFactory(published=True)
    [edition] = run()
    User.objects.filter(pk=bea.pk).update(is_public_by_name=False)
    browser = as_person(frank)
    page = browser.get(page_of(edition)).content.decode()
    fields = dict(re.findall(r'name="(posted|left_out)" value="([^"]*)"', page))
    # While the Core Team was at the wiki the one came back, and the other hid.
    User.objects.filter(pk=bea.pk).update(is_public_by_name=True)
    User.objects.filter(pk=ada.pk).update(is_public_by_name=False)
    browser.post(page_of(edition), fields)
    assert states(edition) == {"Ada Example": "posted", "Bea Example": "to_post"}
    assert "User talk:Bea Example" in browser.get(page_of(edition)).content.decode()


NAMES = ["Good name", "Ünïcödé ñ", "عادة", "AT&T fan", "It's me", "100% sure", "a=b", "Old@name",
         "Quote''d", "Me: again", "!important", "(brackets)"]  # fmt: skip
NO_NAMES = ["Ada}}{{Example", "Line\nbreak", "A|B", "[[A]]", "<ref>", "~~~~", "A/B", "&amp;", "%41",
            "#A", "__ A", " A", "..", "x" * 236, "\u2028", "{{subst:A}}", "A\x7f"]  # fmt: skip


def test_only_names_that_a_wiki_can_have_are_on_a_list(as_person, frank):
    for name in NAMES + NO_NAMES:
        wikimedian(name)
    UpdateFactory(published=True)
    [edition] = run()
    written = as_person(frank).get(page_of(edition), {"file": "targets", "number": "1"})
    read = mwparserfromhell.parse(written.content.decode())
    targets = read.filter(recursive=False)
    assert [str(one) for one in targets if not isinstance(one, Template)] == ["\n"] * len(NAMES)
    found = [one for one in targets if isinstance(one, Template)]
    assert sorted(str(one.name) for one in found) == sorted(
        f"#target:User talk:{name}" for name in NAMES
    )
    assert {tuple(map(str, one.params)) for one in found} == {("meta.wikimedia.org",)}
    # Nothing but the lists is a template, a link, a tag or a comment.
    assert len(read.filter_templates()) == len(NAMES)
    assert not read.filter_wikilinks() + read.filter_tags(matches="<") + read.filter_comments()


HOSTILE = (
    "{{Delete}} [[Category:X]] ~~~~ <nowiki> | ]] }} __NOTOC__ ''it'' </span></div> <!-- "
    "https://x.example [http://y.example z] {| |} -{zh:x}- &lt; '"
)


def test_a_parser_of_wikitext_reads_our_message_and_nothing_else(as_person, frank):
    wikimedian("Ada Example")
    for begin in ("", "* ", "#", ":", ";", "= ", "----", " ", "{|"):
        UpdateFactory(
            published=True, title_en=f"{begin}{HOSTILE}", short_en=f"{begin}{HOSTILE}\n{HOSTILE}"
        )
    TopicFactory(title_en=HOSTILE, closes_at=timezone.now() + datetime.timedelta(days=3))
    tasks.announce_due_topics()
    [edition] = run()
    written = as_person(frank).get(page_of(edition), {"file": "wikitext", "number": "1"})
    text = written.content.decode()
    read = mwparserfromhell.parse(text)
    assert not read.filter_templates() + read.filter_wikilinks() + read.filter_comments()
    assert not read.filter_headings() + read.filter_arguments()
    assert {str(tag.tag) for tag in read.filter_tags()} == {"div", "span", "b", "i", "li", "dd"}
    links = [str(link.url) for link in read.filter_external_links()]
    assert {link.split("/")[2] for link in links} == {"testserver"}
    # Nine updates, a topic, the settings and the home page, each once.
    assert len(links) == len(set(links)) == 12
    assert text.rstrip().removesuffix("</div>").rstrip().endswith("~~~~~")
    assert text.count("~~~") == 1
    assert "__NOTOC__" not in text
    # A title and two lines for each update, and the title of the topic.
    words = read.strip_code(normalize=True)
    assert words.count("{{Delete}} [[Category:X]] ~~~~ <nowiki> | ]] }} __NOTOC__ ''it''") == 28


def test_each_subject_has_its_day_and_fits(as_person, frank):
    for language, _name in settings.LANGUAGES:
        wikimedian(f"Reader of {language}", language=language)
    UpdateFactory(published=True)
    [edition] = run()
    found = {one.language: one.subject for one in talk_pages.messages_of(edition)}
    assert len(found) == len(settings.LANGUAGES)
    assert found["en"] == "What is new in the strategy process, 13 July 2026"
    assert all(len(subject.encode()) <= 240 for subject in found.values())
    assert all("2026" in subject or "٢٠٢٦" in subject for subject in found.values())


def test_the_page_is_for_the_core_team_and_for_such_editions(as_person, frank, dave, client):
    wikimedian("Ada Example")
    mail_edition = Edition.objects.create(rhythm="weekly", hour=MONDAY, cut_off=0)
    browser = as_person(frank)
    assert browser.get(page_of(mail_edition)).status_code == 404
    UpdateFactory(published=True)
    [edition] = run(MONDAY + datetime.timedelta(days=7))
    assert (
        "Messages for talk pages"
        in browser.get(reverse("admin:mailing_edition_change", args=[edition.pk])).content.decode()
    )
    assert client.get(page_of(edition)).status_code == 302
    assert as_person(dave).get(page_of(edition)).status_code in (302, 403, 404)


def test_the_database_holds_one_edition_for_each_way():
    wikimedian("Ada Example")
    UpdateFactory(published=True)
    run()
    assert run() == []
    assert updates.release_due() == 0


def preview_of(client, user, **query):
    query = {"person": user.mail_recipient.pk, **query}
    return client.get(reverse("admin:mailing_delivery_preview"), query).content.decode()


def test_the_preview_shows_what_a_talk_page_gets(as_person, frank):
    reader = wikimedian("Ada Example")
    with time_machine.travel(MONDAY, tick=False):
        UpdateFactory(published=True, title_en="The news")
        before = list(Edition.objects.values()), list(Delivery.objects.values())
        page = preview_of(as_person(frank), reader)
        assert "20 July 2026" in page
        assert "comes to this person’s talk page" in page
        assert "There would be no mail" not in page
        field = page.split('id="wikitext"')[1].split("</textarea>")[0]
        shown = html.unescape(field.split(">", 1)[1])
        assert "The news" in page.split("What is in it, and why")[1]
        assert (list(Edition.objects.values()), list(Delivery.objects.values())) == before
    with time_machine.travel(MONDAY + datetime.timedelta(days=7), tick=False):
        [edition] = [
            one.edition for one in editions.make_editions() if one.edition.is_posted_by_hand
        ]
        assert talk_pages.messages_of(edition)[0].wikitext.strip() == shown.strip()


def test_the_dry_run_plans_talk_pages(as_person, frank):
    wikimedian("Ada Example")
    wikimedian("Hidden Example", public=False)
    address = reverse("admin:mailing_edition_dry_run")
    with time_machine.travel(MONDAY, tick=False):
        UpdateFactory(published=True, title_en="The news")
        page = as_person(frank).get(address).content.decode()
        [link] = re.findall(r'href="(\S+channel=talk_page)"', page)
        page = as_person(frank).get(html.unescape(link)).content.decode()
        assert "1 person would get it." in page
        assert "1 would be skipped." in page
        assert "Not shown by name, so on no list" in page
        assert not Edition.objects.exists()
        for wrong in ({"rhythm": "daily"}, {"hour": "2026-07-20T08:00"}):
            query = {"rhythm": "weekly", "hour": "2026-07-20T07:00", "channel": "talk_page"}
            page = as_person(frank).get(address, query | wrong).content.decode()
            assert "nobody is due then" in page
    [edition] = run(MONDAY + datetime.timedelta(days=7))
    assert sorted(states(edition).values()) == ["skipped not_by_name", "to_post"]


def test_the_preview_says_why_a_talk_page_gets_nothing(as_person, frank):
    hidden = wikimedian("Hidden Example", public=False)
    page = preview_of(as_person(frank), hidden)
    assert "Not shown by name, so on no list" in page
    assert "chose to get no digest" not in page
    assert "There would be no mail" not in page
