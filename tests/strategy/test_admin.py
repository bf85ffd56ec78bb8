"""The Core Team writes, previews, schedules and publishes, through the admin's pages."""

import datetime

import pytest
import time_machine
from django.contrib.auth.models import Permission
from django.urls import reverse
from django.utils import timezone

from strategy import updates
from strategy.models import TimelineEntry, Topic, Update
from tests.factories import UserFactory
from web import content_version
from web.models import Installation

from .factories import (
    TimelineEntryFactory,
    TopicFactory,
    TopicQuestionFactory,
    UpdateFactory,
    WorkingGroupFactory,
)

pytestmark = pytest.mark.django_db
ADD = "admin:strategy_update_add"


def page_of(thing):
    return reverse(f"admin:strategy_{thing._meta.model_name}_change", args=[thing.pk])


def form_of(response, **changes):
    """What a browser would send back from an admin page, with some fields changed."""
    context = response.context["adminform"].form
    forms = [context]
    for inline in response.context["inline_admin_formsets"]:
        forms += [inline.formset.management_form, *inline.formset.forms]
    data = {}
    for form in forms:
        for field in form:
            value = field.value()
            widget = field.field.widget
            if hasattr(widget, "decompress"):
                for number, part in enumerate(widget.decompress(value)):
                    data[f"{field.html_name}_{number}"] = "" if part is None else str(part)
            elif value is True:
                data[field.html_name] = "on"
            elif value is not None and value is not False:
                data[field.html_name] = value
    return {**data, **changes}


@pytest.fixture
def desk(erin, as_person):
    """Erin's browser; a demo asks her for no second factor."""
    Installation.objects.update_or_create(pk=1, defaults={"is_demo": True})
    return as_person(erin)


@pytest.fixture
def writer(as_person, desk):
    """Somebody of the Core Team who writes and may not publish."""
    person = UserFactory(core_team=True)
    person.user_permissions.set(
        Permission.objects.filter(codename__in=["add_update", "change_update", "view_update"])
    )
    return as_person(person)


def write(browser, **values):
    start = form_of(browser.get(reverse(ADD)))
    data = {"title_en": "News", "short_en": "In short.", "_save": "1", **values}
    return browser.post(reverse(ADD), {**start, **data})


def problems(response):
    assert response.status_code == 200
    return response.context["adminform"].form.errors


# --- Writing --------------------------------------------------------------------------------------


def test_a_new_update_is_a_draft_with_an_address_made_from_its_title(desk, erin):
    assert write(desk, title_en="Questions, at last!").status_code == 302
    update = Update.objects.get()
    assert (update.status, update.slug, update.author) == ("draft", "questions-at-last", erin)
    event = update.events.get()
    assert (event.kind, event.actor) == ("written", erin)


@pytest.mark.parametrize("missing", ["title_en", "short_en"])
def test_english_title_and_short_version_are_required(desk, missing):
    assert missing in problems(write(desk, **{missing: ""}))
    assert not Update.objects.exists()


def test_a_short_version_is_at_most_800_characters_and_a_line_end_counts_once(desk):
    assert "short_en" in problems(write(desk, short_en="x" * 801))
    lines = "\r\n".join(["x" * 79] * 10)
    assert write(desk, short_en=lines).status_code == 302
    assert Update.objects.get().short_en == lines.replace("\r\n", "\n")


def test_the_short_version_has_a_counter(desk):
    page = desk.get(reverse(ADD)).content.decode()
    assert 'data-counter="{count} of {limit} characters"' in page
    assert 'maxlength="800"' in page
    assert 'src="/static/js/counter.js" type="module"' in page


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ({"title_fr": "Titre"}, {"short_fr"}),
        ({"short_fr": "Court"}, {"title_fr"}),
        ({"body_fr": "Texte"}, {"title_fr", "short_fr"}),
    ],
)
def test_a_language_is_whole_or_not_there(desk, given, wanted):
    assert set(problems(write(desk, **given))) == wanted


def test_each_language_is_folded_and_says_its_state(desk):
    update = UpdateFactory(in_arabic=True, title_de="Titel")
    page = desk.get(page_of(update)).content.decode()
    assert page.count("<details>") >= 9
    assert "Arabic (العربية): there" in page
    assert "German (Deutsch): incomplete" in page
    assert "French (français): missing" in page
    assert 'lang="ar" dir="rtl"' in page or 'dir="rtl" lang="ar"' in page
    assert page.index("title_en") < page.index("short_en") < page.index("body_en")


