"""Jobs of the liaisons app; beat nudges them, and each finds its own work."""

from celery import shared_task

from . import mandates


@shared_task(ignore_result=True)
def end_lapsed_mandates():
    """End the mandates whose last day is over."""
    mandates.end_lapsed()
