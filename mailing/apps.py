"""HOW IT REACHES THEM: recipients, preferences, editions, deliveries."""

from django.apps import AppConfig


class MailingConfig(AppConfig):
    name = "mailing"
