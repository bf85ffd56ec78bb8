"""What becomes of an update after it is published: its number, versions, and being withdrawn."""

import datetime

import pytest
import time_machine
from django.core import mail
from django.core.exceptions import ValidationError
from django.db import DatabaseError, IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from mailing import deliver, editions, recipients
from mailing.models import Delivery
from strategy import relays, updates
from strategy.models import Series, Topic, Update, UpdateEvent, UpdateVersion
from web.models import Installation

from .factories import TimelineEntryFactory, TopicFactory, UpdateFactory
from .test_admin import form_of

pytestmark = pytest.mark.django_db


def corrected(update, *, by, **texts):
    for name, text in texts.items():
        setattr(update, name, text)
    return updates.save(update, actor=by)


def page(client, path):
    response = client.get(path)
    assert response.status_code == 200, path
    return response.content.decode()


# --- Numbers and series -----------------------------------------------------------------------


def test_updates_are_numbered_as_they_are_published(client):
    later, first = UpdateFactory(), UpdateFactory(published=True)
    later = updates.publish(later, actor=None)
    assert (first.number, later.number) == (1, 2)
    response = client.get("/u/2", headers={"accept-language": "fr"})
    assert (response.status_code, response.url) == (302, f"/fr/updates/{later.slug}/")
    assert "Accept-Language" in response["Vary"]


@pytest.mark.parametrize("number", ["1", "9", "999999999"])
def test_a_number_nobody_has_leads_nowhere(client, number):
    UpdateFactory()
    assert client.get(f"/u/{number}").status_code == 404


def test_a_series_counts_by_itself_and_keeps_a_number_that_was_chosen(client):
    series = Series.objects.create(name_en="Strategy update", name_fr="Actualité")
    tenth = updates.publish(UpdateFactory(series=series, issue=10), actor=None)
    following = updates.publish(UpdateFactory(series=series), actor=None)
    assert (tenth.issue, following.issue) == (10, 11)
    assert "Strategy update 11" in page(client, following.get_absolute_url())
    assert "Actualité 11" in page(client, f"/fr/updates/{following.slug}/").replace("</span>", "")
    with pytest.raises(IntegrityError), transaction.atomic():
        UpdateFactory(series=series, issue=11)


# --- Corrections ------------------------------------------------------------------------------


def test_a_correction_says_what_it_changed_in_the_language_of_the_reader(client, erin):
    update = UpdateFactory(
        published=True, title_fr="Titre", short_fr="En bref", short_en="Write by Monday please."
    )
    corrected(update, by=erin, short_en="Write by Friday please.")
    shown = page(client, f"/en/updates/{update.slug}/")
    assert f"/en/updates/{update.slug}/changes/2/" in shown
    change = page(client, f"/en/updates/{update.slug}/changes/2/")
    assert "<mark>Monday</mark>" in change
    assert "<mark>Friday</mark>" in change
    # Nothing changed for who reads French.
    french = page(client, f"/fr/updates/{update.slug}/")
    assert "corrigé" not in french
    assert "/changes/" not in french
    assert client.get(f"/fr/updates/{update.slug}/changes/2/").status_code == 404


def test_a_translation_added_is_a_version_and_no_correction(client, erin):
    update = UpdateFactory(published=True)
    corrected(update, by=erin, title_fr="Titre", short_fr="En bref")
    assert [one.number for one in update.versions.all()] == [1, 2]
    assert update.versions.get(number=2).content["title"]["fr"] == "Titre"
    assert client.get(f"/fr/updates/{update.slug}/changes/2/").status_code == 404


def test_what_is_hostile_in_a_former_version_is_shown_as_text(client, erin):
    update = UpdateFactory(published=True, title_en="<script>alert(1)</script> old")
    corrected(update, by=erin, title_en="<img src=x onerror=alert(1)> new")
    change = page(client, f"/en/updates/{update.slug}/changes/2/")
    assert "<script>alert" not in change
    assert "<img src=x" not in change
    assert "&lt;script&gt;" in change


@pytest.mark.parametrize("how", ["update", "delete"])
def test_versions_are_never_changed(how):
    UpdateFactory(published=True)
    versions = UpdateVersion.objects.all()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        versions.update(content={}) if how == "update" else versions.delete()


