"""Jobs of the strategy app; beat nudges them, and each finds its own work."""

from celery import shared_task

from . import deadlines, topics, update_rhythm, updates
from .translating import requests, telling, work


@shared_task(ignore_result=True)
def publish_due_updates():
    """Publish the scheduled updates whose time has come, and release those that waited."""
    updates.publish_due()
    updates.release_due()


@shared_task(ignore_result=True)
def announce_due_topics():
    """Give topics that opened, soon close or closed, and deadlines, their place in the digests."""
    topics.announce_due()
    deadlines.announce_due()


@shared_task(ignore_result=True)
def release_translations():
    """Give back the texts that translators left for too long, and close fulfilled requests."""
    work.release_due()
    requests.close_fulfilled()


@shared_task(ignore_result=True)
def tell_of_translations():
    """Owe translators, and who asked for translations, one message on all there is to tell."""
    telling.tell_due()


@shared_task(ignore_result=True)
def warn_of_silence():
    """Tell the Core Team by mail when no update has gone out for too long, once in each gap."""
    update_rhythm.warn()
