"""The entry point of the web server."""

import os

# Loaded now: Celery would load it with the first task, while a visitor waits.
import kombu.transport.redis  # noqa: F401
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
application = get_wsgi_application()
