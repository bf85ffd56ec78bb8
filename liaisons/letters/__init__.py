"""The public writes to a liaison: by a form here, by the wiki's own e-mail page, or not at all.

Neither side learns the other's address from a page. The liaison gets a mail whose ``Reply-To`` is
the sender's address, and can answer on a page of ours without showing their own.
Why it is so: ``docs/decisions/letters.md``.
"""
