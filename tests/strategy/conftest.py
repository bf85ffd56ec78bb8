"""What several tests of this app begin with."""

import pytest

from .editor import Editor
from .factories import TopicFactory


@pytest.fixture
def advocacy(db):
    """An open topic."""
    return TopicFactory(slug="advocacy", title_en="Advocacy matters")


@pytest.fixture
def opened(as_person, advocacy):
    """``opened(alice)``: a window of hers on a new report, or on the page that is named."""

    def open_window(person, path="/en/my/reports/new/"):
        return Editor(as_person(person), path)

    return open_window
