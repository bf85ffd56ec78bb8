"""The Celery app and its whole schedule. Beat only nudges; each task finds its own work."""

import gc
import os
from datetime import timedelta

from celery import Celery
from celery.schedules import crontab
from celery.signals import worker_process_init, worker_shutting_down

from mailing import meanwhile, stopping

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")

app = Celery("liaisons")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_shutting_down.connect
def let_tasks_end(**kwargs):
    """Sending ends after the message in hand, so that a restart waits for no batch."""
    stopping.ask()


@worker_process_init.connect
def prepare_process(**kwargs):
    """What makes a process of a worker quicker at sending many messages."""
    # The next message is written while the database writes about this one.
    meanwhile.allow()
    # What stands in memory by now stays there: the collector need not look through it each time.
    gc.collect()
    gc.freeze()


# From the environment, so that stress tests take seconds.
SEND_MAIL_EVERY = timedelta(seconds=float(os.environ.get("SEND_MAIL_EVERY", "20")))
SWEEP_MAIL_EVERY = timedelta(seconds=float(os.environ.get("SWEEP_MAIL_EVERY", "30")))

app.conf.beat_schedule = {
    # Publish scheduled updates whose time has come, also those due while beat was down; release
    # those that waited for a translation long enough.
    "publish-due-updates": {
        "task": "strategy.tasks.publish_due_updates",
        "schedule": crontab(),
        "options": {"expires": 60},
    },
    # Tell the Core Team that no update has gone out for too long; hourly, and once in each gap.
    "warn-of-silence": {
        "task": "strategy.tasks.warn_of_silence",
        "schedule": crontab(minute=20),
        "options": {"expires": 3600},
    },
    # Let topics that opened, soon close or closed into the digests.
    "announce-due-topics": {
        "task": "strategy.tasks.announce_due_topics",
        "schedule": crontab(),
        "options": {"expires": 60},
    },
    # Give texts that nobody went on translating to somebody else.
    "release-translations": {
        "task": "strategy.tasks.release_translations",
        "schedule": crontab(minute="*/10"),
        "options": {"expires": 600},
    },
    # Tell translators what came back or runs out, and others that what they asked for is there;
    # hourly, and each person at most once a day.
    "tell-of-translations": {
        "task": "strategy.tasks.tell_of_translations",
        "schedule": crontab(minute=35),
        "options": {"expires": 3600},
    },
    # End mandates whose last day is over; hourly, so that a missed run costs an hour.
    "end-lapsed-mandates": {
        "task": "liaisons.tasks.end_lapsed_mandates",
        "schedule": crontab(minute=10),
        "options": {"expires": 3600},
    },
    # Tell liaisons whose mandate ends soon; hourly, for the same reason.
    "remind-of-ends": {
        "task": "liaisons.tasks.remind_of_ends",
        "schedule": crontab(minute=15),
        "options": {"expires": 3600},
    },
    # Tell reviewers what waits, once in their own morning; hourly, because mornings differ.
    "tell-reviewers": {
        "task": "liaisons.tasks.tell_reviewers",
        "schedule": crontab(minute=2),
        "options": {"expires": 3600},
    },
    # Tell who wrote a letter that did not reach the liaison.
    "tell-senders-of-letters": {
        "task": "liaisons.tasks.tell_senders_of_letters",
        "schedule": crontab(minute="*/10"),
        "options": {"expires": 600},
    },
    # Empty letters whose time is over.
    "forget-old-letters": {
        "task": "liaisons.tasks.forget_old_letters",
        "schedule": crontab(hour=3, minute=50),
        "options": {"expires": 3600},
    },
    # Ask the wiki once a day about each account; hourly, so that a fault costs an hour.
    "check-wiki-accounts": {
        "task": "liaisons.tasks.check_wiki_accounts",
        "schedule": crontab(minute=35),
        "options": {"expires": 3600},
    },
    # Put together what people asked for about themselves, where the nudge was lost.
    "make-data-exports": {
        "task": "liaisons.tasks.make_data_exports",
        "schedule": crontab(),
        "options": {"expires": 60},
    },
    # Forget what was kept for as long as the privacy page says; hourly, because some is for a day.
    "forget-what-is-old": {
        "task": "liaisons.tasks.forget_what_is_old",
        "schedule": crontab(minute=35),
        "options": {"expires": 3600},
    },
    # Forget sessions and counters of limits whose time is over.
    "clear-what-is-over": {
        "task": "liaisons.tasks.clear_what_is_over",
        "schedule": crontab(minute=25),
        "options": {"expires": 3600},
    },
    # Freeze the digests that are due, also those missed while beat was down.
    "make-editions": {
        "task": "mailing.make_editions",
        "schedule": crontab(),
        "options": {"expires": 60},
    },
    # Send what a nudge missed, and what is to be tried again by now; no use where all workers send
    # already (mailing/nudges.py).
    "send-due-mail": {
        "task": "mailing.send_due",
        "schedule": SEND_MAIL_EVERY,
        "options": {"expires": 5},
    },
    # Empty what notices of long ago said.
    "forget-old-notices": {
        "task": "mailing.forget_old_notices",
        "schedule": crontab(hour=3, minute=40),
        "options": {"expires": 3600},
    },
    # See whether the ledger adds up, and remember it for the pages of the admin.
    "watch-mail": {
        "task": "mailing.watch",
        "schedule": crontab(minute="*/5"),
        "options": {"expires": 300},
    },
    # Read what mail servers sent back.
    "read-bounces": {
        "task": "mailing.read_bounces",
        "schedule": crontab(minute="*/5"),
        "options": {"expires": 300},
    },
    # Give back what workers held that were killed.
    "sweep-mail": {
        "task": "mailing.sweep",
        "schedule": SWEEP_MAIL_EVERY,
        "options": {"expires": 30},
    },
}
