"""Short versions: everything long has one, and the database keeps it short in every language."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Length
from django.db.models.lookups import LessThanOrEqual
from django.utils.translation import gettext_lazy as _

MAX_SHORT = 800


def short_versions_fit(name: str) -> models.CheckConstraint:
    """The rule that ``short`` holds at most ``MAX_SHORT`` characters in each site language."""
    condition = Q()
    for code, _own_name in settings.LANGUAGES:
        condition &= Q(LessThanOrEqual(Length(f"short_{code.replace('-', '_')}"), MAX_SHORT))
    return models.CheckConstraint(
        condition=condition,
        name=name,
        violation_error_message=_("A short version has at most 800 characters."),
    )
