"""Whether a mail provider says that an address is gone. Each has its own words for that.

django-anymail calls several of these "bounced" that may work tomorrow, and leaves out others.
"""

import re
from dataclasses import dataclass

from .. import refusals


@dataclass(frozen=True)
class Words:
    """Where in its events a provider says what went wrong, and what there means "gone".

    A place is written with dots; ``*`` stands for the only thing there.
    """

    places: tuple[str, ...]
    gone: frozenset[str]
    # Where a status may stand besides what the server said.
    statuses: tuple[str, ...] = ()


def _words(places: str, gone: str, statuses: str = "") -> Words:
    return Words(tuple(places.split()), frozenset(gone.split("|")), tuple(statuses.split()))


WORDS = {
    "brevo": _words("event", "hard_bounce|invalid_email"),
    "mailersend": _words("data.type", "hard_bounced", "data.morph.reason"),
    "mailgun": _words(
        "event-data.reason", "bounce|suppress-bounce", "event-data.delivery-status.enhanced-code"
    ),
    "mailjet": _words(
        "error", "user unknown|mailbox inactive|invalid domain|no mail host|typofix", "comment"
    ),
    "mailtrap": _words("event", "bounce"),
    "mandrill": _words("event reject.reason msg.reject.reason", "hard_bounce|hard-bounce"),
    "postmark": _words("Type SuppressionReason", "hardbounce|bademailaddress"),
    # "Bounced Address" and "Invalid" are on its own list of addresses that are gone.
    "sendgrid": _words("type reason", "bounce|bounced address|invalid", "status"),
    # 10: invalid recipient; 30: no such recipient.
    "sparkpost": _words("msys.*.bounce_class", "10|30", "msys.*.reason"),
    "unisender_go": _words(
        "delivery_info.delivery_status",
        "err_user_unknown|err_user_inactive|err_mailbox_discarded|err_domain_inactive",
    ),
}


def status_of(provider: str, told, said: str) -> str:
    """The status (RFC 3463) in what the server said, or elsewhere in the event; empty for none."""
    texts = [said, *(_at(told, place) for place in WORDS[provider].statuses)]
    found = [status for status in map(refusals.status_in, texts) if status]
    telling = [status for status in found if not refusals.is_vague(status)]
    return next(iter(telling + found), "")


def is_gone(provider: str, told, said: str, status: str) -> bool:
    """Whether nobody has this address: by the status, or where that is vague by the provider."""
    if not refusals.is_vague(status):
        return refusals.is_gone(status, said)
    words = WORDS[provider]
    is_passing = re.match(r"\D{0,6}4\d\d\b", said) or _is_false(told, "hard_bounce")
    is_named = any(_at(told, place).lower() in words.gone for place in words.places)
    return is_named and not is_passing and not refusals.is_about_the_message(said)


def _is_false(told, name) -> bool:
    return hasattr(told, "get") and told.get(name) is False


def _at(told, place) -> str:
    """What stands at a place of an event, as text; empty where there is nothing."""
    for step in place.split("."):
        if step == "*" and isinstance(told, dict) and len(told) == 1:
            (told,) = told.values()
        elif hasattr(told, "get"):
            told = told.get(step)
        else:
            return ""
    return "" if told is None else str(told)