def test_who_read_an_update_before_its_correction_sees_what_changed(as_person, alice, erin):
    browser = as_person(alice)
    update = UpdateFactory(published=True, body_en="Meet us at ten.")
    opened = reverse("strategy:update_open", args=[update.slug])
    assert browser.get(opened).url == update.get_absolute_url()
    assert "after you read it" not in page(browser, "/en/my/")
    with time_machine.travel(timezone.now() + datetime.timedelta(hours=1)):
        corrected(update, by=erin, body_en="Meet us at noon.")
    with time_machine.travel(timezone.now() + datetime.timedelta(hours=2)):
        assert "after you read it" in page(browser, "/en/my/")
        changes = browser.get(opened).url
        assert changes == reverse("strategy:update_changes", args=[update.slug])
        shown = page(browser, changes)
        assert "<mark>ten.</mark>" in shown
        assert "<mark>noon.</mark>" in shown
        # Looking is not yet saying so.
        assert browser.get(opened).url == changes
        browser.post(reverse("strategy:updates_read"), {"update": update.slug})
        assert browser.get(opened).url == update.get_absolute_url()
        assert "after you read it" not in page(browser, "/en/my/")
        assert "Nothing changed." in page(browser, changes)


def test_a_correction_in_another_language_says_so(as_person, alice, erin):
    update = UpdateFactory(published=True, title_fr="Titre", short_fr="En bref")
    relays.mark_read([update], by=alice)
    with time_machine.travel(timezone.now() + datetime.timedelta(hours=1)):
        corrected(update, by=erin, short_fr="En deux mots")
    with time_machine.travel(timezone.now() + datetime.timedelta(hours=2)):
        shown = page(as_person(alice), reverse("strategy:update_changes", args=[update.slug]))
    assert "corrected in another language" in shown


# --- Withdrawn --------------------------------------------------------------------------------


def test_a_withdrawn_update_says_so_and_keeps_its_address(client, erin):
    update = UpdateFactory(published=True, body_en="The wrong words")
    topic = TopicFactory()
    update.topics.add(topic)
    updates.withdraw(update, why={"en": "The day was wrong.", "ar": "اليوم خطأ"}, actor=erin)
    shown = page(client, update.get_absolute_url())
    assert "withdrew this update" in shown
    assert "The day was wrong." in shown
    assert "The wrong words" not in shown
    assert 'content="noindex"' in shown
    assert "اليوم خطأ" in page(client, f"/ar/updates/{update.slug}/")
    assert client.get(f"/u/{update.number}").status_code == 302
    elsewhere = (
        *("/en/", "/en/updates/", "/en/updates/feed/", "/sitemap-updates.xml", "/en/timeline/"),
        *(topic.get_absolute_url(), f"{topic.get_absolute_url()}feed/"),
    )
    for path in elsewhere:
        assert update.title_en not in page(client, path), path
        assert update.slug not in page(client, path), path
    assert client.get(f"/en/updates/{update.slug}/changes/1/").status_code == 404
    event = update.events.get(kind=UpdateEvent.Kind.WITHDRAWN)
    assert event.actor == erin


def test_what_was_withdrawn_before_it_was_sent_is_in_no_digest(erin, dave):
    recipient = recipients.sync_user(dave, dave.email, "en", "UTC")
    stays, goes = UpdateFactory(published=True), UpdateFactory(published=True)
    editions.make_edition_for(recipient)
    updates.withdraw(goes, why={"en": "Wrong."}, actor=erin)
    deliver.send_due()
    [sent] = [one for one in mail.outbox if "List-Id" in one.extra_headers]
    assert stays.title_en in sent.body
    assert goes.title_en not in sent.body
    assert Delivery.objects.get().state == "sent"


@pytest.mark.parametrize("why", [{}, {"en": " "}, {"fr": "Faux"}])
def test_withdrawing_needs_a_reason_in_english(erin, why):
    update = UpdateFactory(published=True)
    with pytest.raises(ValidationError, match="in English"):
        updates.withdraw(update, why=why, actor=erin)
    assert Update.objects.get(pk=update.pk).is_published


