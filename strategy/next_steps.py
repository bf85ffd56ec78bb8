"""The next steps this app offers a liaison: pass on, report, finish what is begun."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.db.models.fields.json import KT
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from liaisons.models import Group, Mandate, User
from liaisons.next_steps import NextStep, StepsOfOne

from . import audiences, language_versions
from .models import Relay, Report, ReportDraft, Topic, Update, UpdateRead

# Of each kind so many are offered; the rest is a link away.
MOST = 3
# Among how many of the newest updates and most urgent topics they are looked for.
LOOKED_AT = 20
# News older than this is no longer news.
STILL_NEWS = timedelta(days=60)
# For so long the digest that tells of an update may still be on its way.
BROUGHT_BY_DIGEST = timedelta(days=6)


def offered(people: Sequence[User]) -> StepsOfOne:
    """What people can do for their groups; nothing for who speaks for none.

    At most nine queries, however many people, groups, updates and topics there are.
    """
    read = _read(people)

    def of_one(person: User) -> Iterator[NextStep]:
        groups = read.groups.get(person.pk)
        if not groups:
            return
        ours = {group.pk for group in groups}
        drafts = [one for one in read.drafts if one.report.group_id in ours][:LOOKED_AT]
        yield from _unfinished(drafts[:MOST], groups, read.topics_of_drafts)
        yield from _to_pass_on(read, person, groups)
        yield from _to_report_on(read, drafts, groups)

    return of_one


@dataclass
class _Read:
    """What the steps of some people are made of."""

    groups: dict[int, list[Group]]
    drafts: list[Any] = field(default_factory=list)  # ReportDraft, each with its topic_slug
    topics_of_drafts: dict[str, Topic] = field(default_factory=dict)
    news: list[Update] = field(default_factory=list)
    passed_on: set[tuple[int, int]] = field(default_factory=set)
    # Person, group and update where the update is for others (audiences.unconcerned).
    unconcerned: set[tuple[int, int, int]] = field(default_factory=set)
    updates_read: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    topics: list[Topic] = field(default_factory=list)
    reported_on: set[tuple[int, int]] = field(default_factory=set)


def _read(people: Sequence[User]) -> _Read:
    read = _Read(_groups_of(people))
    groups = {group.pk for groups in read.groups.values() for group in groups}
    if not groups:
        return read
    drafts = (
        ReportDraft.objects.filter(report__group__in=groups)
        .select_related("report__group")
        .annotate(topic_slug=KT("data__topic"))
        .defer("data")
    )
    # Of one person's groups the newest are enough; several people's are read together.
    read.drafts = list(drafts.order_by("-saved_at")[: LOOKED_AT * len(people)])
    slugs = {draft.topic_slug for draft in read.drafts if draft.topic_slug}
    if slugs:
        topics = Topic.objects.public().filter(slug__in=slugs)
        read.topics_of_drafts = {topic.slug: topic for topic in topics}
    since = timezone.now() - STILL_NEWS
    published = Update.objects.published().titles_only().filter(published_at__gte=since)
    read.news = list(published[:LOOKED_AT])
    active = Mandate.objects.active().filter(person__in=people)
    read.unconcerned = audiences.unconcerned(active, read.news)
    done = Relay.objects.current().filter(update__in=read.news, group__in=groups)
    read.passed_on = set(done.order_by().values_list("update", "group"))
    seen = UpdateRead.objects.filter(person__in=people, update__in=read.news)
    for person, update in seen.values_list("person", "update"):
        read.updates_read[person].add(update)
    read.topics = list(Topic.objects.open().by_deadline()[:LOOKED_AT])
    said = Report.objects.published().filter(topic__in=read.topics, group__in=groups)
    read.reported_on = set(said.order_by().values_list("topic", "group"))
    return read


def _groups_of(people) -> dict[int, list[Group]]:
    """By person the groups they speak for today, by name."""
    groups = defaultdict(list)
    active = Mandate.objects.active().filter(person__in=people).select_related("group")
    for mandate in active.order_by("group__name", "group"):
        groups[mandate.person_id].append(mandate.group)
    return groups


def _unfinished(drafts: list, groups, topics: dict[str, Topic]) -> Iterator[NextStep]:
    for draft in drafts:
        report, topic = draft.report, topics.get(draft.topic_slug)
        about, language = _named(topic) if topic else (report.group.name, "")
        title = _("Finish the report")
        if report.is_published:
            title = _("Finish the correction of %(ref)s") % {"ref": report.ref}
        yield NextStep(
            key=f"report-{report.pk}",
            title=title,
            about=about,
            about_language=language,
            detail=report.group.name if topic and len(groups) > 1 else "",
            url=reverse("strategy:report_edit", args=[report.pk]),
            action=_("Go on"),
            since=draft.saved_at,
            weight=30,
        )


def _to_pass_on(read: _Read, person: User, groups: list[Group]) -> Iterator[NextStep]:
    seen = read.updates_read[person.pk]
    for_others = {(update, group) for one, group, update in read.unconcerned if one == person.pk}
    missing = _missing(read.news, groups, read.passed_on | for_others)
    # A digest that brings an update need not say so twice; one a week later may.
    brought = timezone.now() - BROUGHT_BY_DIGEST
    for update in [update for update in read.news if missing[update.pk]][:MOST]:
        where = missing[update.pk]
        about, language = _named(update)
        title, action = _("Read an update, and pass it on"), _("Read")
        url = reverse("strategy:update_open", args=[update.slug])
        if update.pk in seen:
            title, action = _("Pass on an update, and record it"), _("Record it")
            url = _with("strategy:relay_new", update=update.slug, group=where[0].slug)
        yield NextStep(
            key=f"pass-on-{update.pk}",
            title=title,
            about=about,
            about_language=language,
            detail=_for_whom(where, groups),
            url=url,
            action=action,
            since=update.published_at,
            weight=40,
            in_digest=update.published_at < brought,
        )


def _to_report_on(read: _Read, drafts: list, groups: list[Group]) -> Iterator[NextStep]:
    topics = read.topics
    by_slug = {topic.slug: topic.pk for topic in topics}
    pairs = list(read.reported_on)
    # What is being written is a step of its own.
    pairs += [
        (by_slug[draft.topic_slug], draft.report.group_id)
        for draft in drafts
        if draft.topic_slug in by_slug
    ]
    missing = _missing(topics, groups, pairs)
    for topic in [topic for topic in topics if missing[topic.pk]][:MOST]:
        where = missing[topic.pk]
        about, language = _named(topic)
        yield NextStep(
            key=f"topic-{topic.pk}",
            title=_("Report what your group says on a topic"),
            about=about,
            about_language=language,
            detail=_for_whom(where, groups),
            url=_with("strategy:report_new", topic=topic.slug, group=where[0].slug),
            action=_("Write a report"),
            due=topic.closes_at,
            since=topic.opens_at,
            weight=60,
            # Topics that open and close are told to everyone.
            in_digest=False,
        )


def _missing(things: Iterable, groups: list[Group], pairs) -> dict[int, list[Group]]:
    """For each thing, by its id, the groups that have not done it; ``pairs`` are those done."""
    done = set(pairs)
    return {
        thing.pk: [group for group in groups if (thing.pk, group.pk) not in done]
        for thing in things
    }


def _for_whom(where: list[Group], groups: list[Group]) -> str:
    """Which groups a step is for, where that is not clear: a name, or how many."""
    if len(groups) == 1:
        return ""
    if len(where) == 1:
        return where[0].name
    # Translators: below a step a person can take, who speaks for several groups.
    return ngettext("for %(count)s of your groups", "for %(count)s of your groups", len(where)) % {
        "count": len(where)
    }


def _named(thing) -> tuple[str, str]:
    """The title in the reader's language, or in another one together with that one's code."""
    wanted = get_language() or settings.LANGUAGE_CODE
    text, language = language_versions.field_for(thing, "title", wanted)
    return text, "" if language == wanted else language


def _with(name: str, **query) -> str:
    return f"{reverse(name)}?{urlencode(query)}"
