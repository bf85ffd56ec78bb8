"""Two browsers with a page of the same mandate, sent at the same moment: no page is an error.

What comes of the mandate is held in ``test_two_at_once.py``; here it is what the two people read.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations_with_replacement

import pytest
from django.urls import reverse

from liaisons import mandates
from liaisons.models import Mandate
from tests.cast import pass_second_step
from tests.factories import GroupFactory
from tests.liaisons.acts import ACTIVE, WAITING, Stage, in_days
from tests.liaisons.join.answers import answers_of
from tests.liaisons.test_races import version_row
from tests.liaisons.test_two_at_once import both_wait, contradictions

pytestmark = pytest.mark.django_db(transaction=True)
__all__ = ["version_row"]


@dataclass(frozen=True)
class Form:
    """A form that somebody sends; ``fill`` gives its address and its fields for a scene."""

    name: str
    who: str
    when: list[str]
    fill: Callable[..., tuple[str, dict]]
    # The line in the history that says that it got through.
    writes: str = ""


def own(name, when, fields=None, writes=""):
    """A form of one's own mandate."""

    def fill(scene, _by):
        given = fields(scene) if callable(fields) else fields or {}
        return reverse(f"liaisons:{name}", args=[scene.mandate.pk]), given

    return Form(name, "holder", when, fill, writes)


def desk(do, when, fields=None, writes="", name=""):
    """A form of the page on which a reviewer decides."""

    def fill(scene, by):
        address = reverse("admin:liaisons_mandate_change", args=[scene.mandate.pk])
        given = {"do": do, "contact": by.pk, "text": "", "own_words": "", **(fields or {})}
        return address, {**given, "seen": scene.began[scene.mandate.pk]}

    return Form(f"desk {name or do}", "reviewer", when, fill, writes)


def say(verdict):
    def fill(scene, _by):
        if not scene.mandate.share_nonce:
            scene.mandate = mandates.renew_share_link(mandate=scene.mandate, by=scene.holder)
        address = reverse("liaisons:endorse", args=[mandates.share_token(scene.mandate)])
        return address, {"verdict": verdict, "reason": "Nobody asked us."}

    return Form(f"say {verdict}", "stranger", [*WAITING, *ACTIVE], fill)


def at(name, when, who="holder", writes="", **fields):
    def fill(scene, _by):
        mark = {"draft": scene.mandate.pk} if "draft" in when else {}
        return reverse(name), {key: _now(value) for key, value in fields.items()} | mark

    return Form(name, who, when, fill, writes)


def _now(value):
    return value() if callable(value) else value


def send_draft(scene, _by):
    seen = str(Mandate.objects.get(pk=scene.mandate.pk).changed_at.timestamp())
    return reverse("liaisons:join_check"), {"draft": scene.mandate.pk, "seen": seen}


def answers(scene, _by):
    return reverse("liaisons:join_mandate"), answers_of(scene.mandate)


FORMS = [
    Form("check", "holder", ["draft"], send_draft, "submitted"),
    Form("answers", "holder", ["draft"], answers),
    at("liaisons:join_choose_group", ["draft"], group=lambda: GroupFactory().slug),
    at("liaisons:join_discard", ["draft"], writes="withdrawn"),
    own("mandate_answer", ["more_asked"], {"message": "Here."}, "answered"),
    own("mandate_add", WAITING, {"message": "A link."}, "added"),
    own("mandate_ask", WAITING, {"message": "How long?"}, "asked"),
    own("mandate_withdraw", WAITING, writes="withdrawn"),
    own("mandate_end", ACTIVE, {"reason": "Moving."}, "ended"),
    own(
        "mandate_renew",
        ACTIVE,
        lambda scene: {
            "until": scene.mandate.last_day, "evidence": "unchanged", "is_attested": "on",
        },
        "renewed",
    ),
    own("mandate_again", ["over", "ended"]),
    own("mandate_successor", ACTIVE, {"do": "make"}),
    own(
        "mandate_notes",
        [*ACTIVE, "ended"],
        lambda scene: {"notes": "The keys.", "seen": mandates.mark_of_notes(scene.mandate)},
    ),
    own("mandate_share", [*WAITING, *ACTIVE]),
    at("liaisons:away", ACTIVE, until=lambda: in_days(3).isoformat()),
    at("liaisons:settings_delete", ["draft", *WAITING, *ACTIVE], is_sure="on", called="nothing"),
    Form(
        "succeed",
        "stranger",
        ["confirmed", "contested"],
        lambda scene, _by: (reverse("liaisons:succeed", args=[scene.token]), {}),
        "successor_named",
    ),
    say("confirms"),
    say("contests"),
    desk("take", [*WAITING, "contested"], writes="taken"),
    desk("reply", WAITING, {"message": "Soon."}, "replied"),
    desk("send", WAITING, {"decision": "confirm"}, "confirmed", name="confirm"),
    desk("send", ["submitted"], {"decision": "ask", "own_words": "Who?"}, "more_asked", name="ask"),
    desk("send", WAITING, {"decision": "decline", "own_words": "No."}, "declined", name="decline"),
    desk(
        "close_review", ["contested"], {"outcome": "keep", "message": "It stays."}, "review_closed"
    ),
    desk("contact", ACTIVE, writes="contact_changed"),
    desk("end", ACTIVE, {"why": "ended_by_core_team", "reason": "Over."}, "ended"),
]  # fmt: skip
# What takes from others what they are about to do.
TAKE_AWAY = {
    "liaisons:join_discard", "desk confirm", "mandate_withdraw", "desk end",
    "liaisons:settings_delete",
}  # fmt: skip


