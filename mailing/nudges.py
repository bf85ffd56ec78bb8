"""Wake a worker. Nothing depends on it: beat wakes them too, a little later."""

import logging
import time

from celery import current_app
from django.conf import settings
from django.db import transaction

logger = logging.getLogger(__name__)

# Each round of sending that leaves something wakes the next one, so each nudge begins a line of
# rounds. One that waited a quarter of a round came while all workers were sending, and they go on:
# kept, it would be one more line before every other job, for as long as a long edition takes.
SENDING, WAITS_AT_MOST = "mailing.send_due", 1 / 4

_quiet_until = 0.0


def nudge(task, *args) -> None:
    """Queue a task (or its name) after the commit; a Redis that is away is logged and let be.

    After a failure this process tries no more for ``NUDGE_PAUSE`` seconds, so that a hung Redis
    costs a request one second, once.
    """
    name = task if isinstance(task, str) else task.name
    transaction.on_commit(lambda: _queue(name, args), robust=True)


def _queue(name, args):
    global _quiet_until  # noqa: PLW0603 (one pause for the whole process)
    if time.monotonic() < _quiet_until:
        return
    try:
        # By its name: only workers load the tasks of all apps.
        current_app.send_task(
            name, args, retry=False, ignore_result=True, expires=_expires_after(name)
        )
    except Exception as error:  # Kombu and redis raise many kinds.
        _quiet_until = time.monotonic() + settings.NUDGE_PAUSE
        logger.warning("Could not wake a worker for %s: %s", name, type(error).__name__)


def _expires_after(name) -> float | None:
    """Seconds after which a nudge that nobody took up is of no use."""
    return WAITS_AT_MOST * settings.MAIL_TASK_SECONDS if name == SENDING else None
