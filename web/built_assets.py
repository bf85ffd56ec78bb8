"""Data that script/build-assets leaves for template tags: icon paths, the small world."""

import functools
import json

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured


@functools.cache
def read(name: str) -> dict:
    """The built JSON file of that name. Raises ``ImproperlyConfigured`` where there is none."""
    path = settings.VAR_DIR / "assets" / name
    try:
        return json.loads(path.read_text("utf-8"))
    except FileNotFoundError as error:
        raise ImproperlyConfigured(f"{path} is missing: run script/build-assets.") from error
