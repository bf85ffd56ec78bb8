"""HOW IT IS SHOWN: what every page needs and no subject owns."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "web"
