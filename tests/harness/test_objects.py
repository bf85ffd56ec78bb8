"""Role × object × method against a golden table: whose things are whose.

``access.txt`` has one example of each address; here the same address is asked for one's own
object, for that of another group and for one that is not public. Wherever somebody gets a 404,
an object that does not exist answers with the same body. ``UPDATE_GOLDEN=1 pytest`` on this file
writes ``objects.txt`` anew: read the difference before it is committed.
"""

import os
from pathlib import Path

import pytest
from django.urls import reverse

from liaisons.models import Mandate
from strategy.models import Report, ReportDraft, Topic
from tests.factories import GroupFactory

from .visits import undone

GOLDEN = Path(__file__).with_name("objects.txt")
METHODS = ("GET", "POST")
NOBODY_S = 999_999  # an id that no row has


@pytest.fixture
def objects(world):
    """(what it is, its path, the path of one that is not there) of each object."""
    other = Mandate.objects.active().get(person=world.people["other liaison"])
    world.people["deputy"] = Mandate.objects.active().get(group=world.group, seat="deputy").person
    hidden = Topic.objects.create(
        slug="hidden", working_group=world.topic.working_group, title_en="x", short_en="x",
        is_public=False,
    )  # fmt: skip
    other_draft = Report.objects.create(group=other.group, person=other.person)
    ReportDraft.objects.create(report=other_draft, saved_by=other.person)
    archived = GroupFactory(archived=True)

    def by_id(name, row, whose):
        return (f"{name}, {whose}", reverse(name, args=[row.pk]), reverse(name, args=[NOBODY_S]))

    def by_slug(name, row, whose):
        return (f"{name}, {whose}", reverse(name, args=[row.slug]), reverse(name, args=["nobody"]))

    found = []
    for whose, mandate in (
        ("the liaison's", world.mandate),
        ("the applicant's", world.application),
        ("the other liaison's", other),
    ):
        found.append(by_id("liaisons:mandate", mandate, whose))
        for step in (
            "answer", "add", "ask", "share", "notes", "successor", "withdraw", "end", "renew",
            "again",
        ):  # fmt: skip
            found.append(by_id(f"liaisons:mandate_{step}", mandate, whose))
    found.append(by_id("liaisons:letter", world.letter, "to the liaison"))
    for step in ("edit", "withdraw"):
        found.append(by_id(f"strategy:relay_{step}", world.relay, "of the liaison's group"))
    for step in ("edit", "discard"):
        name = f"strategy:report_{step}"
        found.append(by_id(name, world.draft_report, "a draft of the liaison's group"))
        found.append(by_id(name, other_draft, "a draft of the other group"))
    found.append(by_id("strategy:report_correct", world.report, "of the liaison's group"))
    for whose, group in (
        ("active", world.group),
        ("proposed by the applicant", world.proposed),
        ("archived", archived),
    ):
        found.append(by_slug("outreach_map:group_detail", group, whose))
        found.append(by_slug("liaisons:letter_new", group, whose))
    for whose, update in (
        ("for the liaison only", world.update),
        ("for the other liaison, urgent", world.urgent_update),
        ("a draft", world.draft_update),
        ("withdrawn", world.withdrawn_update),
    ):
        for page in ("detail", "kit", "print", "open", "changes"):
            found.append(by_slug(f"strategy:update_{page}", update, whose))
    for whose, topic in (("public", world.topic), ("hidden", hidden)):
        found.append(by_slug("strategy:topic_detail", topic, whose))
    for model, row in (("liaisons_mandate", world.application), ("strategy_update", world.update)):
        found.append(by_id(f"admin:{model}_change", row, "in the admin"))
    found.append(by_id("admin:liaisons_letter_change", world.letter, "not reported, in the admin"))
    return found


def without_path(response, path):
    """The page without what may differ: the address it was asked for, and a form's token."""
    tail = path.split("/", 2)[-1]
    text = response.content.decode().replace(tail, "")
    return [line for line in text.splitlines() if "csrf" not in line]


@pytest.mark.long
def test_whose_things_are_whose(objects, world, browser):
    clients = {role: browser(role) for role in world.people}
    lines = [f"{'object':<74}{'method':<8}" + "".join(f"{role:<15}" for role in clients)]
    unlike = []
    for what, path, missing in objects:
        for method in METHODS:
            codes = []
            for role, client in clients.items():
                response = undone(client, method.lower(), path)
                codes.append(response.status_code)
                if response.status_code == 404:
                    none = undone(client, method.lower(), missing)
                    same = without_path(none, missing) == without_path(response, path)
                    if none.status_code != 404 or not same:
                        unlike.append((role, method, what))
            lines.append(f"{what:<74}{method:<8}" + "".join(f"{code!s:<15}" for code in codes))
    assert unlike == []
    table = "\n".join(line.rstrip() for line in lines) + "\n"
    if os.environ.get("UPDATE_GOLDEN"):
        GOLDEN.write_text(table, encoding="utf-8")
    assert table.splitlines() == GOLDEN.read_text(encoding="utf-8").splitlines()
