"""The digest without an account: asked for, confirmed, and managed by the link in a mail."""
