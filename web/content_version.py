"""The version of all public content: part of each kept page's key and of its ETag."""

from django.db import transaction
from django.db.models import F

from .models import ContentVersion


def current() -> int:
    """The version readers see now."""
    return ContentVersion.objects.values_list("version", flat=True).get(pk=1)


def bump() -> None:
    """Grow the version. Call it inside the transaction that changes something public.

    The row is locked until that transaction ends, so a page rendered from the old content can
    never be kept under the new version.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("content_version.bump() belongs inside the transaction of the change.")
    ContentVersion.objects.filter(pk=1).update(version=F("version") + 1)
