"""Fill a demo: accounts to try, liaisons, applications, updates, and a process that runs today."""

import os
import secrets

from django.core.management.base import BaseCommand

from config.demo.people import ACCOUNTS
from config.demo.seed import seed
from web import installation


class Command(BaseCommand):
    help = (
        "Fills a database that was made as a demo, and refuses any other. Safe to run again. "
        "DEMO_PASSWORD sets the password of the accounts; without it one is made up and printed."
    )

    def handle(self, *, verbosity, **options):
        installation.require_demo()
        given = os.environ.get("DEMO_PASSWORD", "")
        password = given or secrets.token_urlsafe(9)
        seed(password)
        if not verbosity:
            return
        self.stdout.write("The demo is ready. Its accounts:")
        for account in ACCOUNTS:
            self.stdout.write(f"  {account.address:<24} {account.what_for}")
        self.stdout.write(
            "Password of all: as DEMO_PASSWORD says." if given else f"Password of all: {password}"
        )
