"""The product as script/server runs it, with what it is measured against beside it."""

import os
from pathlib import Path

from config.settings.dev import *  # noqa: F403
from config.settings.dev import CACHES, INSTALLED_APPS, STATICFILES_DIRS

ROOT_URLCONF = "benchmarks.urls"
BENCH_FOLDER = os.environ.get("BENCH_FOLDER", "")
LOGGING_CONFIG = None
if os.environ.get("BENCH_STATIC"):
    # Files compressed as a real installation has them, and the bare page's beside them.
    from config.settings.demo import STORAGES  # noqa: F401

    STATIC_ROOT = Path(BENCH_FOLDER) / "static"
    STATICFILES_DIRS = [*STATICFILES_DIRS, Path(BENCH_FOLDER) / "bare"]

# The peers of benchmarks/digest.py: its defaults, and the cache that its own pages advise.
INSTALLED_APPS = [*INSTALLED_APPS, "post_office", "mailer"]
CACHES["post_office"] = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
POST_OFFICE: dict = {}
# Several processes may send at once; rows are locked in the database.
MAILER_USE_FILE_LOCK = False
