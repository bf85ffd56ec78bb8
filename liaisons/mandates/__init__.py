"""What can be done with a mandate, from the first draft to its end: the one place for it.

Each verb takes keyword arguments, names the acting person, checks that person's authority at
the moment of acting, runs in one transaction with the mandate's row locked, and leaves one
``MandateEvent``. It raises an ``errors.Refused`` whose message is for the acting person.
"""

from .applying import (
    answer_more,
    choose_group,
    draft_of,
    missing_step,
    save_answers,
    start_draft,
    submit,
    withdraw,
)
from .ending import end_lapsed, end_mandate
from .reviewing import ask_for_more, change_contact, confirm, decline
from .rules import may_review, state_of, what_happened

__all__ = [
    "answer_more",
    "ask_for_more",
    "change_contact",
    "choose_group",
    "confirm",
    "decline",
    "draft_of",
    "end_lapsed",
    "end_mandate",
    "may_review",
    "missing_step",
    "save_answers",
    "start_draft",
    "state_of",
    "submit",
    "what_happened",
    "withdraw",
]
