"""Fixtures for every test: the cast of people lives in ``cast.py``."""

import pytest
from django.core.cache import caches

pytest_plugins = ["tests.cast", "tests.browser", "tests.harness.world"]


@pytest.fixture(autouse=True)
def no_kept_pages():
    """Each test begins without pages kept from another: a rolled back database repeats versions."""
    for name in ("pages", "searches"):
        caches[name].clear()
