"""The next steps this app offers a liaison: pass on, report, finish what is begun."""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from urllib.parse import urlencode

from django.conf import settings
from django.db.models import Exists, OuterRef
from django.db.models.fields.json import KT
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from liaisons import access
from liaisons.models import Group, User
from liaisons.next_steps import NextStep

from . import language_versions
from .models import Relay, Report, ReportDraft, Topic, Update, UpdateRead

# Of each kind so many are offered; the rest is a link away.
MOST = 3
# Among how many of the newest updates and most urgent topics they are looked for.
LOOKED_AT = 20
# News older than this is no longer news.
STILL_NEWS = timedelta(days=60)


def offered(person: User) -> Iterator[NextStep]:
    """What this person can do for their groups; nothing for who speaks for none.

    At most seven queries, however many groups, updates and topics there are.
    """
    groups = list(access.groups_of(person))
    if not groups:
        return
    drafts = list(
        ReportDraft.objects.filter(report__group__in=groups)
        .select_related("report__group")
        .annotate(topic_slug=KT("data__topic"))
        .defer("data")
        .order_by("-saved_at")[:LOOKED_AT]
    )
    yield from _unfinished(drafts[:MOST], groups)
    yield from _to_pass_on(person, groups)
    yield from _to_report_on(drafts, groups)


def _unfinished(drafts: list, groups) -> Iterator[NextStep]:
    slugs = [draft.topic_slug for draft in drafts if draft.topic_slug]
    topics = {topic.slug: topic for topic in Topic.objects.public().filter(slug__in=slugs)}
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


def _to_pass_on(person, groups: list[Group]) -> Iterator[NextStep]:
    read = UpdateRead.objects.filter(person=person, update=OuterRef("pk"))
    news = list(
        Update.objects.published()
        .titles_only()
        .filter(published_at__gte=timezone.now() - STILL_NEWS)
        .annotate(is_read=Exists(read))[:LOOKED_AT]
    )
    done = Relay.objects.current().filter(update__in=news, group__in=groups)
    missing = _missing(news, groups, done.order_by().values_list("update", "group"))
    for update in [update for update in news if missing[update.pk]][:MOST]:
        where = missing[update.pk]
        about, language = _named(update)
        step = {
            "key": f"pass-on-{update.pk}",
            "about": about,
            "about_language": language,
            "detail": _for_whom(where, groups),
            "since": update.published_at,
            "weight": 40,
        }
        if update.is_read:
            yield NextStep(
                title=_("Pass on an update, and record it"),
                url=_with("strategy:relay_new", update=update.slug, group=where[0].slug),
                action=_("Record it"),
                **step,
            )
        else:
            yield NextStep(
                title=_("Read an update, and pass it on"),
                url=reverse("strategy:update_open", args=[update.slug]),
                action=_("Read"),
                **step,
            )


def _to_report_on(drafts: list, groups: list[Group]) -> Iterator[NextStep]:
    topics = list(Topic.objects.open().by_deadline()[:LOOKED_AT])
    by_slug = {topic.slug: topic.pk for topic in topics}
    done = Report.objects.published().filter(topic__in=topics, group__in=groups)
    pairs = list(done.order_by().values_list("topic", "group"))
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
