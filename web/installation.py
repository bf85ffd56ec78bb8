"""What kind of installation this database is."""

from datetime import timedelta

from django.core.management.base import CommandError

from .kept_figures import kept
from .models import Installation


@kept
def current() -> Installation:
    """The installation's row; an unsaved one that is no demo where the row was never written."""
    return Installation.objects.filter(pk=1).first() or Installation(pk=1, is_demo=False)


def require_demo() -> Installation:
    """The demo's row, for commands that make things up.

    Raises ``CommandError`` for any database that was not made as a demo.
    """
    installation = current()
    if not installation.is_demo:
        raise CommandError(
            "This database was not made as a demo, so demo commands refuse it. "
            "Make a new one with: manage.py make_database --demo"
        )
    return installation


def shown(day, installation: Installation | None = None):
    """A true date of the process as this installation shows it: shifted in a demo."""
    if day is None:
        return None
    return day + timedelta(days=(installation or current()).shift_days)
