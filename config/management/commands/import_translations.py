"""Bring files of a translation platform back."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils import translation

from strategy.translating import files


class Command(BaseCommand):
    help = (
        "Imports JSON files that export_translations wrote and people translated. What somebody "
        "changed here since a file was written stays. A file with a bad message is refused as a "
        "whole, and says where. Running it again changes nothing."
    )

    def add_arguments(self, parser):
        parser.add_argument("files", type=Path, nargs="+", metavar="FILE.json")
        parser.add_argument("--dry-run", action="store_true", help="Show what would happen.")

    def handle(self, *, dry_run, **options):
        is_refused = False
        with translation.override("en"):
            for file in options["files"]:
                is_refused |= not self._import(file, dry_run)
        if is_refused:
            raise CommandError("Not every file was imported.")

    def _import(self, file: Path, dry_run: bool) -> bool:
        try:
            given = files.read(file.read_bytes())
            plan = files.plan(given) if dry_run else files.bring_in(given, by=None)
        except OSError as error:
            self.stderr.write(f"{file}: {error.strerror}", self.style.ERROR)
            return False
        except files.BadFile as bad:
            self.stderr.write(f"{file}: refused; nothing of it was imported.", self.style.ERROR)
            self._list(file, bad.problems)
            return False
        done = "would change" if dry_run else "changed"
        self.stdout.write(
            f"{file}: {len(plan.changes)} {done}, {plan.same} the same, "
            f"{len(plan.left_out)} left out"
        )
        self._list(file, plan.left_out)
        return True

    def _list(self, file, places) -> None:
        for place in places:
            where = f"{file}:{place.line}" if place.line else f"{file}"
            self.stdout.write(f"  {where}: {place.key} {place.message}")
