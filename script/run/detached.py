"""Processes that outlive the program that started them, known again by pid and birth."""

import os
import pwd
import signal
import socket
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

import psutil


def free_port(preferred: int | None = None) -> int:
    """A free TCP port on loopback: ``preferred`` where it is free, else any."""
    for port in (preferred, 0):
        if port is None:
            continue
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise OSError("no free port on 127.0.0.1")


def start(
    command: Sequence[str | Path], *, log: Path, cwd: Path, user: str | None = None
) -> subprocess.Popen[bytes]:
    """Start a process in a session of its own that writes to ``log``, as ``user`` where given."""
    with log.open("ab") as out:
        return subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            cwd=cwd,
            start_new_session=True,
            user=user,
            group=pwd.getpwnam(user).pw_gid if user else None,
            extra_groups=[] if user else None,
        )


def born(pid: int) -> float:
    """When a process was started; a pid and its birth together name one process for good."""
    return psutil.Process(pid).create_time()


def is_same(pid: int, birth: float) -> bool:
    """Whether this very process still runs (and not a later one with its pid)."""
    try:
        process = psutil.Process(pid)
        same = abs(process.create_time() - birth) < 1
        return same and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def end(pid: int, birth: float, *, sign: int = signal.SIGTERM, patience: float = 10) -> None:
    """End a process, wait for it, and kill it when it is still there after ``patience`` s."""
    for number, seconds in ((sign, patience), (signal.SIGKILL, 5.0)):
        if not is_same(pid, birth):
            return
        os.kill(pid, number)
        if _is_gone(pid, birth, within=seconds):
            return


def _is_gone(pid: int, birth: float, *, within: float) -> bool:
    deadline = time.monotonic() + within
    while is_same(pid, birth):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    try:
        os.waitpid(pid, os.WNOHANG)  # Reap it where it is our own child.
    except ChildProcessError:
        pass
    return True
