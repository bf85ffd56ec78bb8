"""Celery with another Redis for one test, or with none."""

import pytest
from celery import current_app


@pytest.fixture
def broker():
    """Point Celery at the Redis of a URL when called, and back at the end of the test.

    What is connected already is let go both times: a pool keeps its address whatever the settings
    say, and the tests after this one would find nobody there.
    """
    before = current_app.conf.broker_url

    def use(url: str) -> None:
        current_app.conf.broker_url = current_app.conf.broker_write_url = url
        current_app._pool = None
        current_app.amqp._producer_pool = None

    yield use
    use(before)
