"""Fixtures for every test: the cast of people lives in ``cast.py``."""

import pytest
from django.conf import settings
from django.core.cache import caches
from django.test import TransactionTestCase
from django.utils import translation

from tests import kept_rows, registered_mail

pytest_plugins = [
    "tests.broker",
    "tests.browser",
    "tests.cast",
    "tests.harness.world",
    "tests.harness.visits",
    "tests.product",
]


@pytest.fixture(autouse=True)
def no_kept_pages():
    """Each test begins without pages kept from another: a rolled back database repeats versions."""
    for name in ("pages", "searches", "figures"):
        caches[name].clear()


def pytest_collection_modifyitems(items):
    """Begin with the long ones, so that at the end no process stands alone with one of them."""
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """After a test that really writes, the database is as new; Django's own way leaves it empty."""
    with django_db_blocker.unblock():
        kept_rows.remember_the_new_database()
    flush = TransactionTestCase._fixture_teardown
    TransactionTestCase._fixture_teardown = lambda case: kept_rows.make_as_new() or flush(case)
    yield
    TransactionTestCase._fixture_teardown = flush


@pytest.fixture(autouse=True, scope="session")
def mail_backend(django_test_environment):
    """In place of the one that pytest-django sets, which takes any mail."""
    settings.EMAIL_BACKEND = "tests.registered_mail.Backend"


@pytest.fixture(autouse=True)
def every_mail_is_of_a_registered_kind():
    """Whatever a test makes the product send, no mail passes by the register of kinds."""
    registered_mail.refused.clear()
    yield
    assert registered_mail.refused == []


@pytest.fixture(autouse=True)
def in_english():
    """Each test begins in English: a request leaves its language behind in the thread."""
    translation.activate("en")
    yield
    translation.activate("en")
