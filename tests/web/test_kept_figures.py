"""Figures kept between pages: counted once, never stale, never anyone's own."""

import datetime

import pytest
import time_machine
from django.db import transaction
from django.test import RequestFactory
from django.utils import timezone, translation

from web import content_version, kept_figures
from web.kept_figures import kept

counted = []


@pytest.fixture(autouse=True)
def nothing_counted():
    counted.clear()


@kept
def names(kind="x"):
    """A list as a page shows it."""
    counted.append(kind)
    return [f"{kind} {len(counted)}"]


def test_a_figure_is_counted_once_for_all_pages_of_one_version():
    for _page in range(3):
        with kept_figures.of_version(7):
            assert names() == ["x 1"]
            assert names("y") == ["y 2"]
    assert counted == ["x", "y"]


def test_another_version_language_or_day_is_counted_anew():
    with kept_figures.of_version(7):
        names()
    with kept_figures.of_version(8):
        assert names() == ["x 2"]
    with kept_figures.of_version(8), translation.override("ar"):
        assert names() == ["x 3"]
    tomorrow = timezone.now() + datetime.timedelta(days=1)
    with kept_figures.of_version(8), time_machine.travel(tomorrow):
        assert names() == ["x 4"]


def test_outside_a_public_page_everything_is_counted_anew():
    with kept_figures.of_version(7):
        names()
    assert names() == ["x 2"]
    assert names() == ["x 3"]


@pytest.mark.django_db(transaction=True)
def test_what_a_change_counts_before_it_is_taken_back_is_not_kept():
    with transaction.atomic():
        content_version.bump()
        names("never so")
        version = content_version.current()
        transaction.set_rollback(True)
    with kept_figures.of_version(version):
        assert names("never so") == ["never so 2"]


def test_one_page_cannot_change_what_another_gets():
    with kept_figures.of_version(7):
        names().append("mine")
        first = names()
        first.append("mine")
        assert names() == ["x 1"]


def test_nothing_of_a_visitor_can_be_asked_for():
    with kept_figures.of_version(7):
        for argument in (RequestFactory().get("/"), 4711, None):
            with pytest.raises(TypeError):
                names(argument)
        with pytest.raises(TypeError):
            names(kind="x")
    assert counted == []
