"""What can be done with a mandate, from the first draft to its end: the one place for it.

Each verb takes keyword arguments, names the acting person, checks that person's authority at
the moment of acting, runs in one transaction with the mandate's row locked, and leaves one
``MandateEvent``. It raises an ``errors.Refused`` whose message is for the acting person.
"""

from .absence import LONGEST_ABSENCE, come_back, go_away
from .applying import (
    add,
    answer_more,
    ask,
    choose_group,
    draft_of,
    missing_step,
    save_answers,
    start_draft,
    submit,
    withdraw,
)
from .contacts import change_contact, hand_on_liaisons
from .ending import BY_THE_CORE_TEAM, end_lapsed, end_mandate
from .endorsing import can_be_spoken_of, mandate_of, renew_share_link, say, share_token, unsay
from .handing_over import (
    handover_of,
    invite_successor,
    is_begun_by,
    is_usable,
    keep_notes,
    mark_of_notes,
    open_handover,
    require_may_take_over,
    revoke_handover,
    successor_of,
    take_over,
)
from .nudging import asked_lately, remind_of_question, was_asked_lately
from .reminding import remind_of_ends, reminders_coming
from .renewing import (
    apply_again,
    day_after_renewal,
    is_renewable,
    renew,
    renewable_from,
)
from .reviewing import ask_for_more, close_review, confirm, decline, reply, take
from .rules import lock_several, may_review, part_in, state_of, what_happened

__all__ = [
    "BY_THE_CORE_TEAM",
    "LONGEST_ABSENCE",
    "add",
    "answer_more",
    "apply_again",
    "ask",
    "ask_for_more",
    "asked_lately",
    "can_be_spoken_of",
    "change_contact",
    "choose_group",
    "close_review",
    "come_back",
    "confirm",
    "day_after_renewal",
    "decline",
    "draft_of",
    "end_lapsed",
    "end_mandate",
    "go_away",
    "hand_on_liaisons",
    "handover_of",
    "invite_successor",
    "is_begun_by",
    "is_renewable",
    "is_usable",
    "keep_notes",
    "lock_several",
    "mandate_of",
    "mark_of_notes",
    "may_review",
    "missing_step",
    "open_handover",
    "part_in",
    "remind_of_ends",
    "remind_of_question",
    "reminders_coming",
    "renew",
    "renew_share_link",
    "renewable_from",
    "reply",
    "require_may_take_over",
    "revoke_handover",
    "save_answers",
    "say",
    "share_token",
    "start_draft",
    "state_of",
    "submit",
    "successor_of",
    "take",
    "take_over",
    "unsay",
    "was_asked_lately",
    "what_happened",
    "withdraw",
]
