"""A demo before it is filled, for the tests of what fills it."""

from django.core.management import call_command

from config import roles
from web.models import Installation

PASSWORD = "a long demo password"


def make_empty_demo():
    """A demo with its reference data, not filled yet."""
    Installation.objects.create(pk=1, is_demo=True)
    call_command("make_database", verbosity=0)
    roles.make_roles()
    call_command("import_reference_data", verbosity=0)
