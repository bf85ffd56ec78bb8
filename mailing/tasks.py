"""What workers do. Each task finds its own work in the database, so it may run twice or be lost."""

from celery import shared_task

from . import claims, deliver, editions, notices, pauses
from .bounces import fates, mailbox
from .health import pulses
from .health import watch as health_watch
from .nudges import nudge


@shared_task(name="mailing.make_editions")
def make_editions():
    """Freeze what is due, also for those whose pause is over, then have it sent."""
    pauses.end_over()
    editions.make_editions()
    nudge("mailing.send_due")


@shared_task(name="mailing.send_due")
def send_due():
    """Send for some seconds; hand over to the next task where more is due."""
    if deliver.send_due().more:
        nudge("mailing.send_due")


@shared_task(name="mailing.sweep")
def sweep():
    """Give back what killed workers held, then have it sent. Not by a clock that is wrong."""
    if not claims.is_clock_right():
        return
    if deliver.sweep():
        nudge("mailing.send_due")
    pulses.note(pulses.SWEEP)


@shared_task(name="mailing.watch")
def watch():
    """See whether the ledger adds up."""
    health_watch.watch()


@shared_task(name="mailing.forget_old_notices")
def forget_old_notices():
    """Empty what notices of long ago said, and forget what came back so long ago."""
    notices.forget_old()
    fates.forget_old()


@shared_task(name="mailing.read_bounces")
def read_bounces():
    """Read the mailbox of what came back, where there is one."""
    mailbox.read_mailbox()
