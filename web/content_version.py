"""The version of all public content: part of each kept page's key and of its ETag."""

from django.core.cache import caches
from django.db import connection, transaction

from .models import ContentVersion

# A process asks the database once in this time, so that a kept page costs no query. What this
# process changes it sees at once; another one sees it this much later. A page made from newer
# content may then be kept under the older version, which nobody asks for any more afterwards.
SECONDS_TO_NOTICE = 1
_MEMO = "content-version"

_GROW = """
    INSERT INTO web_contentversion AS content (id, version) VALUES (1, 2)
    ON CONFLICT (id) DO UPDATE SET version = content.version + 1
"""


def current() -> int:
    """The version readers see now; 1 before anything changed."""
    version = caches["pages"].get(_MEMO)
    if version is None:
        found = ContentVersion.objects.filter(pk=1).values_list("version", flat=True).first()
        version = found or 1
        caches["pages"].set(_MEMO, version, SECONDS_TO_NOTICE)
    return version


def bump() -> None:
    """Grow the version. Call it inside the transaction that changes something public.

    The row is locked until that transaction ends, so a page rendered from the old content can
    never be kept under the new version.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("content_version.bump() belongs inside the transaction of the change.")
    with connection.cursor() as cursor:
        cursor.execute(_GROW)
    _forget()
    # Another thread may have asked again before the commit.
    transaction.on_commit(_forget)


def _forget():
    caches["pages"].delete(_MEMO)
