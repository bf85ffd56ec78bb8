"""WHERE: the public directory of groups and their liaisons."""

from django.apps import AppConfig


class OutreachMapConfig(AppConfig):
    name = "outreach_map"
