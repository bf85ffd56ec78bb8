"""All addresses of the product, and one that answers with bytes of a file and does nothing else.

BENCH_KEEPS says what a server keeps: everything, as the product does (not set); ``figures`` but
no page; or ``nothing``, as for the first reader after a change.
"""

import functools
import os
from pathlib import Path

from django.conf import settings
from django.http import HttpResponse
from django.urls import path

from config.urls import *  # noqa: F403
from config.urls import urlpatterns
from web import kept_figures, public_pages

KEEPS = os.environ.get("BENCH_KEEPS", "everything")
if KEEPS in ("figures", "nothing"):
    public_pages.KEPT_SECONDS = 0
if KEEPS == "nothing":
    kept_figures.KEPT_SECONDS = 0


@functools.cache
def _bytes(name):
    return (Path(settings.BENCH_FOLDER) / name).read_bytes()


def empty(request, name):
    """The cheapest view there can be: bytes that are in memory already."""
    return HttpResponse(_bytes(name))


urlpatterns = [*urlpatterns, path("bench/<slug:name>", empty)]
