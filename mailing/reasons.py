"""Why a message was not sent, in whole sentences: for the person, and for the Core Team.

The codes are those of the ledger (``SkipReason``, ``FailReason``), and of what was said later of a
message that was sent (``Bounce.Kind``); a test holds that each of them has both sentences.
"""

from typing import Any

from django.utils.translation import gettext_lazy as _

from .models import Bounce, FailReason, SkipReason

_TO_PERSON: dict[str, Any] = {
    SkipReason.INACTIVE: _("Your account is closed, so we send you nothing."),
    SkipReason.NO_ADDRESS: _("We have no e-mail address of yours."),
    SkipReason.UNVERIFIED: _("You have not confirmed your e-mail address yet."),
    SkipReason.SUPPRESSED: _(
        "Mail to your address came back, or somebody complained about it, so we stopped writing "
        "to it. Give another address in your settings, or confirm this one again."
    ),
    SkipReason.PAUSED: _("You asked for a pause. It comes when the pause is over."),
    SkipReason.NOT_BY_NAME: _(
        "You are not shown by name, or have no Wikimedia name here, so your talk page is on no "
        "list that leaves this site."
    ),
    SkipReason.RHYTHM_NONE: _("You chose to get no digest."),
    SkipReason.OTHER_WAY: _(
        "You chose another way for your digest. What was in this one comes that way."
    ),
    SkipReason.SWITCHED_OFF: _("You switched this kind of message off."),
    SkipReason.EMPTY: _("There was nothing new for you, so we sent nothing."),
    SkipReason.NOT_ELIGIBLE: _(
        "What it was about had changed before we could send it, so it did not concern you any more."
    ),
    SkipReason.OVER_BUDGET: _(
        "You had enough mail from us for a week. It waits, and comes with your next digest, or by "
        "itself once a week has passed."
    ),
    SkipReason.IN_DIGEST: _(
        "You had enough mail from us for a week, so we put it into your digest."
    ),
    FailReason.BAD_ADDRESS: _("Your mail server says that your address does not exist."),
    FailReason.REFUSED: _("Your mail server refused the message."),
    FailReason.GAVE_UP: _(
        "Your mail server could not take it, however often we tried, so we gave up."
    ),
    FailReason.WORKERS_LOST: _("Something went wrong on our side. The Core Team can see it."),
    FailReason.CONNECTION_LOST: _(
        "The connection broke at the last moment. It may have reached you or not."
    ),
    Bounce.Kind.HARD: _("Your mail server says that your address does not exist."),
    Bounce.Kind.SOFT: _(
        "Your mail server could not deliver it to you. Your mailbox may have been full."
    ),
    Bounce.Kind.COMPLAINT: _("A complaint about it came from your mailbox."),
}
# Who has no account has no settings to do it in.
_WITHOUT_ACCOUNT: dict[str, Any] = {
    SkipReason.SUPPRESSED: _(
        "Mail to your address came back, or somebody complained about it, so we stopped writing "
        "to it. Subscribe again, with this address or another one."
    ),
}
_TO_CORE_TEAM: dict[str, Any] = {
    SkipReason.INACTIVE: _("The account is closed or deleted. Nothing is sent to it."),
    SkipReason.NO_ADDRESS: _("The account has no e-mail address. Only the person can enter one."),
    SkipReason.UNVERIFIED: _(
        "The person has not confirmed the address. Until then it only gets the mail that asks to."
    ),
    SkipReason.SUPPRESSED: _(
        "The address is on the list of addresses that take no mail. Take it off there once the "
        "person says that it works again."
    ),
    SkipReason.PAUSED: _("The person asked for a pause. It comes when the pause is over."),
    SkipReason.NOT_BY_NAME: _(
        "The person is not shown by name, or has no Wikimedia name here, so their talk page is on "
        "no list that leaves this site."
    ),
    SkipReason.RHYTHM_NONE: _("The person chose to get no digest."),
    SkipReason.OTHER_WAY: _(
        "The person chose another way for their digest. What was in this one comes that way."
    ),
    SkipReason.SWITCHED_OFF: _("The person switched this kind of message off."),
    SkipReason.EMPTY: _("Nothing was new for this person, so no mail was made."),
    SkipReason.NOT_ELIGIBLE: _(
        "What it was about had changed before it was sent, so the person had no reason to get it "
        "any more: a mandate ended, say, or a question was answered."
    ),
    SkipReason.OVER_BUDGET: _(
        "The person had as many unrequested messages in seven days as we send at most. It waits "
        "for their next digest, or until there is room."
    ),
    SkipReason.IN_DIGEST: _("It had waited for room, and went with a digest."),
    FailReason.BAD_ADDRESS: _("The mail server says that the address does not exist."),
    FailReason.REFUSED: _(
        "The mail server refused the message. Its answer is under “what happened”."
    ),
    FailReason.GAVE_UP: _("The mail server could not take it, however often it was tried."),
    FailReason.WORKERS_LOST: _("So many workers stopped while they held it that it was set aside."),
    FailReason.CONNECTION_LOST: _(
        "The connection broke before the server's last answer. It may have arrived or not; it can "
        "be sent again by hand."
    ),
    Bounce.Kind.HARD: _("The mail server says that the address does not exist."),
    Bounce.Kind.SOFT: _(
        "The mail server could not deliver it this time. Its answer is under “what happened”."
    ),
    Bounce.Kind.COMPLAINT: _("A complaint about it came from the person's mailbox."),
}


def to_person(reason: str, *, has_account: bool = True) -> Any:
    """The reason as the person it is about reads it; empty for no reason."""
    own = {} if has_account else _WITHOUT_ACCOUNT
    return own.get(reason) or _TO_PERSON.get(reason, reason)


def to_core_team(reason: str) -> Any:
    """The reason as the Core Team reads it; empty for no reason."""
    return _TO_CORE_TEAM.get(reason, reason)


def short(reason: str) -> Any:
    """A few words for a column; empty for no reason."""
    for reasons in (SkipReason, FailReason):
        if reason in reasons.values:
            return reasons(reason).label
    return reason
