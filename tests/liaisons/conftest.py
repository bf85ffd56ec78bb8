"""What several tests of this app begin with."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext


class Questions:
    """Counts what a page asks the database, so that a long list can be held against a short one."""

    def __init__(self):
        self.counts = []

    def __call__(self, client, address):
        client.get(address)  # what is learned once and kept is known by now
        with CaptureQueriesContext(connection) as asked:
            assert client.get(address).status_code == 200
        self.counts.append(len(asked))

    @property
    def are_the_same(self) -> bool:
        """True where each page asked as much as the first one; pytest shows the counts if not."""
        assert len(self.counts) > 1
        assert self.counts == self.counts[:1] * len(self.counts)
        return True


@pytest.fixture
def questions():
    """``questions(client, address)`` for each length, then ``questions.are_the_same``."""
    return Questions()
