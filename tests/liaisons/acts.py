"""Everything that changes a mandate: who does it, in which situations, and what it leaves.

Used where two of these meet (``test_two_at_once.py``, ``test_two_pages_at_once.py``).
"""

import datetime
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from django.utils import timezone

from liaisons import mandates
from liaisons.accounts import erasure
from liaisons.models import ContactRule, Endorsement, Mandate, User
from tests.factories import GroupFactory, MandateFactory, UserFactory

from .windows import Window


def in_days(days):
    return timezone.localdate() + datetime.timedelta(days=days)


# --- The situations -------------------------------------------------------------------------------


@dataclass
class Scene:
    """One mandate with the people around it."""

    mandate: Mandate
    reviewers: list[User]
    strangers: list[User]
    # A member of the group who has said something about the mandate.
    member: User
    # The application of somebody who is to follow, where there is one.
    application: Mandate | None = None
    token: str = ""
    # The state of each mandate as every window has seen it.
    began: dict[int, int] = field(default_factory=dict)

    @property
    def holder(self):
        return self.mandate.person

    def now(self, which=None):
        return Mandate.objects.get(pk=(which or self.mandate).pk)


SITUATIONS = {
    "draft": {"complete_draft": True},
    "submitted": {},
    "more_asked": {"more_asked": True},
    "confirmed": {"confirmed": True, "last_day": in_days(20)},
    "contested": {"confirmed": True, "last_day": in_days(20), "review_opened_at": timezone.now()},
    "followed": {"confirmed": True, "last_day": in_days(20)},
    "over": {"confirmed": True, "last_day": in_days(-1)},
    "ended": {"ended": True},
}
WAITING = ["submitted", "more_asked"]
ACTIVE = ["confirmed", "contested", "followed"]


class Stage:
    """Makes scenes; the people who can be in several are made once."""

    def __init__(self):
        self.reviewers = UserFactory.create_batch(2, admin=True)
        self.contact = UserFactory(core_team=True)
        self.rule = ContactRule.objects.create(contact=UserFactory(core_team=True))
        self.member = UserFactory()
        self.windows = [Window(), Window()]

    def close(self):
        for window in self.windows:
            window.close()

    def scene(self, situation) -> Scene:
        reviewer = {} if situation in ("draft", "submitted") else {"reviewer": self.reviewers[0]}
        mandate = MandateFactory(**SITUATIONS[situation], **reviewer, contact=self.contact)
        scene = Scene(mandate, self.reviewers, UserFactory.create_batch(2), self.member)
        if situation not in ("draft", "ended"):
            Endorsement.objects.create(mandate=mandate, person=self.member, verdict="confirms")
        if situation == "contested":
            mandate.events.create(kind="review_opened", actor=self.member)
        if situation == "followed":
            scene.application = MandateFactory(group=mandate.group, predecessor=mandate)
        if situation in ("confirmed", "contested"):
            scene.token = mandates.invite_successor(mandate=mandate, by=mandate.person)[1]
        for one in filter(None, [mandate, scene.application]):
            scene.began[one.pk] = mandates.state_of(one)
        return scene


# --- The table ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Act:
    """Something that somebody does to a mandate. ``do`` gets the scene and the acting person."""

    name: str
    who: str
    when: list[str]
    do: Callable[[Scene, User], object]
    # The line it leaves in the history where it is done.
    writes: str = ""
    # Of the same thing done in two windows only one is done.
    once: bool = True
    # Holds afterwards where it is done, unless the other one may undo it.
    leaves: Callable[[Scene, User], bool] | None = None
    undone_by: tuple[str, ...] = ()

    @property
    def verb(self):
        return self.name.split(":")[0]

    def person(self, scene, number):
        match self.who:
            case "holder":
                return scene.holder
            case "reviewer":
                return scene.reviewers[number]
            case "stranger":
                return scene.strangers[number]
            case "member":
                return scene.member
            case "successor":
                return scene.application.person
        return None

    def about(self, scene) -> Mandate:
        """The mandate that it changes."""
        return about(self.name, scene)


def about(name, scene) -> Mandate:
    return scene.application if name.endswith(":successor") else scene.mandate


def act(name, who, when, *, given=None, sees=False, **more) -> Act:
    """An act whose verb takes a mandate and the acting person, and what is ``given``.

    ``sees``: its form carries the state of the mandate.
    """
    verb = getattr(mandates, name.split(":")[0])

    def do(scene, by):
        mandate = about(name, scene)
        seen = {"seen": scene.began[mandate.pk]} if sees else {}
        return verb(mandate=mandate, by=by, **(given or {}), **seen)

    return Act(name, who, when, do, **more)


def says(verdict):
    return {"verdict": verdict, "reason": "Nobody asked us." if verdict == "contests" else ""}


def has_said(verdict):
    return lambda scene, by: scene.mandate.endorsements.filter(
        person=by, verdict=verdict, withdrawn_at=None
    ).exists()


def one_link(scene, _by):
    return scene.mandate.handovers.filter(revoked_at=None, used_at=None).count() == 1


