"""What the browser tests of the harness share."""

import pytest

from tests.factories import MandateFactory
from web.models import ContentVersion, Installation

from .walk import Walk


@pytest.fixture
def made_as_a_demo(transactional_db):
    """The rows of a new database, which browser tests empty; marked as a demo."""
    ContentVersion.objects.get_or_create(pk=1)
    Installation.objects.update_or_create(pk=1, defaults={"is_demo": True})


@pytest.fixture
def a_draft(world, armenia):
    """The plain member has filled in an application and not sent it: the steps have a page."""
    return MandateFactory(
        complete_draft=True, deputy=True, person=world.people["member"], group=armenia
    )


@pytest.fixture
def walk(made_as_a_demo, chromium, live_server, world, a_draft, as_person):
    """A walk through the product in a browser."""
    return Walk(chromium, live_server, world, as_person)
