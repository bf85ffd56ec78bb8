"""Browsers in which somebody is signed in; Django's own sessions with whose each is.

This module is the ``SESSION_ENGINE``: a person's sessions can be listed, ended and forgotten by a
query.
"""

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.utils import timezone

from .people import User


class Session(AbstractBaseSession):
    """One browser's session, as Django keeps it, with whose it is and when it was last used.

    The row is the session: who deletes the row ends the session at once. The name of the browser
    and when it signed in are in the session's own data. No network address is kept.
    """

    # Empty while nobody is signed in.
    person = models.ForeignKey(
        User, on_delete=models.CASCADE, null=True, blank=True, related_name="sessions"
    )
    seen_at = models.DateTimeField(default=timezone.now)

    def __str__(self):
        # Never the key: who knows it is signed in.
        return f"session last used {self.seen_at:%Y-%m-%d}"

    @classmethod
    def get_session_store_class(cls):
        return SessionStore


class SessionStore(DatabaseStore):
    """Django's store, which also writes down whose the session is."""

    # When the row that was read says that it was last used.
    seen_at = None

    @classmethod
    def get_model_class(cls):
        return Session

    def create_model_instance(self, data):
        row = super().create_model_instance(data)
        row.person_id = int(data[SESSION_KEY]) if data.get(SESSION_KEY) else None
        row.seen_at = timezone.now()
        return row

    def _get_session_from_db(self):
        row = super()._get_session_from_db()
        self.seen_at = row.seen_at if row else None
        return row