@pytest.fixture
def stage():
    stage = Stage()
    yield stage
    stage.close()


def meet(stage, as_person, situation, forms):
    """What was wrong for one of two people who send these forms at once."""
    scene = stage.scene(situation)
    people = {
        "holder": [scene.holder] * 2,
        "reviewer": scene.reviewers,
        "stranger": scene.strangers,
    }
    senders = [people[form.who][number] for number, form in enumerate(forms)]
    filled = [form.fill(scene, by) for form, by in zip(forms, senders, strict=True)]
    browsers = [browser_of(as_person, by) for by in senders]
    pages = both_wait(
        stage,
        scene,
        [
            lambda browser=browser, address=address, fields=fields: browser.post(address, fields)
            for browser, (address, fields) in zip(browsers, filled, strict=True)
        ],
    )
    wrong = []
    for number, (form, page) in enumerate(zip(forms, pages, strict=True)):
        if isinstance(page, Exception) or page.status_code >= 500:
            wrong.append(f"{form.name}: {page!r}")
        elif not got_through(scene, form, senders[number]) and not says_something(
            browsers[number], page
        ):
            wrong.append(f"{form.name} says nothing at {page.headers.get('Location')}")
    wrong += contradictions(scene.mandate.__class__.objects.get(pk=scene.mandate.pk))
    return [f"{situation}: {' + '.join(form.name for form in forms)}: {one}" for one in wrong]


def browser_of(as_person, by):
    """Signed in as this person, who proved a moment ago who they are."""
    browser = as_person(by)
    pass_second_step(browser, by, ago=0)
    browser.raise_request_exception = False
    return browser


def got_through(scene, form, by):
    if not form.writes:
        return True
    lines = scene.mandate.events.filter(kind=form.writes, actor=by)
    return lines.filter(pk__gt=scene.began[scene.mandate.pk]).exists()


def says_something(browser, page):
    """A message, an error at the form, a page that says what is gone, or the way to sign in."""
    if page.status_code in (301, 302):
        page = browser.get(page.headers["Location"], follow=True)
    marks = ("cdx-message", "messagelist", "errorlist", "account_login", "/accounts/login/")
    return page.status_code < 500 and any(mark in page.text for mark in marks)


def test_each_form_gets_through_alone(stage, as_person):
    stuck = []
    for form in FORMS:
        scene = stage.scene(form.when[0])
        by = {"holder": scene.holder, "reviewer": scene.reviewers[0]}.get(
            form.who, scene.strangers[0]
        )
        address, fields = form.fill(scene, by)
        page = browser_of(as_person, by).post(address, fields)
        is_asked_who = "/accounts/" in page.headers.get("Location", "")
        is_over = page.status_code == (200 if form.name == "mandate_successor" else 302)
        if not (got_through(scene, form, by) and is_over) or is_asked_who:
            stuck.append((form.name, page.status_code, page.headers.get("Location")))
    assert stuck == []


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name)
def test_of_two_pages_sent_at_once_neither_is_an_error(stage, as_person, form):
    wrong = []
    for other in FORMS:
        if other is form or other.name in TAKE_AWAY:
            together = [name for name in form.when if name in other.when]
            for situation in together[:1]:
                wrong += meet(stage, as_person, situation, (other, form))
    assert wrong == []


@pytest.mark.soak
def test_no_two_pages_sent_at_once_are_an_error(stage, as_person):
    wrong = []
    for first, second in combinations_with_replacement(FORMS, 2):
        for situation in [name for name in first.when if name in second.when]:
            wrong += meet(stage, as_person, situation, (first, second))
            wrong += meet(stage, as_person, situation, (second, first))
    assert wrong == []
