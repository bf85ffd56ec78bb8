"""Questions to the wiki over HTTP, with an end: in time, in size, and at the wiki itself.

``requests`` bounds the wait for each piece of an answer, not the answer: a server that sends one
byte now and then would hold a worker for hours. And it follows redirects, also with our secret.
"""

import json
import socket
import threading
from typing import Any

import requests
from django.conf import settings
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

PIECE = 16_384


class TooLong(requests.RequestException):
    """The answer is longer than any honest one."""


class NotJson(requests.RequestException):
    """The answer is something else than JSON, or than JSON that can be read."""


class _CutOff:
    """A connection that is cut when its time is over, in whatever state the answer is."""

    def connect(self):
        super().connect()
        # Not asked of the connection later: it lets go of its socket while the answer is read.
        end = threading.Timer(settings.WIKIMEDIA_ANSWER_SECONDS, _cut, [self.sock])
        end.daemon = True
        end.start()


def _cut(line):
    try:
        # Past the TLS layer, which another thread is reading from.
        socket.socket.shutdown(line, socket.SHUT_RDWR)
    except OSError:
        pass  # It ended by itself.


class _Connection(_CutOff, HTTPConnection):
    pass


class _SecureConnection(_CutOff, HTTPSConnection):
    pass


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _SecureConnection


class _Adapter(HTTPAdapter):
    def init_poolmanager(self, *args, **kwargs):
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _SecurePool}


class WikiSession(requests.Session):
    """A session in which no answer lasts or weighs more than our settings allow.

    No redirect is followed: whoever answers with one gives no answer. Behind a proxy named by the
    surroundings only the wait for each piece is bounded.
    """

    def __init__(self):
        super().__init__()
        self.mount("http://", _Adapter())
        self.mount("https://", _Adapter())

    def request(self, method, url, **kwargs):
        """Ask; raises ``requests.RequestException`` for whatever is not a whole, short answer."""
        kwargs |= {
            "allow_redirects": False,
            "stream": True,
            "timeout": settings.WIKIMEDIA_ANSWER_SECONDS,
            # Else a netrc file of the machine would take the place of our own header.
            "auth": kwargs.get("auth") or _as_it_is,
        }
        # One connection for each question, so that each has its own end.
        self.headers["Connection"] = "close"
        response = super().request(method, url, **kwargs)
        try:
            response._content = _read(response)
        finally:
            response.close()
        return response


def read_json(response) -> Any:
    """What a JSON answer says. Raises ``NotJson``, which is a ``requests.RequestException``."""
    kind = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise NotJson("The answer is not JSON.")
    try:
        return json.loads(response.content)
    except (ValueError, RecursionError) as error:
        # Also numbers of thousands of digits, and thousands of brackets.
        raise NotJson("The answer is not JSON.") from error


def _as_it_is(request):
    return request


def _read(response) -> bytes:
    pieces, size = [], 0
    for piece in response.iter_content(PIECE):
        size += len(piece)
        if size > settings.WIKIMEDIA_ANSWER_BYTES:
            raise TooLong("The answer is too long.")
        pieces.append(piece)
    return b"".join(pieces)
