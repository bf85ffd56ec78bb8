"""WHAT: timeline, topics, updates."""

from django.apps import AppConfig


class StrategyConfig(AppConfig):
    name = "strategy"

    def ready(self):
        from mailing import sections  # noqa: PLC0415 (models are not loaded before this)

        from .sections import NewUpdates, OpenTopics  # noqa: PLC0415

        sections.register(NewUpdates())
        sections.register(OpenTopics())
