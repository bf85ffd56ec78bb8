"""Bringing the process in: Working Groups, the timeline, and a topic for each Working Group."""

from importing.columns import (
    Column,
    choice,
    code,
    first_and_last_day,
    known,
    number,
    partial_date,
    text,
)
from importing.importer import Importer
from importing.problems import BadValue

from .models import TimelineEntry, Topic, TopicQuestion, WorkingGroup
from .translating import states


class TextsImporter(Importer):
    """A file with texts that are translated; what comes in is noted for those who translate."""

    def after(self, changed):
        states.record_all(changed, by=None)


class WorkingGroupsImporter(TextsImporter):
    """``working_groups.csv``: the nine thematic groups of the process."""

    file = "working_groups.csv"
    model = WorkingGroup
    fields = ("slug", "name_en", "scope_en", "former_name")

    def columns(self):
        return [
            Column("slug", code(60), filled=True),
            Column("name", text(100), filled=True),
            Column("name_before_2018_07", text(100)),
            Column("scope_keywords", text(2000)),
        ]

    def key(self, values):
        return values["slug"]

    def attributes(self, values):
        return {
            "slug": values["slug"],
            "name_en": values["name"],
            "scope_en": values["scope_keywords"],
            "former_name": values["name_before_2018_07"],
        }


class TimelineImporter(TextsImporter):
    """``strategy_timeline.csv``: what happened in the process, with its true dates."""

    file = "strategy_timeline.csv"
    model = TimelineEntry
    fields = (
        "key", "phase", "kind", "title_en", "starts_on", "ends_on", "precision", "source",
    )  # fmt: skip

    def columns(self):
        return [
            Column("key", code(200), filled=True),
            Column("phase", number(1, 99), filled=True),
            Column("start", partial_date, filled=True),
            Column("end", partial_date),
            Column("precision", choice(TimelineEntry.Precision.values), filled=True),
            Column("kind", choice(TimelineEntry.Kind.values), filled=True),
            Column("event", text(200), filled=True),
            Column("source", text(500)),
        ]

    def key(self, values):
        return values["key"]

    def check(self, values):
        if values["end"] and _last_day(values) < _first_day(values):
            raise BadValue("is before the start", column="end", value=values["end"])

    def attributes(self, values):
        return {
            "key": values["key"],
            "phase": values["phase"],
            "kind": values["kind"],
            "title_en": values["event"],
            "starts_on": _first_day(values),
            "ends_on": _last_day(values),
            "precision": values["precision"],
            "source": values["source"],
        }


class TopicsImporter(TextsImporter):
    """``topics.csv``: one topic for each Working Group, with its short version."""

    file = "topics.csv"
    needs = ("working_groups.csv",)
    model = Topic
    fields = ("slug", "working_group_id", "title_en", "short_en")

    def columns(self):
        self.groups = dict(WorkingGroup.objects.values_list("slug", "pk"))
        return [
            Column("working_group", known(self.groups, "Working Group"), filled=True),
            Column("title", text(200), filled=True),
            Column("short", text(800), filled=True),
        ]

    def key(self, values):
        return values["working_group"]

    def attributes(self, values):
        return {
            "slug": values["working_group"],
            "working_group_id": self.groups[values["working_group"]],
            "title_en": values["title"],
            "short_en": values["short"],
        }


class QuestionsImporter(TextsImporter):
    """``scoping_topics.csv``: what each Working Group asked about; the questions of its topic."""

    file = "scoping_topics.csv"
    needs = ("topics.csv",)
    model = TopicQuestion
    fields = ("topic_id", "position", "kind", "text_en", "source")

    def columns(self):
        self.topics = {
            topic.imported["key"]: topic.pk
            for topic in Topic.objects.filter(imported__file=TopicsImporter.file)
        }
        return [
            Column("working_group", known(self.topics, "Working Group with a topic"), filled=True),
            Column("position", number(1, 9999), filled=True),
            Column("kind", choice(TopicQuestion.Kind.values), filled=True),
            Column("topic", text(500), filled=True),
            Column("source", text(500)),
        ]

    def key(self, values):
        return f"{values['working_group']}/{values['position']}"

    def attributes(self, values):
        return {
            "topic_id": self.topics[values["working_group"]],
            "position": values["position"],
            "kind": values["kind"],
            "text_en": values["topic"],
            "source": values["source"],
        }


# In the order in which they need each other.
IMPORTERS: list[type[Importer]] = [
    WorkingGroupsImporter,
    TimelineImporter,
    TopicsImporter,
    QuestionsImporter,
]
# The texts of these files that the Core Team may have in ten languages.
TEXTS: dict[type[Importer], tuple[str, ...]] = {
    WorkingGroupsImporter: ("name", "scope"),
    TimelineImporter: ("title",),
    TopicsImporter: ("title", "short"),
    QuestionsImporter: ("text",),
}


def _first_day(values):
    return first_and_last_day(values["start"])[0]


def _last_day(values):
    return first_and_last_day(values["end"])[1] if values["end"] else None
