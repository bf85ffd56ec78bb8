"""The quick checks. All run, all their problems are shown, and any of them fails the whole.

script/check           every check
script/check --fix     format and mend what can be mended first
"""

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from config import embedded

ROOT = embedded.ROOT
BIN = Path(sys.executable).parent


@dataclass(frozen=True)
class Check:
    """One check: what it looks at, and the command that does it."""

    title: str
    command: tuple[str | Path, ...]


CHECKS = (
    Check("types", (BIN / "mypy",)),
    Check("format", (BIN / "ruff", "format", "--check", ".")),
    Check("lint", (BIN / "ruff", "check", ".")),
    Check("templates", (BIN / "djlint", "templates", "--lint", "--quiet")),
    Check("layers", (BIN / "lint-imports",)),
    Check("settings", (sys.executable, "manage.py", "check", "--fail-level", "WARNING")),
    Check("migrations", (sys.executable, "manage.py", "makemigrations", "--check", "--dry-run")),
    Check("catalogues", (sys.executable, "script/check_catalogues.py")),
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run every check, two at a time; gives 1 when one of them found something."""
    parser = argparse.ArgumentParser(prog="script/check", description="Run the quick checks.")
    parser.add_argument("--fix", action="store_true", help="format and mend first")
    if parser.parse_args(arguments).fix:
        subprocess.run([BIN / "ruff", "check", "--fix", "--quiet", "."], cwd=ROOT, check=False)
        subprocess.run([BIN / "ruff", "format", "--quiet", "."], cwd=ROOT, check=False)
    return 1 if find_problems() else 0


def find_problems() -> list[str]:
    """Run every check and print what it found; gives the titles of those that found something."""
    began = time.monotonic()
    checks = [check for check in CHECKS if _is_there(check)]
    failed = []
    with ThreadPoolExecutor(max_workers=2) as pool:
        for check, done in zip(checks, pool.map(_run, checks), strict=True):
            if done.returncode == 0:
                print(f"{check.title}: in order", flush=True)
                continue
            failed.append(check.title)
            print(f"{check.title}: problems\n{done.stdout.rstrip()}\n", flush=True)
    seconds = time.monotonic() - began
    verdict = f"problems in {', '.join(failed)}" if failed else "everything in order"
    print(f"script/check: {verdict} ({seconds:.0f} s)", flush=True)
    return failed


def _is_there(check: Check) -> bool:
    script = check.command[1] if len(check.command) > 1 else ""
    return not str(script).startswith("script/") or (ROOT / script).exists()


def _run(check: Check) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(word) for word in check.command],
        cwd=ROOT,
        env=_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )


def _environment() -> dict[str, str]:
    """No check needs a service; where none runs, the settings get addresses nobody answers at."""
    environment = {**os.environ}
    environment.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.test")
    running = {
        "DATABASE_URL": embedded.database_url,
        "REDIS_URL": embedded.redis_url,
        "EMAIL_HOST": embedded.smtp,
    }
    nowhere = {
        "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
        "REDIS_URL": "redis://127.0.0.1:1/0",
        "EMAIL_HOST": "127.0.0.1",
    }
    for variable, find in running.items():
        try:
            if variable not in environment:
                find()
        except embedded.NotRunning:
            environment[variable] = nowhere[variable]
    return environment


if __name__ == "__main__":
    sys.exit(main())
