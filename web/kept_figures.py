"""Figures and lists that stand on many public pages, kept while the public content is the same.

No pages, and nothing of a visitor: a kept function gets texts only, and what it gives is kept only
while a public page is made (``web.public_pages``), under the content version of that page, its
language and the day. All else, such as the admin, a task or a command, has it counted anew. Why:
docs/decisions/kept-figures.md.
"""

import functools
import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import ParamSpec, TypeVar

from django.core.cache import caches
from django.utils import timezone
from django.utils.translation import get_language

KEPT_SECONDS = 300

P = ParamSpec("P")
R = TypeVar("R")

_version: ContextVar[int | None] = ContextVar("content version of the page being made")


@contextmanager
def of_version(version: int) -> Iterator[None]:
    """While a public page is made from this version of the content."""
    token = _version.set(version)
    try:
        yield
    finally:
        _version.reset(token)


def kept(function: Callable[P, R]) -> Callable[P, R]:
    """Keep what ``function`` gives as long as content, language and day are the same.

    It may depend on nothing else: its arguments are texts (``TypeError`` otherwise), and it reads
    public content only. What it gives is kept as a copy, so that no page can change another's.
    """
    name = f"{function.__module__}.{function.__qualname__}"

    @functools.wraps(function)
    def answer(*args: P.args, **kwargs: P.kwargs) -> R:
        version = _version.get(None)
        if version is None:
            return function(*args, **kwargs)
        if kwargs or not all(isinstance(argument, str) for argument in args):
            raise TypeError(f"{name} is kept for everyone: it takes texts and nothing else.")
        identity = [str(version), str(timezone.localdate()), get_language() or "", name]
        key = hashlib.sha256("|".join([*identity, *map(str, args)]).encode("utf-8")).hexdigest()
        found = caches["figures"].get(key)
        if found is None:
            found = function(*args, **kwargs)
            caches["figures"].set(key, found, KEPT_SECONDS)
        return found

    return answer
