"""Make the database ready: its tables with the roles, and what kind of installation it is."""

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction

from web.models import Installation


class Command(BaseCommand):
    help = (
        "Migrates the database, which makes the roles. A database that was new is marked "
        "as a demo or as a real installation; that mark never changes afterwards."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--demo",
            action="store_true",
            help="Mark a new database as a demo: only there do demo commands run.",
        )

    def handle(self, *, demo, verbosity, **options):
        quiet = max(verbosity - 1, 0)
        if Installation._meta.db_table not in connection.introspection.table_names():
            # The mark comes in the transaction of the first tables, so that a start that was
            # cut short never leaves a database of no kind.
            with transaction.atomic():
                call_command("migrate", "web", verbosity=quiet, interactive=False)
                Installation.objects.create(pk=1, is_demo=demo)
        installation = Installation.objects.filter(pk=1).first()
        if demo and not (installation and installation.is_demo):
            raise CommandError(
                "This database is a real installation and stays one. "
                "For a demo, name another, empty database in DATABASE_URL."
            )
        call_command("migrate", verbosity=quiet, interactive=False)
        if installation is None:
            # Made by a plain `migrate`: it has always counted as real, now it says so.
            installation = Installation.objects.create(pk=1, is_demo=False)
        if verbosity:
            kind = "demo" if installation.is_demo else "real installation"
            self.stdout.write(f"Database ready: {kind}.")
