"""Freeze the digests that are due and send them, as beat and the workers do, but by hand."""

from datetime import UTC, datetime

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from mailing import deliver, editions
from mailing.addresses import address_hash
from mailing.models import Recipient


class Command(BaseCommand):
    """``send_digests [--at TIME] [--dry-run] [--person ADDRESS]``."""

    help = (
        "Freezes the digests that are due and sends what is due. Safe to run at any time and "
        "beside beat: nobody gets anything twice."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--at",
            metavar="ISO-TIME",
            help="Freeze what is due at this time (2026-07-13T07:00Z); without a zone it is UTC.",
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="Say what would be done, and do nothing."
        )
        parser.add_argument(
            "--person",
            metavar="ADDRESS",
            help="Only this person, now, whatever their rhythm: all that is new to them.",
        )

    def handle(self, *args, at=None, dry_run=False, person=None, **options):
        """Freeze, say the figures, send."""
        at = _time(at) if at else timezone.now()
        if person:
            made = [
                editions.make_edition_for(_recipient(person), at, dry_run=dry_run),
            ]
        else:
            made = editions.make_editions(at, dry_run=dry_run)
        for frozen in filter(None, made):
            self._say(frozen)
        if not any(made):
            self.stdout.write("No edition is due that was not made already.")
        if dry_run:
            self.stdout.write("Dry run: nothing was written down and nothing sent.")
            return
        sent = 0
        while True:
            done = deliver.send_due()
            sent += done.sent
            if not done.more:
                break
        self.stdout.write(f"Sent now: {sent} messages.")

    def _say(self, frozen):
        figures = ", ".join(f"{state} {count}" for state, count in frozen.figures.items() if count)
        self.stdout.write(
            f"{frozen.edition}: audience {frozen.edition.audience} = {figures or 'nobody'}"
        )
        for reason, count in sorted(frozen.skipped.items()):
            self.stdout.write(f"  skipped, {reason}: {count}")


def _time(text):
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise CommandError(f"--at needs a time such as 2026-07-13T07:00Z, not {text!r}.") from error
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _recipient(address):
    recipient = Recipient.objects.filter(address_hash=address_hash(address)).first()
    if recipient is None:
        raise CommandError("Nobody has this address.")
    return recipient