LEAVE = "leave"
ACTS = [
    # The applicant
    Act(
        "start_draft", "holder", ["draft", "ended"],
        lambda _scene, by: mandates.start_draft(person=by), once=False,
    ),
    Act(
        "choose_group", "holder", ["draft"],
        lambda scene, by: mandates.choose_group(
            mandate=scene.mandate, by=by, group=GroupFactory(country=scene.mandate.group.country)
        ),
        once=False,
    ),
    act(
        "save_answers", "holder", ["draft"], given={"evidence_text": "We met."}, once=False,
        leaves=lambda scene, _by: scene.now().evidence_text == "We met.", undone_by=(LEAVE,),
    ),
    act("submit", "holder", ["draft"], writes="submitted"),
    act("withdraw", "holder", ["draft", *WAITING], writes="withdrawn"),
    act("answer_more", "holder", ["more_asked"], given={"message": "Here."}, writes="answered"),
    act("add", "holder", WAITING, given={"message": "A link."}, writes="added"),
    act("ask", "holder", WAITING, given={"message": "How long?"}, writes="asked"),
    # Reviewers
    act("take", "reviewer", [*WAITING, "contested"], sees=True, writes="taken"),
    act("reply", "reviewer", WAITING, given={"message": "Soon."}, sees=True, writes="replied"),
    act(
        "ask_for_more", "reviewer", ["submitted"], given={"message": "Who agreed?"}, sees=True,
        writes="more_asked",
    ),
    act("remind_of_question", "reviewer", ["more_asked"], sees=True),
    act("confirm", "reviewer", WAITING, sees=True, writes="confirmed"),
    act("confirm:successor", "reviewer", ["followed"], sees=True, writes="confirmed"),
    act(
        "decline", "reviewer", WAITING, given={"message": "No."}, sees=True, writes="declined"
    ),
    act(
        "decline:successor", "reviewer", ["followed"], given={"message": "No."}, sees=True,
        writes="declined",
    ),
    act(
        "close_review", "reviewer", ["contested"], given={"message": "It stays."}, sees=True,
        writes="review_closed",
    ),
    Act(
        "change_contact", "reviewer", ACTIVE,
        lambda scene, by: mandates.change_contact(
            mandate=scene.mandate, by=by, contact=by, seen=scene.began[scene.mandate.pk]
        ),
        writes="contact_changed",
        leaves=lambda scene, by: scene.now().contact == by, undone_by=("hand_on_liaisons",),
    ),
    Act(
        "hand_on_liaisons", "reviewer", ACTIVE,
        lambda scene, by: mandates.hand_on_liaisons(of=scene.mandate.contact, by=by), once=False,
    ),
    act(
        "end_mandate:team", "reviewer", ACTIVE, given={"reason": "Over."}, sees=True,
        writes="ended",
    ),
    act(
        "end_mandate:group", "reviewer", ["contested"],
        given={"reason": "They say so.", "why": "withdrawn_by_group"}, sees=True, writes="ended",
    ),
    # The liaison
    act("end_mandate:self", "holder", ACTIVE, given={"reason": "Moving."}, writes="ended"),
    Act(
        "renew", "holder", ACTIVE,
        lambda scene, by: mandates.renew(
            mandate=scene.mandate, by=by, until=scene.mandate.last_day
        ),
        writes="renewed",
    ),
    act("apply_again", "holder", ["over", "ended"], once=False),
    Act(
        "go_away", "holder", ACTIVE,
        lambda _scene, by: mandates.go_away(person=by, until=in_days(5)), once=False,
        leaves=lambda _scene, by: User.objects.get(pk=by.pk).is_away,
        undone_by=("come_back", LEAVE),
    ),
    Act(
        "come_back", "holder", ACTIVE, lambda _scene, by: mandates.come_back(person=by), once=False
    ),
    act(
        "invite_successor", "holder", ACTIVE, once=False,
        leaves=one_link, undone_by=("revoke_handover", LEAVE),
    ),
    act("revoke_handover", "holder", ACTIVE),
    Act(
        "keep_notes", "holder", [*ACTIVE, "over", "ended"],
        lambda scene, by: mandates.keep_notes(
            mandate=scene.mandate, by=by, notes=threading.current_thread().name,
            seen=mandates.mark_of_notes(scene.mandate),
        ),
        leaves=lambda scene, _by: bool(scene.now().private_notes),
        undone_by=("confirm:successor", LEAVE),
    ),
    act(
        "renew_share_link", "holder", [*WAITING, *ACTIVE], once=False,
        leaves=lambda scene, _by: bool(scene.now().share_nonce), undone_by=(LEAVE,),
    ),
    Act(
        LEAVE, "holder", list(SITUATIONS), lambda scene, _by: erasure.erase(scene.holder),
        once=False, leaves=lambda _scene, by: not by.mandates.open().exists(),
    ),
    # Whoever follows
    Act(
        "take_over", "stranger", ["confirmed", "contested"],
        lambda scene, by: mandates.take_over(token=scene.token, by=by), writes="successor_named",
    ),
    act("withdraw:successor", "successor", ["followed"], writes="withdrawn"),
    # Members of the group
    act(
        "say:confirms", "stranger", [*WAITING, *ACTIVE], given=says("confirms"), once=False,
        leaves=has_said("confirms"), undone_by=(LEAVE,),
    ),
    act(
        "say:contests", "stranger", [*WAITING, *ACTIVE], given=says("contests"), once=False,
        leaves=has_said("contests"), undone_by=(LEAVE,),
    ),
    act(
        "say:otherwise", "member", [*WAITING, *ACTIVE], given=says("contests"), once=False,
        leaves=has_said("contests"), undone_by=("unsay", LEAVE),
    ),
    act("unsay", "member", [*WAITING, *ACTIVE]),
    # The calendar
    Act("remind_of_ends", "", ACTIVE, lambda _scene, _by: mandates.remind_of_ends(), once=False),
    Act("end_lapsed", "", ["over"], lambda _scene, _by: mandates.end_lapsed(), once=False),
]  # fmt: skip
