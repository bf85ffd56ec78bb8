"""Child processes that must not outlive this program. Standard library only.

Each child leads a session of its own: a Ctrl-C at the terminal reaches only this program,
which then ends its children in good order and kills what is left of their groups.
"""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import IO


class Stopped(BaseException):
    """Someone asked this program to stop (Ctrl-C, SIGTERM, or the terminal went away)."""


class _Asked:
    """What the signals so far have asked for."""

    to_stop = False
    to_hurry = False
    may_interrupt = True


def stop_on_signals() -> None:
    """Let the first SIGINT, SIGTERM or SIGHUP raise Stopped, wherever the program is.

    A second one does not tear the ending apart: it only makes ``in_a_hurry`` true.
    """
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _on_signal)


def in_a_hurry() -> bool:
    """Whether someone asked a second time, so that good order should wait for nothing."""
    return _Asked.to_hurry


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Put Stopped off until the end of the block, so that what was begun there is written down."""
    _Asked.may_interrupt = False
    try:
        yield
    finally:
        _Asked.may_interrupt = True
    if _Asked.to_stop:
        raise Stopped


def _on_signal(number: int, frame: FrameType | None) -> None:
    if _Asked.to_stop:
        _Asked.to_hurry = True
        return
    _Asked.to_stop = True
    if _Asked.may_interrupt:
        raise Stopped


def start(
    command: Sequence[str | Path],
    *,
    cwd: Path,
    env: Mapping[str, str] | None = None,
    stdout: int | IO[bytes] | None = None,
) -> subprocess.Popen[bytes]:
    """Start a child in a session of its own; the kernel ends it when this program is killed."""
    parent = os.getpid()
    return subprocess.Popen(
        [str(part) for part in command],
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        stderr=subprocess.STDOUT if stdout is not None else None,
        cwd=cwd,
        env=dict(env) if env is not None else None,
        start_new_session=True,
        preexec_fn=lambda: _end_with_parent(parent),  # noqa: PLW1509 (one system call)
    )


def run(command: Sequence[str | Path], *, cwd: Path, env: Mapping[str, str] | None = None) -> int:
    """Run a child to its end and give its exit code; when stopped, it is ended first."""
    child = None
    try:
        with uninterrupted():
            child = start(command, cwd=cwd, env=env)
        return child.wait()
    finally:
        if child is not None:
            end(child, patience=3)


def end(child: subprocess.Popen[bytes], *, patience: float) -> None:
    """Ask a child to end, wait up to ``patience`` seconds, then kill what is left of its group."""
    if child.poll() is None:
        # Only the leader is asked: gunicorn and Celery end their own children in good order.
        child.terminate()
        try:
            child.wait(patience)
        except subprocess.TimeoutExpired:
            pass
    kill(child)


def kill(child: subprocess.Popen[bytes]) -> None:
    """Kill a child and all that is left of its group at once."""
    try:
        os.killpg(child.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        pass
    child.wait()


def _end_with_parent(parent: int) -> None:
    """Have the kernel send SIGTERM when the parent dies, also by SIGKILL (Linux only)."""
    if sys.platform != "linux":
        return
    pr_set_pdeathsig = 1
    ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGTERM)
    if os.getppid() != parent:  # It died before the call took effect.
        os._exit(1)
