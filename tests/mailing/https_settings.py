"""Settings of a web process as in production, for a test: HTTPS is demanded, and no debug is on.

Only static files are served as on one's own machine: nothing collected them for a test.
"""

from config.settings.production import *  # noqa: F403

STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
