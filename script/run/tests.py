"""Every check and test: first the checks, then tests side by side, then those that need room.

    script/test                       everything
    script/test tests/mailing -k lease    pytest's own arguments: these tests only, no checks
    script/test --soak …              with the long versions (script/soak)

Tests marked ``heavy`` (a browser, a start of the whole product) come after the others, two at a
time: each mostly waits for another process. Those marked ``serial`` (killed and restarted
processes) run alone, one by one.
"""

import os
import sys
import time
from collections.abc import Sequence

from config import embedded
from script.run import checks, processes, services
from script.run.postgres import CannotStart

ROOT = embedded.ROOT
WORKERS = "2"
NO_TESTS_COLLECTED = 5  # pytest's exit code


def main(arguments: Sequence[str]) -> int:
    """Run what was asked for; gives 0 only when every check and test passed."""
    began = time.monotonic()
    processes.stop_on_signals()
    os.environ.setdefault("SERVICES_DIR", "var/test")
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.test"
    given = list(arguments)
    soak = "--soak" in given
    if soak:
        given.remove("--soak")
        os.environ["SOAK"] = "1"
    failed = [] if given or soak else [f"check: {title}" for title in checks.find_problems()]
    try:
        services.start(owner="test", for_tests=True)
        failed += run_tests(given, soak=soak)
    except CannotStart as problem:
        print(problem, file=sys.stderr)
        failed.append("services")
    except processes.Stopped:
        print("\nStopped.", file=sys.stderr)
        return 130
    finally:
        services.stop(owner="test")
    minutes = (time.monotonic() - began) / 60
    if failed:
        print(f"\nscript/test: FAILED after {minutes:.1f} min: {', '.join(failed)}")
        return 1
    print(f"\nscript/test: all passed in {minutes:.1f} min")
    return 0


def run_tests(given: Sequence[str], *, soak: bool) -> list[str]:
    """Run each pass; gives the names of those that failed."""
    side_by_side = ["-n", WORKERS, "--dist", "loadgroup"]
    passes = {
        "light": ["-m", "not heavy and not serial and not soak", *side_by_side],
        "heavy": ["-m", "heavy and not soak", *side_by_side],
        "serial": ["-m", "serial and not soak", "-n", "0"],
    }
    if soak:
        passes = {"soak": ["-m", "soak", "-n", "0"]}
    codes = {}
    for name, chosen in passes.items():
        print(f"\nTests, {name}", flush=True)
        codes[name] = run_pytest([*chosen, *given])
    ran = [code for code in codes.values() if code != NO_TESTS_COLLECTED]
    failed = [f"tests {name}" for name, code in codes.items() if code not in (0, 5)]
    return failed if ran else ["no test was found"]


def run_pytest(arguments: Sequence[str]) -> int:
    """One run of pytest with the slowest tests shown at its end."""
    command = [sys.executable, "-m", "pytest", "--durations=15", "--durations-min=1"]
    return processes.run([*command, *arguments], cwd=ROOT)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
