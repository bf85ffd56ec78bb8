"""Reset the second step of somebody who lost it, where no administrator is left who could."""

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db.models import Q

from liaisons.accounts import second_step_resets
from liaisons.errors import Refused
from liaisons.models import User


class Command(BaseCommand):
    """``reset_second_step PERSON --reason TEXT``."""

    help = (
        "Takes away the second steps of an account and signs it out everywhere, after asking. "
        "Prints a code to hand over. Administrators do the same in the admin, on the person's page."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "person", help="E-mail address, Wikimedia user name, or number of the account."
        )
        parser.add_argument(
            "--reason", required=True, help="Why: the person and all administrators read it."
        )

    def handle(self, *args, person, reason, **options):
        """Say what will be done, ask, do it, print the code."""
        found = _found(person)
        if message := second_step_resets.why_not(found, None):
            raise CommandError(message)
        self._explain(found)
        if not self._is_sure():
            self.stdout.write("Nothing was done.")
            return
        seen = second_step_resets.state_of(found)
        try:
            reset, code = second_step_resets.reset(person=found, by=None, reason=reason, seen=seen)
        except Refused as refusal:
            raise CommandError(refusal.message) from refusal
        self.stdout.write("The second step is reset, and the account signed out everywhere.")
        if code:
            self.stdout.write(f"Code to hand over by phone or in person, never by mail: {code}")
            self.stdout.write(f"It works once, until {reset.expires_at:%Y-%m-%d %H:%M} UTC.")

    def _explain(self, person):
        others = second_step_resets.administrators().exclude(pk=person.pk).count()
        hours = settings.SECOND_STEP_RESET_HOURS
        lines = [
            f"Account {person.pk}: {person.name_for_core_team} <{person.email or 'no address'}>",
            "- loses its app, passkeys and recovery codes, and is signed out everywhere;",
            f"- sets up a new second step with a code that you hand over, within {hours} hours;",
            "- gets a mail that says so, as do all administrators.",
            "It stays in the history that the operator did it, and why.",
        ]
        if others:
            lines.append(
                f"{others} other account(s) may do this in the admin, where it is known by whom."
            )
        for line in lines:
            self.stdout.write(line)

    def _is_sure(self) -> bool:
        try:
            return input("Type yes to go on: ").strip().lower() == "yes"
        except EOFError:
            return False


def _found(person: str) -> User:
    wanted = Q(email__iexact=person) | Q(wiki_username=person)
    if person.isascii() and person.isdecimal() and len(person) < 18:
        wanted |= Q(pk=int(person))
    found = list(User.objects.filter(wanted)[:2])
    if len(found) != 1:
        raise CommandError("No such account." if not found else "Two accounts fit. Give a number.")
    return found[0]
