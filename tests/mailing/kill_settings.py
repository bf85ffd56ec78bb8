"""Settings of the worker and beat processes in the kill test: the product's, and one section."""

from config.settings.dev import *  # noqa: F403
from config.settings.dev import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "tests.mailing.kill_news"]
