"""The version of all public content: part of each kept page's key and of its ETag."""

from django.db import connection

from .models import ContentVersion

_GROW = """
    INSERT INTO web_contentversion AS content (id, version) VALUES (1, 2)
    ON CONFLICT (id) DO UPDATE SET version = content.version + 1
"""


def current() -> int:
    """The version readers see now; 1 before anything changed."""
    return ContentVersion.objects.filter(pk=1).values_list("version", flat=True).first() or 1


def bump() -> None:
    """Grow the version. Call it inside the transaction that changes something public.

    The row is locked until that transaction ends, so a page rendered from the old content can
    never be kept under the new version.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("content_version.bump() belongs inside the transaction of the change.")
    with connection.cursor() as cursor:
        cursor.execute(_GROW)
