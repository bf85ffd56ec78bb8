"""Where the services that the scripts started can be reached.

``script/services`` (and so ``script/server`` and ``script/test``) write
``var/services.json``; the settings read it here when DATABASE_URL, REDIS_URL or EMAIL_HOST are
not set. Nothing here starts anything, and nothing here imports Django, so that settings and
scripts can both use it.
"""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent


class NotRunning(RuntimeError):
    """A service that is needed is neither named in the environment nor started by a script."""


@dataclass(frozen=True)
class Smtp:
    """The mail sink: where it listens and the folder it writes each message to."""

    host: str
    port: int
    directory: Path


def services_dir() -> Path:
    """The folder of the services' data and state: SERVICES_DIR, else ``var`` of the checkout."""
    named = os.environ.get("SERVICES_DIR")
    return (ROOT / named).resolve() if named else ROOT / "var"


def state_file() -> Path:
    """The file in which the running services are described."""
    return services_dir() / "services.json"


def database_url() -> str:
    """The URL of the embedded PostgreSQL; raises NotRunning where there is none."""
    return str(_service("postgres", "PostgreSQL", "DATABASE_URL")["url"])


def redis_url(number: int = 0) -> str:
    """The URL of database ``number`` (0 to 63) of the embedded Redis; else raises NotRunning."""
    return f"{_service('redis', 'Redis', 'REDIS_URL')['url']}/{number}"


def smtp() -> Smtp:
    """Where the mail sink listens; raises NotRunning where there is none."""
    found = _service("smtp", "mail server", "EMAIL_HOST")
    return Smtp(host=found["host"], port=found["port"], directory=Path(found["directory"]))


def _service(key: str, name: str, variable: str) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads(state_file().read_text(encoding="utf-8"))[key]
        alive = _is_alive(found["pid"])
    except (OSError, ValueError, KeyError, TypeError):
        alive = False
    if not alive:
        raise NotRunning(
            f"No {name} is running: start script/server (or script/services start), "
            f"or set {variable}."
        )
    return found


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # Another system user's process: it is there all the same.
        return True
    return True
