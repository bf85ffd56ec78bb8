"""The product as script/server runs it, with empty views beside it to measure against."""

import os

from config.settings.dev import *  # noqa: F403
from config.settings.dev import CACHES

ROOT_URLCONF = "benchmarks.urls"
BENCH_FOLDER = os.environ.get("BENCH_FOLDER", "")
LOGGING_CONFIG = None
if os.environ.get("BENCH_FRESH"):
    for _name in ("pages", "searches"):
        CACHES[_name] = {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}
