"""Mail that comes back: read from a mailbox or told by a provider, written down, acted upon."""
