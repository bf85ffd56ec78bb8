"""Starting, recognising and ending processes."""

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

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


def start_detached(
    command: Sequence[str | Path],
    *,
    log: Path,
    cwd: Path,
    env: Mapping[str, str] | None = None,
    user: str | None = None,
) -> subprocess.Popen[bytes]:
    """Start a process in a session of its own that writes to ``log``, as ``user`` where given."""
    with log.open("ab") as out:
        return subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            cwd=cwd,
            env=dict(env) if env is not None else None,
            start_new_session=True,
            user=user,
            group=_group_of(user),
            extra_groups=[] if user else None,
        )


def start_tied(
    command: Sequence[str | Path],
    *,
    cwd: Path,
    env: Mapping[str, str],
    stdout: int | IO[bytes] = subprocess.PIPE,
) -> subprocess.Popen[bytes]:
    """Start a process with a group of its own that is told to end when this process dies."""
    parent = os.getpid()
    return subprocess.Popen(
        [str(part) for part in command],
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        stderr=subprocess.STDOUT,
        cwd=cwd,
        env=dict(env),
        start_new_session=True,
        preexec_fn=lambda: _end_with_parent(parent),  # noqa: PLW1509 (one system call)
    )


def end(pid: int, birth: float, *, sign: int = signal.SIGTERM, patience: float = 10) -> None:
    """End one process that is known by pid and birth, and wait; kill it after ``patience`` s."""
    for signal_number, seconds in ((sign, patience), (signal.SIGKILL, 5.0)):
        if not is_same(pid, birth):
            return
        os.kill(pid, signal_number)
        if _wait_gone(pid, birth, seconds):
            return


def end_group(leader: subprocess.Popen[bytes], *, patience: float) -> None:
    """Ask a process and its children to end; whatever is left of the group is then killed."""
    if leader.poll() is None:
        # Only the leader is asked: gunicorn and Celery end their own children in good order.
        leader.terminate()
        try:
            leader.wait(patience)
        except subprocess.TimeoutExpired:
            pass
    kill_group(leader)


def kill_group(leader: subprocess.Popen[bytes]) -> None:
    """Kill a process and all that is left of its group at once."""
    try:
        os.killpg(leader.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        pass
    leader.wait()


def _wait_gone(pid: int, birth: float, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while is_same(pid, birth):
        if time.monotonic() > deadline:
            return False
        try:
            os.waitpid(pid, os.WNOHANG)  # Reap it where it is our own child.
        except ChildProcessError:
            pass
        time.sleep(0.02)
    return True


def _group_of(user: str | None) -> int | None:
    if user is None:
        return None
    import pwd  # Not there on every system; only root, and so only POSIX, comes here.

    return pwd.getpwnam(user).pw_gid


def _end_with_parent(parent: int) -> None:
    """Have the kernel send SIGTERM when the parent dies, also by SIGKILL (Linux only)."""
    if sys.platform != "linux":
        return
    pr_set_pdeathsig = 1
    ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGTERM)
    if os.getppid() != parent:  # It died before the call took effect.
        os._exit(1)
