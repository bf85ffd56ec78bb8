"""Fixtures for every test: the cast of people lives in ``cast.py``."""

import pytest
from django.core.cache import caches
from django.utils import translation

pytest_plugins = ["tests.cast", "tests.browser", "tests.harness.world"]


@pytest.fixture(autouse=True)
def no_kept_pages():
    """Each test begins without pages kept from another: a rolled back database repeats versions."""
    for name in ("pages", "searches", "figures"):
        caches[name].clear()


@pytest.fixture(autouse=True)
def in_english():
    """Each test begins in English: a request leaves its language behind in the thread."""
    translation.activate("en")
    yield
    translation.activate("en")
