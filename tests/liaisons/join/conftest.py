"""Dave signs up: his window, and his application in its states."""

import pytest

from liaisons import mandates

from .answers import SUPPORT, answers_of, at


@pytest.fixture
def browser(dave, as_person):
    return as_person(dave)


@pytest.fixture
def draft(dave, swahili):
    """Dave's draft with a group chosen."""
    found = mandates.start_draft(person=dave)
    return mandates.choose_group(mandate=found, by=dave, group=swahili)


@pytest.fixture
def complete(draft, browser):
    """Dave's draft with everything answered, through the pages."""
    browser.post(at("join_mandate"), answers_of(draft))
    browser.post(at("join_support"), SUPPORT | {"draft": draft.pk})
    draft.refresh_from_db()
    return draft
