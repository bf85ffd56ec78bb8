"""Bring the reference data in: places, groups, the process and translations."""

from contextlib import nullcontext
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from importing.translations import TranslationsImporter
from liaisons import importers as who
from strategy import importers as what
from web import content_version

from ._import_output import ImportOutput


class Command(BaseCommand):
    help = (
        "Imports the files of data/. Running it again brings in what changed in the files, keeps "
        "and reports what people edited in the product, and doubles nothing. A file with a bad "
        "row is refused as a whole."
    )

    def add_arguments(self, parser):
        parser.add_argument("--dry-run", action="store_true", help="Show what would happen.")
        parser.add_argument(
            "--only",
            action="append",
            metavar="FILE",
            choices=[importer.file.removesuffix(".csv") for importer in all_importers()],
            help="Import this file only; may be given several times: %(choices)s",
        )
        parser.add_argument(
            "--data", type=Path, default=settings.DATA_DIR, help="Another folder with these files."
        )

    def handle(self, *, dry_run, only, data, verbosity, **options):
        output = ImportOutput(self, verbosity)
        refused: list[str] = []
        # A dry run does everything and takes it back, so that what it says is what would happen.
        with transaction.atomic() if dry_run else nullcontext():
            for importer in all_importers():
                if only and importer.file.removesuffix(".csv") not in only:
                    continue
                if missing := [file for file in importer.needs if file in refused]:
                    refused.append(importer.file)
                    output.skipped(importer.file, missing)
                    continue
                with transaction.atomic():
                    summary = importer.run(
                        data / importer.file, progress=output.progress(importer.file)
                    )
                    if summary.has_changed:
                        content_version.bump()
                output.summary(summary)
                if summary.problems:
                    refused.append(importer.file)
            if dry_run:
                transaction.set_rollback(True)
        output.total(dry_run=dry_run)
        if refused:
            raise CommandError(f"Nothing was imported from: {', '.join(refused)}.")


def all_importers() -> list:
    """Every importer, in the order in which they need each other."""
    importers = [importer() for importer in [*who.IMPORTERS, *what.IMPORTERS]]
    return [*importers, TranslationsImporter({**who.TEXTS, **what.TEXTS})]
