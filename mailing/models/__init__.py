"""HOW IT REACHES THEM: recipients and their choices, what is new for whom, and the ledger."""

from .content import ContentClock, SectionCursor
from .ledger import Delivery, Edition
from .letters import Letter, State
from .notices import Notice
from .recipients import Preference, Recipient, Rhythm, SkipReason, Suppression

__all__ = [
    "ContentClock",
    "Delivery",
    "Edition",
    "Letter",
    "Notice",
    "Preference",
    "Recipient",
    "Rhythm",
    "SectionCursor",
    "SkipReason",
    "State",
    "Suppression",
]
