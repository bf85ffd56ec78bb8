"""What the enhanced status codes of mail servers (RFC 3463) say about an address."""

# The address or its domain is not there, was never valid or has moved, takes no mail at all, or its
# mailbox is disabled; and Postfix's word for a domain without an entry (5.4.4). Others that begin
# with 5.1 are about the sender's address (5.1.7, 5.1.8) or do not say (5.1.0): read as "gone", one
# fault of ours would take every reader off the list.
_GONE = frozenset(("5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1", "5.4.4"))


def is_gone(status: str) -> bool:
    """Whether a status such as "5.1.1" means that nobody reads mail at this address, now or later.

    All else, a full mailbox or a refused message, may be over tomorrow.
    """
    return status in _GONE