def test_what_is_withdrawn_stays_so(erin):
    update = UpdateFactory(published=True)
    updates.withdraw(update, why={"en": "Wrong."}, actor=erin)
    with pytest.raises(ValidationError, match="Only a published"):
        updates.withdraw(update, why={"en": "Wrong."}, actor=erin)
    with pytest.raises(ValidationError, match="is withdrawn"):
        updates.publish(update, actor=erin)
    with pytest.raises(IntegrityError), transaction.atomic():
        Update.objects.filter(pk=update.pk).update(withdrawal_en="")


@pytest.fixture
def desk(erin, as_person):
    Installation.objects.update_or_create(pk=1, defaults={"is_demo": True})
    return as_person(erin)


def test_the_core_team_withdraws_on_a_page_that_asks_why(desk, client):
    update = UpdateFactory(published=True)
    path = reverse("admin:strategy_update_withdraw", args=[update.pk])
    change = reverse("admin:strategy_update_change", args=[update.pk])
    assert path in page(desk, change)
    assert "cannot be undone" in page(desk, path)
    refused = desk.post(path, {"en": "", "fr": "Faux"})
    assert refused.status_code == 200
    assert "Faux" in refused.content.decode()
    assert Update.objects.get().is_published
    assert desk.post(path, {"en": "The day was wrong.", "fr": "Jour faux"}).url == change
    update.refresh_from_db()
    assert (update.status, update.withdrawal_en, update.withdrawal_fr) == (
        *("withdrawn", "The day was wrong."),
        "Jour faux",
    )
    # It can be read there, and nothing of it changed any more; a second click does no harm.
    assert "The day was wrong." in page(desk, change)
    assert desk.post(change, {"title_en": "Other"}).status_code == 403
    assert desk.post(path, {"en": "Again"}).url == change
    assert UpdateEvent.objects.filter(kind="withdrawn").count() == 1


# --- Calls to act, and urgent ones ------------------------------------------------------------


def test_a_call_to_act_needs_its_day_before_it_goes_out(client, erin):
    update = UpdateFactory(kind="act")
    with pytest.raises(ValidationError, match="until when"):
        updates.publish(update, actor=erin)
    update.deadline = timezone.now() + datetime.timedelta(days=3)
    updates.save(update, actor=erin)
    updates.publish(update, actor=erin)
    assert "To be done until" in page(client, update.get_absolute_url())
    assert "to be done until" in page(client, "/en/updates/")
    with time_machine.travel(timezone.now() + datetime.timedelta(days=4)):
        assert "This call is over" in page(client, update.get_absolute_url())


def test_until_when_is_the_same_day_before_and_after(client):
    """What ends at midnight ends with the day before, also once it is over."""
    end = datetime.datetime(2099, 7, 20, tzinfo=datetime.UTC)
    UpdateFactory(published=True, kind="act", deadline=end)
    assert "to be done until" in (before := page(client, "/en/updates/"))
    with time_machine.travel(end + datetime.timedelta(days=1)):
        after = page(client, "/en/updates/")
    assert "was to be done until" in after
    assert ["19 July 2099" in before, "19 July 2099" in after] == [True, True]
    assert "20 July 2099" not in before + after


def urgent_by(person):
    draft = Update(slug="now", title_en="Now", short_en="x", kind=Update.Kind.URGENT)
    return updates.save(draft, actor=person)


def test_an_urgent_update_needs_a_second_person(erin, frank):
    update = updates.save(
        Update(slug="now", title_en="Now", short_en="x", kind="urgent"), actor=erin
    )
    with pytest.raises(ValidationError, match="second person"):
        updates.publish(update, actor=frank)
    with pytest.raises(ValidationError, match="You wrote on this"):
        updates.agree(update, actor=erin)
    updates.agree(update, actor=frank)
    with pytest.raises(ValidationError, match="agreed to this update already"):
        updates.agree(update, actor=frank)
    published = updates.publish(update, actor=erin)
    assert published.agreed_by == frank


def test_other_words_need_agreement_anew(erin, frank):
    update = updates.save(
        Update(slug="now", title_en="Now", short_en="x", kind="urgent"), actor=erin
    )
    updates.agree(update, actor=frank)
    at = timezone.now() + datetime.timedelta(hours=1)
    updates.schedule(update, at=at, actor=erin)
    update = Update.objects.get()
    corrected(update, by=erin, short_en="Something else")
    update = Update.objects.get()
    assert (update.status, update.agreed_at) == ("draft", None)
    with pytest.raises(ValidationError, match="second person"):
        updates.publish(update, actor=frank)
    # The database holds the same rule.
    with pytest.raises(IntegrityError), transaction.atomic():
        Update.objects.update(status="scheduled", publish_at=at)


