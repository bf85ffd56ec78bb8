"""WHAT: timeline, topics, updates."""

from django.apps import AppConfig


class StrategyConfig(AppConfig):
    name = "strategy"

    def ready(self):
        # Models are not loaded before this.
        from liaisons import personal_data  # noqa: PLC0415
        from mailing import sections  # noqa: PLC0415

        from .personal_data import held_on  # noqa: PLC0415
        from .sections import NewUpdates, OpenTopics  # noqa: PLC0415

        sections.register(NewUpdates())
        sections.register(OpenTopics())
        personal_data.register("updates", held_on)
