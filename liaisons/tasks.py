"""Jobs of the liaisons app; beat nudges them, and each finds its own work."""

from celery import shared_task
from django.core.management import call_command

from web import rate_limits

from . import mandates, queue_summary, retention
from .accounts import wiki_accounts
from .data_exports import making as data_exports
from .letters import keeping as letters


@shared_task(ignore_result=True)
def end_lapsed_mandates():
    """End the mandates whose last day is over."""
    mandates.end_lapsed()


@shared_task(ignore_result=True)
def remind_of_ends():
    """Tell liaisons whose mandate ends soon."""
    mandates.remind_of_ends()


@shared_task(ignore_result=True)
def tell_reviewers():
    """Tell reviewers in their morning what is new in the queue, and what waits longest."""
    queue_summary.send_due()


@shared_task(ignore_result=True)
def tell_senders_of_letters():
    """Tell who wrote a letter that did not reach the liaison."""
    letters.tell_senders()


@shared_task(ignore_result=True)
def forget_old_letters():
    """Empty the letters whose time is over."""
    letters.forget_old()


@shared_task(ignore_result=True)
def check_wiki_accounts():
    """Ask the wiki about renames, locks and hidden names of the accounts whose turn it is."""
    wiki_accounts.check()


@shared_task(ignore_result=True)
def clear_what_is_over():
    """Delete sessions and counters of limits whose time is over."""
    call_command("clearsessions")
    rate_limits.forget_old()


@shared_task(ignore_result=True)
def make_data_exports():
    """Put together what people asked for."""
    data_exports.make_due()


@shared_task(ignore_result=True)
def forget_what_is_old():
    """Empty and delete what was kept for as long as the privacy page says."""
    retention.forget_what_is_old()
