"""HOW IT REACHES THEM: recipients, preferences, editions, deliveries."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from web import alerts


class MailingConfig(AppConfig):
    name = "mailing"
    verbose_name = _("Mail")

    def ready(self):
        import_module("mailing.checks")
        # A web process queues tasks by name, so it has to know them.
        import_module("mailing.tasks")
        import_module("mailing.seeing.trial_mails").register()
        alerts.register("mail", import_module("mailing.health.alerts").found)
