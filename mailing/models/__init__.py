"""HOW IT REACHES THEM: recipients and their choices, what is new for whom, and the ledger."""

from .bounces import Bounce
from .content import ContentClock, SectionCursor
from .domains import MailDomain
from .health import Pulse
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
    "Bounce",
    "ContentClock",
    "Delivery",
    "Edition",
    "FailReason",
    "MailDomain",
    "Message",
    "Notice",
    "Preference",
    "Pulse",
    "Recipient",
    "Rhythm",
    "SectionCursor",
    "SkipReason",
    "State",
    "SubscriptionRequest",
    "Suppression",
    "ToldItem",
]
