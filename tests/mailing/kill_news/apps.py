"""Registers the section in every process that loads the app."""

from django.apps import AppConfig

from mailing import sections

from . import make_section


class KillNewsConfig(AppConfig):
    name = "tests.mailing.kill_news"

    def ready(self):
        sections.register(make_section())
