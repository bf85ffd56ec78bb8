"""Every check and test: first the checks, then tests side by side, then those that need room.

    script/test                       everything
    script/test tests/mailing -k lease    pytest's own arguments: these tests only, no checks
    script/test --soak …              with the long versions (script/soak)

Tests marked ``heavy`` (a browser, a start of the whole product) come after the others, three at a
time, because each often waits for another process; for the others a third process bought nothing.
Those marked ``serial`` kill and restart processes and empty Redis, so they run one by one with
services of their own. They need little of the processor and are done beside the others. The long
versions, marked ``soak``, are done in the same way.
"""

import os
import subprocess
import sys
import time
from collections.abc import Sequence

from config import embedded
from script.run import checks, databases, processes, services
from script.run.postgres import CannotStart

ROOT = embedded.ROOT
# The services and the output of the serial tests, where they run beside the others.
BESIDE = ROOT / "var/test-serial"
# How pytest is told to run each pass.
PASSES = {
    "light": ["-m", "not heavy and not serial and not soak", "-n", "2", "--dist", "loadgroup"],
    "heavy": ["-m", "heavy and not soak", "-n", "3", "--dist", "loadgroup"],
    "serial": ["-m", "serial and not soak", "-n", "0"],
    "soak": ["-m", "soak and not serial", "-n", "2", "--dist", "load"],
    "soak, serial": ["-m", "soak and serial", "-n", "0"],
}
ONLY_SERIAL = "--only-serial"
# Names the database of which each test process gets a copy (config/settings/test.py).
TEMPLATE = "TEST_DATABASE_TEMPLATE"
TEMPLATE_NAME = "tests_begin_with"
# That database as a file, for the serial tests: to make it anew takes twenty seconds.
TEMPLATE_FILE = BESIDE / "tests_begin_with.sql"
NO_TESTS_COLLECTED = 5  # pytest's exit code


def main(arguments: Sequence[str]) -> int:
    """Run what was asked for; gives 0 only when every check and test passed."""
    began = time.monotonic()
    processes.stop_on_signals()
    os.environ.setdefault("SERVICES_DIR", "var/test")
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.test"
    # What is compiled once is kept: else each of the many processes compiles every module anew,
    # and pytest, which rewrites each assertion, takes twice as long to find its tests.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    given = list(arguments)
    passes = ["light", "heavy", "serial"]
    failed = []
    if "--soak" in given:
        given.remove("--soak")
        os.environ["SOAK"] = "1"
        passes = ["soak", "soak, serial"]
    elif not given:
        failed = [f"check: {title}" for title in checks.find_problems()]
    elif given == [ONLY_SERIAL]:
        given, passes = [], ["soak, serial" if os.environ.get("SOAK") else "serial"]
    # With databases that are named in the environment there is only one set of services.
    own_services = not any(os.environ.get(name) for name in services.VARIABLES.values())
    beside = None
    try:
        services.start(owner="test", for_tests=True)
        os.environ.pop(TEMPLATE, None)
        if made_template(from_file=list(arguments) == [ONLY_SERIAL]):
            os.environ[TEMPLATE] = TEMPLATE_NAME
        if own_services and not given and len(passes) > 1:
            passes.pop()
            beside = start_beside()
        failed += run_tests(passes, given)
        if beside:
            failed += result_of(beside)
    except CannotStart as problem:
        print(problem, file=sys.stderr)
        failed.append("services")
    except processes.Stopped:
        print("\nStopped.", file=sys.stderr)
        return 130
    finally:
        if beside:
            processes.end(beside, patience=60)
        services.stop(owner="test")
    minutes = (time.monotonic() - began) / 60
    if failed:
        print(f"\nscript/test: FAILED after {minutes:.1f} min: {', '.join(failed)}")
        return 1
    print(f"\nscript/test: all passed in {minutes:.1f} min")
    return 0


def made_template(*, from_file: bool) -> bool:
    """Make the database with which each test process begins; False where that failed."""
    if from_file and TEMPLATE_FILE.exists():
        loaded = databases.load(TEMPLATE_FILE, TEMPLATE_NAME)
        TEMPLATE_FILE.unlink()  # another run may have other tables
        if loaded:
            return True
    return databases.make_template(TEMPLATE_NAME)


def start_beside() -> subprocess.Popen[bytes]:
    """Start the serial tests with services of their own; what they print goes to a file."""
    BESIDE.mkdir(parents=True, exist_ok=True)
    TEMPLATE_FILE.unlink(missing_ok=True)
    if os.environ.get(TEMPLATE):
        databases.dump(TEMPLATE_NAME, TEMPLATE_FILE)
    environment = os.environ | {"SERVICES_DIR": str(BESIDE)}
    command = [sys.executable, "-m", "script.run.tests", ONLY_SERIAL]
    with (BESIDE / "output.txt").open("wb") as output, processes.uninterrupted():
        return processes.start(command, cwd=ROOT, env=environment, stdout=output)


def result_of(beside: subprocess.Popen[bytes]) -> list[str]:
    """Wait for the serial tests and print what they printed; gives what failed."""
    code = beside.wait()
    print((BESIDE / "output.txt").read_text(encoding="utf-8", errors="replace"), flush=True)
    return ["tests serial"] if code else []


def run_tests(passes: Sequence[str], given: Sequence[str]) -> list[str]:
    """Run these passes, one after the other; gives the names of those that failed."""
    codes = {}
    for name in passes:
        print(f"\nTests, {name}", flush=True)
        codes[name] = run_pytest([*PASSES[name], *given])
    ran = [code for code in codes.values() if code != NO_TESTS_COLLECTED]
    failed = [f"tests {name}" for name, code in codes.items() if code not in (0, 5)]
    return failed if ran else ["no test was found"]


def run_pytest(arguments: Sequence[str]) -> int:
    """One run of pytest with the slowest tests shown at its end."""
    command = [sys.executable, "-m", "pytest", "--durations=15", "--durations-min=1"]
    return processes.run([*command, *arguments], cwd=ROOT)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