def test_the_page_loads_nothing_from_another_host(desk):
    response = desk.get(reverse(ADD))
    page = response.content.decode()
    for host in ("//ajax.", "googleapis", 'src="http', 'href="http'):
        assert host not in page
    assert "unsafe-inline" not in response["Content-Security-Policy"]


def test_two_people_cannot_overwrite_each_other_unseen(desk):
    update = UpdateFactory()
    mine = form_of(desk.get(page_of(update)), title_en="Mine", _save="1")
    theirs = form_of(desk.get(page_of(update)), title_en="Theirs", _save="1")
    assert desk.post(page_of(update), theirs).status_code == 302
    response = desk.post(page_of(update), mine)
    assert "Somebody else saved this update" in str(problems(response))
    update.refresh_from_db()
    assert update.title_en == "Theirs"


# --- Publishing -----------------------------------------------------------------------------------


def test_publish_now(desk, client):
    write(desk, title_en="Out now", _publish="1")
    update = Update.objects.get()
    assert update.is_published
    assert "Out now" in client.get("/en/updates/").content.decode()


def test_schedule_and_take_off_the_schedule(desk):
    at = timezone.now() + datetime.timedelta(days=1)
    when = {"publish_at_0": f"{at:%Y-%m-%d}", "publish_at_1": f"{at:%H:%M:%S}"}
    write(desk, **when, _schedule="1")
    update = Update.objects.get()
    assert update.status == "scheduled"
    desk.post(page_of(update), form_of(desk.get(page_of(update)), _unschedule="1"))
    update.refresh_from_db()
    assert update.status == "draft"
    with time_machine.travel(at + datetime.timedelta(hours=1), tick=False):
        assert updates.publish_due() == 0


def test_a_schedule_needs_a_time_that_lies_ahead(desk):
    assert "publish_at" in problems(write(desk, _schedule="1"))
    past = {"publish_at_0": "2019-01-01", "publish_at_1": "07:00:00"}
    assert "publish_at" in problems(write(desk, **past, _schedule="1"))


def test_a_published_update_is_corrected_and_keeps_its_address(desk, client):
    update = UpdateFactory(published=True, slug="fixed")
    data = form_of(desk.get(page_of(update)), title_en="Corrected", slug="moved", _save="1")
    assert desk.post(page_of(update), data).status_code == 302
    page = client.get("/en/updates/fixed/").content.decode()
    assert "Corrected" in page
    assert "corrected on" in page
    buttons = desk.get(page_of(update)).content.decode()
    for name in ("_publish", "_schedule", "_unschedule"):
        assert f'name="{name}"' not in buttons


def test_a_published_update_cannot_be_deleted(desk):
    update = UpdateFactory(published=True)
    address = reverse("admin:strategy_update_delete", args=[update.pk])
    assert desk.post(address, {"post": "yes"}).status_code == 403
    assert (
        "delete_selected"
        not in desk.get(reverse("admin:strategy_update_changelist")).content.decode()
    )
    draft = UpdateFactory()
    desk.post(reverse("admin:strategy_update_delete", args=[draft.pk]), {"post": "yes"})
    assert list(Update.objects.all()) == [update]


@pytest.mark.parametrize("verb", ["_publish", "_schedule"])
def test_writing_is_not_publishing(writer, verb):
    at = {"publish_at_0": "2999-01-01", "publish_at_1": "07:00:00"}
    assert f'name="{verb}"' not in writer.get(reverse(ADD)).content.decode()
    assert write(writer, **at, **{verb: "1"}).status_code == 403
    assert not Update.objects.exclude(status="draft").exists()


def test_who_may_not_publish_may_not_change_what_is_published(writer):
    update = UpdateFactory(published=True)
    response = writer.post(page_of(update), {"title_en": "Mine", "short_en": "x"})
    assert response.status_code == 403
    update.refresh_from_db()
    assert update.title_en != "Mine"


def test_the_history_says_who_did_what_and_when(desk, erin):
    update = UpdateFactory(published=True)
    update.title_en = "Right"
    updates.save(update, actor=erin)
    page = desk.get(page_of(update)).content.decode()
    assert "Published · <bdi>the schedule</bdi>" in page
    assert "Corrected · <bdi>Erin</bdi>" in page
    assert "title_en" in page


