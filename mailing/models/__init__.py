"""HOW IT REACHES THEM: recipients and their choices, what is new for whom, and the ledger."""

from .content import ContentClock, SectionCursor
from .domains import MailDomain
from .ledger import Delivery, Edition, ToldItem
from .messages import Message, State
from .notices import Notice
from .recipients import (
    FailReason,
    Preference,
    Recipient,
    Rhythm,
    SkipReason,
    Suppression,
)
from .subscriptions import SubscriptionRequest

__all__ = [
    "ContentClock",
    "Delivery",
    "Edition",
    "FailReason",
    "MailDomain",
    "Message",
    "Notice",
    "Preference",
    "Recipient",
    "Rhythm",
    "SectionCursor",
    "SkipReason",
    "State",
    "SubscriptionRequest",
    "Suppression",
    "ToldItem",
]
