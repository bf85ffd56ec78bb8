"""Bring an operator's own list of groups in."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from liaisons.group_list import GroupListImporter
from web import content_version

from ._import_output import ImportOutput


class Command(BaseCommand):
    help = (
        "Imports groups from a CSV file: UTF-8, commas or semicolons; docs/import-groups.md "
        "describes the columns. Running it again with a changed file brings the changes in, keeps "
        "and reports what people edited in the product, and doubles nothing. A file with a bad "
        "row is refused as a whole."
    )

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path, nargs="?", metavar="FILE.csv")
        parser.add_argument("--dry-run", action="store_true", help="Show what would happen.")
        parser.add_argument(
            "--template", action="store_true", help="Print an empty file with all columns."
        )

    def handle(self, *, file, dry_run, template, verbosity, **options):
        importer = GroupListImporter(file.name if file else "")
        if template:
            self.stdout.write(",".join(column.name for column in importer.columns()))
            return
        if file is None:
            raise CommandError("Name the file to import, or use --template.")
        output = ImportOutput(self, verbosity)
        with transaction.atomic():
            summary = importer.run(file, progress=output.progress(file.name))
            if summary.has_changed:
                content_version.bump()
            if dry_run:
                transaction.set_rollback(True)
        output.summary(summary)
        if summary.problems:
            raise CommandError(f"Nothing was imported from {file.name}.")
        if dry_run and verbosity:
            self.stdout.write("Dry run: nothing was changed.")
