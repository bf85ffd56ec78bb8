"""Every kind of message there is, each registered once with all that decides who gets it.

    notices.register("mandate_received", …, label=…, category=Category.RECEIPT, to_whom=…)

Higher apps register theirs through ``notices``; the digest is registered here. A mail that goes
out while somebody waits for it at the screen is registered too (``register``), though the ledger
does not hold it. ``eligibility`` is the one place where all of this is asked.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from .models import Preference

if TYPE_CHECKING:
    from .models import Edition, Notice


class Category(models.TextChoices):
    """What a message is to the person who gets it. Pages show kinds under these headings."""

    ACCOUNT = "account", _("Codes, and what was changed in the account")
    RECEIPT = "receipt", _("Receipts, and what was asked for")
    MANDATE = "mandate", _("About one's own mandate")
    REMINDER = "reminder", _("Reminders")
    INVITATION = "invitation", _("Invitations")
    PEOPLE = "people", _("Messages between people")
    CALL = "call", _("Calls to act")
    ANSWER = "answer", _("What became of what a group said")
    WORK = "work", _("Work of the Core Team")
    DIGEST = "digest", _("Digest")


class Urgency(models.TextChoices):
    """How long a message may wait."""

    AT_ONCE = "at_once", _("Somebody waits for it at the screen")
    URGENT = "urgent", _("Loses its use by waiting")
    NORMAL = "normal", _("May wait for the next digest")


@dataclass(frozen=True)
class Usual:
    """What holds for the kinds of a category, unless one says otherwise."""

    urgency: Urgency
    can_switch_off: bool
    # Nobody asked for it: it counts against the contact budget.
    is_unrequested: bool


USUAL = {
    Category.ACCOUNT: Usual(Urgency.AT_ONCE, can_switch_off=False, is_unrequested=False),
    Category.RECEIPT: Usual(Urgency.NORMAL, can_switch_off=False, is_unrequested=False),
    # Goes with holding the seat.
    Category.MANDATE: Usual(Urgency.NORMAL, can_switch_off=False, is_unrequested=False),
    Category.REMINDER: Usual(Urgency.NORMAL, can_switch_off=True, is_unrequested=True),
    Category.INVITATION: Usual(Urgency.NORMAL, can_switch_off=True, is_unrequested=True),
    # Whoever can be written to chose so, and chooses otherwise where that is chosen.
    Category.PEOPLE: Usual(Urgency.NORMAL, can_switch_off=False, is_unrequested=False),
    Category.CALL: Usual(Urgency.NORMAL, can_switch_off=True, is_unrequested=True),
    Category.ANSWER: Usual(Urgency.NORMAL, can_switch_off=True, is_unrequested=True),
    # They took on the work, and see it in the admin as well.
    Category.WORK: Usual(Urgency.NORMAL, can_switch_off=True, is_unrequested=False),
    # Its rhythm is a choice of its own; "no digest" switches it off.
    Category.DIGEST: Usual(Urgency.NORMAL, can_switch_off=True, is_unrequested=False),
}

# For each of these notices of one kind: whether what it is about still holds for its reader.
Eligible = Callable[[list["Notice"]], list[bool]]


@dataclass(frozen=True)
class Kind:
    """One kind of message: what it is, who gets it, and how it is written."""

    name: str
    # What it is called on pages, as a person reads it: "A mandate ends soon".
    label: Any
    category: Category
    # Who gets it, in words; ``eligible`` is the same as a question to the database.
    to_whom: Any
    urgency: Urgency
    can_switch_off: bool
    is_unrequested: bool
    channel: Preference.Channel = Preference.Channel.EMAIL
    eligible: Eligible | None = None
    # The mail that asks to confirm an address goes where nothing else may go yet, or any more.
    goes_to_unconfirmed: bool = False
    # How a notice is written; see ``notices.register``.
    subject_template: str = ""
    text_template: str = ""
    html_template: str = ""
    more_context: Callable[["Notice"], dict[str, Any]] | None = None
    reply_to: Callable[["Notice"], str] | None = None
    # News like the digest: whoever ended that wants none of these either.
    ends_with_the_digest: bool = False

    @property
    def has_to_fit(self) -> bool:
        """Whether it needs a place in the contact budget: unrequested, and able to wait."""
        return self.is_unrequested and self.urgency == Urgency.NORMAL

    @property
    def waits_in_a_pause(self) -> bool:
        """Whether it waits while its person asked for a pause: news, and all that has to fit."""
        return self.category == Category.DIGEST or self.has_to_fit

    @property
    def is_in_ledger(self) -> bool:
        """False for mails that are sent while somebody waits at the screen."""
        return self.urgency != Urgency.AT_ONCE


_kinds: dict[str, Kind] = {}


def register(
    name: str,
    *,
    label: Any,
    category: Category,
    to_whom: Any,
    urgency: Urgency | None = None,
    can_switch_off: bool | None = None,
    is_unrequested: bool | None = None,
    **written: Any,
) -> Kind:
    """Add a kind (in ``AppConfig.ready``). What is left out is as usual for its category.

    Raises ``ValueError`` for a name in use.
    """
    if name in _kinds:
        raise ValueError(f"There is a kind of message {name!r} already.")
    usual = USUAL[category]
    _kinds[name] = Kind(
        name,
        label,
        category,
        to_whom,
        usual.urgency if urgency is None else urgency,
        usual.can_switch_off if can_switch_off is None else can_switch_off,
        usual.is_unrequested if is_unrequested is None else is_unrequested,
        **written,
    )
    return _kinds[name]


def unregister(name: str) -> None:
    """Take a kind away again (tests)."""
    _kinds.pop(name, None)


def named(name: str) -> Kind | None:
    """The registered kind, or None."""
    return _kinds.get(name)


def label_of(name: str) -> Any:
    """What a kind is called on pages; its name where it is registered no more."""
    kind = _kinds.get(name)
    return kind.label if kind else name


def registered() -> list[Kind]:
    """All kinds, the digest first."""
    return list(_kinds.values())


def of_edition(edition: "Edition") -> Kind:
    """What its deliveries are: digests, or one thing that is urgent."""
    return URGENT if edition.is_urgent else DIGEST


def one_by_one(holds: Callable[["Notice"], bool]) -> Eligible:
    """A question about one notice, as ``Kind.eligible`` asks it about several."""
    return lambda notices: [bool(holds(notice)) for notice in notices]


DIGEST = register(
    Preference.Kind.DIGEST.value,
    label=_("Digest"),
    category=Category.DIGEST,
    to_whom=_("Everybody who chose how often it comes"),
)

# What is urgent in the digest's sections, told at once and by itself (``editions``).
URGENT = register(
    "urgent",
    label=_("Urgent news"),
    category=Category.CALL,
    to_whom=_("Everybody who gets the digest, and for whom the news is"),
    urgency=Urgency.URGENT,
    ends_with_the_digest=True,
)
