"""Run one benchmark with services and a database of its own: script/bench NAME."""

import os
import sys
from collections.abc import Sequence

from config import embedded
from script.run import databases, processes, services
from script.run.postgres import CannotStart

ROOT = embedded.ROOT


def names() -> list[str]:
    """The benchmarks there are: the programs in ``benchmarks/``."""
    files = (ROOT / "benchmarks").glob("*.py")
    return sorted(file.stem for file in files if "def main(" in file.read_text(encoding="utf-8"))


def main(arguments: Sequence[str]) -> int:
    """Set up, run, take down; gives the exit code."""
    if len(arguments) != 1 or arguments[0] not in names():
        print(f"script/bench NAME, where NAME is one of: {', '.join(names())}", file=sys.stderr)
        return 2
    name = arguments[0]
    processes.stop_on_signals()
    os.environ.setdefault("SERVICES_DIR", "var/bench")
    try:
        services.start(owner="bench", for_tests=name != "digest")
        environment = {
            **os.environ,
            "DATABASE_URL": databases.new_database(f"bench_{name}"),
            "DJANGO_SETTINGS_MODULE": "benchmarks.settings",
            "BENCH_FOLDER": str(embedded.services_dir()),
        }
        made = processes.run(
            [sys.executable, "manage.py", "make_database", "--demo"], cwd=ROOT, env=environment
        )
        if made != 0:
            return made
        return processes.run(
            [sys.executable, "-m", f"benchmarks.{name}"], cwd=ROOT, env=environment
        )
    except CannotStart as problem:
        print(problem, file=sys.stderr)
        return 1
    except processes.Stopped:
        return 130
    finally:
        services.stop(owner="bench")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