# --- The process ----------------------------------------------------------------------------------


@pytest.mark.parametrize("factory", [TimelineEntryFactory, TopicFactory, WorkingGroupFactory])
def test_what_is_changed_here_is_public_at_once(desk, factory):
    thing = factory()
    before = content_version.current()
    name = "name" if hasattr(thing, "name_en") else "title"
    response = desk.get(page_of(thing))
    assert response.status_code == 200
    data = form_of(response, **{f"{name}_en": "Changed", f"{name}_fr": "Changé", "_save": "1"})
    if hasattr(thing, "short_en"):
        data["short_fr"] = "Court"
    response = desk.post(page_of(thing), data)
    assert response.status_code == 302, problems(response)
    assert content_version.current() > before
    thing.refresh_from_db()
    assert getattr(thing, f"{name}_fr") == "Changé"


def test_a_topic_has_its_questions_beside_it(desk):
    question = TopicQuestionFactory()
    data = form_of(desk.get(page_of(question.topic)), _save="1")
    data["questions-0-text_en"] = "Better asked?"
    response = desk.post(page_of(question.topic), data)
    assert response.status_code == 302, problems(response)
    question.refresh_from_db()
    assert question.text_en == "Better asked?"


def test_a_topic_cannot_close_before_it_opens_and_the_form_says_so(desk):
    topic = TopicFactory()
    data = form_of(
        desk.get(page_of(topic)), closes_at_0="2019-01-01", closes_at_1="00:00:00", _save="1"
    )
    assert "cannot close before it opens" in str(problems(desk.post(page_of(topic), data)))


def test_a_topic_that_was_announced_stays(desk):
    topic = TopicFactory(position=7)
    address = reverse("admin:strategy_topic_delete", args=[topic.pk])
    assert desk.post(address, {"post": "yes"}).status_code == 403
    assert Topic.objects.filter(pk=topic.pk).exists()


@pytest.mark.parametrize("model", ["update", "topic", "timelineentry", "workinggroup"])
def test_the_lists_take_as_many_queries_for_twenty_as_for_one(
    desk, model, django_assert_num_queries, django_assert_max_num_queries
):
    make = {
        "update": lambda n: UpdateFactory(published=True),
        "topic": lambda n: TopicFactory(working_group=WorkingGroupFactory(slug=f"wg{n}")),
        "timelineentry": lambda n: TimelineEntryFactory(),
        "workinggroup": lambda n: WorkingGroupFactory(slug=f"group{n}"),
    }[model]
    address = reverse(f"admin:strategy_{model}_changelist")
    make(0)
    desk.get(address)
    with django_assert_max_num_queries(30) as one:
        assert desk.get(address).status_code == 200
    for number in range(1, 20):
        make(number)
    with django_assert_num_queries(len(one)):
        desk.get(address)


def test_nobody_else_comes_in(client, as_person, alice, dave):
    for browser in (client, as_person(alice), as_person(dave)):
        for model in ("update", "topic", "timelineentry", "workinggroup"):
            response = browser.get(reverse(f"admin:strategy_{model}_changelist"))
            assert response.status_code in (302, 403, 404)


@pytest.mark.django_db(transaction=True)
def test_timeline_entries_ticked_in_the_list_are_deleted(as_person):
    Installation.objects.update_or_create(pk=1, defaults={"is_demo": True})
    entry, kept = TimelineEntryFactory(), TimelineEntryFactory()
    before = content_version.current()
    response = as_person(UserFactory(admin=True)).post(
        reverse("admin:strategy_timelineentry_changelist"),
        {"action": "delete_selected", "_selected_action": entry.pk, "post": "yes"},
    )
    assert response.status_code == 302
    assert list(TimelineEntry.objects.all()) == [kept]
    assert content_version.current() > before


def test_a_scheduled_update_keeps_its_time(desk):
    at = timezone.now() + datetime.timedelta(days=1)
    write(desk, publish_at_0=f"{at:%Y-%m-%d}", publish_at_1=f"{at:%H:%M:%S}", _schedule="1")
    update = Update.objects.get()
    form = form_of(desk.get(page_of(update)), publish_at_0="", publish_at_1="", _save="1")
    assert "publish_at" in problems(desk.post(page_of(update), form))
    del form["_save"]
    assert desk.post(page_of(update), {**form, "_unschedule": "1"}).status_code == 302
    update.refresh_from_db()
    assert update.status == "draft"
