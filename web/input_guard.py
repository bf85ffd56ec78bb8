"""Refuse text that PostgreSQL cannot hold, before any view sees it."""

from django.core.exceptions import BadRequest
from django.http import UnreadablePostError
from django.utils.deprecation import MiddlewareMixin


def is_storable(text: str) -> bool:
    """False for a NUL character or a lone surrogate: PostgreSQL refuses both."""
    if "\x00" in text:
        return False
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


class InputGuardMiddleware(MiddlewareMixin):
    """Answers 400 where the path, the query or a form holds text that cannot be stored."""

    def process_request(self, request):
        if not is_storable(request.path):
            raise BadRequest("This address holds a character that cannot be read.")
        self._check(request.GET)
        if request.method == "POST":
            try:
                self._check(request.POST)
            except UnreadablePostError as error:
                raise BadRequest("The form did not arrive whole.") from error

    @staticmethod
    def _check(values):
        for name, items in values.lists():
            if not is_storable(name) or not all(is_storable(item) for item in items):
                raise BadRequest("The form holds a character that cannot be stored.")
