"""WHAT: timeline, topics, updates."""

from django.apps import AppConfig


class StrategyConfig(AppConfig):
    name = "strategy"

    def ready(self):
        # Models are not loaded before this.
        from liaisons import personal_data
        from mailing import sections

        from .personal_data import held_on
        from .sections import NewUpdates, OpenTopics

        sections.register(NewUpdates())
        sections.register(OpenTopics())
        personal_data.register("updates", held_on)
