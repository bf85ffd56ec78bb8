"""The Celery app and its whole schedule. Beat only nudges; each task finds its own work."""

import os

from celery import Celery
from celery.schedules import crontab

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")

app = Celery("liaisons")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

app.conf.beat_schedule = {
    # Publish scheduled updates whose time has come, also those due while beat was down.
    "publish-due-updates": {
        "task": "strategy.tasks.publish_due_updates",
        "schedule": crontab(),
    },
    # Let newly opened topics into the digests.
    "announce-due-topics": {
        "task": "strategy.tasks.announce_due_topics",
        "schedule": crontab(),
    },
}
