"""All addresses of the product, and one that answers with bytes of a file and does nothing else."""

import functools
from pathlib import Path

from django.conf import settings
from django.http import HttpResponse
from django.urls import path

from config.urls import *  # noqa: F403
from config.urls import urlpatterns


@functools.cache
def _bytes(name):
    return (Path(settings.BENCH_FOLDER) / name).read_bytes()


def empty(request, name):
    """The cheapest view there can be: bytes that are in memory already."""
    return HttpResponse(_bytes(name))


urlpatterns = [*urlpatterns, path("bench/<slug:name>", empty)]
