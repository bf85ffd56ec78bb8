"""Fixtures for every test: the cast of people lives in ``cast.py``."""

pytest_plugins = ["tests.cast", "tests.browser", "tests.harness.world"]