def test_whoever_changed_the_words_cannot_agree_to_them(erin, frank):
    update = updates.save(
        Update(slug="now", title_en="Now", short_en="x", kind="urgent"), actor=erin
    )
    corrected(update, by=frank, short_en="Now really")
    with pytest.raises(ValidationError, match="You wrote on this"):
        updates.agree(update, actor=frank)


def test_agreeing_on_the_page_of_the_draft(desk, as_person, frank):
    update = urgent_by(frank)
    change = reverse("admin:strategy_update_change", args=[update.pk])
    shown = desk.get(change)
    assert "a second person has to agree" in shown.content.decode()
    said = desk.post(change, form_of(shown, _agree="1"), follow=True).content.decode()
    assert "You agreed to this update" in said
    assert Update.objects.get().agreed_at is not None


# --- The list ---------------------------------------------------------------------------------


@pytest.fixture
def shelf():
    topic = TopicFactory(slug="diversity", title_en="Diversity")
    about = UpdateFactory(published=True, title_en="Whose knowledge is missing")
    about.topics.add(topic)
    french = UpdateFactory(
        published=True, title_en="Summer", title_fr="L’été à Genève", short_fr="En bref"
    )
    call = UpdateFactory(
        title_en="Act", kind="act", deadline=timezone.now() + datetime.timedelta(days=1)
    )
    updates.publish(call, actor=None)
    UpdateFactory(title_en="Hidden draft of diversity").topics.add(topic)
    return {"about": about, "french": french, "call": call}


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("topic=diversity", {"about"}),
        ("kind=act", {"call"}),
        ("language=fr", {"french"}),
        # Found in another language than the page's, without its accents.
        ("q=GENEVE", {"french"}),
        ("q=ete+geneve", {"french"}),
        ("q=knowledge&topic=diversity", {"about"}),
        ("q=knowledge&kind=act", set()),
        ("q=hidden", set()),
        # What is not offered narrows nothing.
        ("topic=nothing&kind=x&language=xx", {"about", "french", "call"}),
        ("q=%25+%2C", {"about", "french", "call"}),
    ],
)
def test_the_list_is_narrowed(client, shelf, query, found):
    shown = page(client, f"/en/updates/?{query}")
    assert {name for name, update in shelf.items() if update.slug in shown} == found
    if not found:
        assert "No update fits" in shown


def test_a_page_of_a_narrowed_list_keeps_what_narrows_it(client):
    for number in range(12):
        UpdateFactory(published=True, title_en=f"Salon {number}")
    UpdateFactory(published=True, title_en="Other")
    first = page(client, "/en/updates/?q=salon")
    assert "12 updates" in first
    assert "q=salon&amp;page=2" in first or "page=2&amp;q=salon" in first
    assert "Other" not in page(client, "/en/updates/?q=salon&page=2")


def test_topic_and_timeline_lead_to_their_updates(client, shelf):
    entry = TimelineEntryFactory()
    shelf["about"].timeline_entries.add(entry)
    topic = Topic.objects.get()
    assert shelf["about"].slug in page(client, topic.get_absolute_url())
    assert shelf["french"].slug not in page(client, topic.get_absolute_url())
    assert shelf["about"].slug in page(client, "/en/timeline/")
    shown = page(client, shelf["about"].get_absolute_url())
    assert topic.get_absolute_url() in shown
    assert f"/en/timeline/#e{entry.pk}" in shown
    feed = page(client, f"{topic.get_absolute_url()}feed/")
    assert shelf["about"].slug in feed
    assert shelf["french"].slug not in feed


def test_a_hidden_topic_has_no_feed_and_is_named_on_no_update(client, shelf):
    Topic.objects.update(is_public=False)
    topic = Topic.objects.get()
    assert client.get(f"{topic.get_absolute_url()}feed/").status_code == 404
    assert topic.title_en not in page(client, shelf["about"].get_absolute_url())
    assert "Diversity" not in page(client, "/en/updates/")
