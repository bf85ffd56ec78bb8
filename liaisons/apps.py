"""WHO: people, groups, mandates."""

from django.apps import AppConfig


class LiaisonsConfig(AppConfig):
    name = "liaisons"

    def ready(self):
        """Register what lower apps are to know of this one."""
        from . import notices
        from .accounts import download

        notices.register_all()
        download.register_all()
