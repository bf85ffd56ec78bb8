"""Registers the section in every process that loads the app, and lets some messages kill it."""

import os
import signal

from django.apps import AppConfig

from mailing import mime, sections

from . import make_section


class KillNewsConfig(AppConfig):
    name = "tests.mailing.kill_news"

    def ready(self):
        sections.register(make_section())
        filled = mime.Sheet.filled

        def deadly(sheet, *, address, **values):
            if address.startswith("poison."):
                # As a fault of the machine's memory or of a library would end it.
                os.kill(os.getpid(), signal.SIGKILL)
            return filled(sheet, address=address, **values)

        mime.Sheet.filled = deadly
