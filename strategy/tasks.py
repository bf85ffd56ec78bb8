"""Jobs of the strategy app; beat nudges them, and each finds its own work."""

from celery import shared_task

from . import topics, updates


@shared_task(ignore_result=True)
def publish_due_updates():
    """Publish the scheduled updates whose time has come, and release those that waited."""
    updates.publish_due()
    updates.release_due()


@shared_task(ignore_result=True)
def announce_due_topics():
    """Give topics that opened, soon close or closed their place in the digests."""
    topics.announce_due()
