"""Several programs run side by side: their output is shown, and when one ends all end."""

import os
import selectors
import signal
import subprocess
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from script.run import processes

LAST_LINES = 20
PATIENCE = 10  # seconds a part may take to end in good order


@dataclass(frozen=True)
class Part:
    """A program that is part of the product; ``{port}`` and ``{var}`` in it are filled in."""

    name: str
    command: Sequence[str]


class PartEnded(Exception):
    """A part ended by itself; the message names it, says how, and quotes its last output."""


@dataclass
class _Running:
    name: str
    process: subprocess.Popen[bytes]
    log: IO[bytes]
    last: deque[str] = field(default_factory=lambda: deque(maxlen=LAST_LINES))
    rest: bytes = b""


class Parts:
    """The parts that run now."""

    def __init__(self, root: Path, logs: Path) -> None:
        self.root = root
        self.logs = logs
        self.running: list[_Running] = []
        self.selector = selectors.DefaultSelector()
        self.watched: set[IO[bytes]] = set()
        logs.mkdir(parents=True, exist_ok=True)

    def start(self, part: Part, env: dict[str, str], **words: object) -> None:
        """Start a part; ``words`` fill the braces in its command."""
        command = [word.format(**words) for word in part.command]
        with processes.uninterrupted():
            process = processes.start(command, cwd=self.root, env=env, stdout=subprocess.PIPE)
            assert process.stdout is not None
            os.set_blocking(process.stdout.fileno(), False)
            log = (self.logs / f"{part.name}.log").open("wb")
            running = _Running(part.name, process, log)
            self.running.append(running)
            self.selector.register(process.stdout, selectors.EVENT_READ, running)
            self.watched.add(process.stdout)

    def tend(self, seconds: float) -> None:
        """Show what the parts say for up to ``seconds``. Raises PartEnded when one has ended."""
        for key, _events in self.selector.select(seconds):
            self._pass_on(key.data)
        for running in self.running:
            if running.process.poll() is not None:
                self._pass_on(running)
                raise PartEnded(_story(running))

    def watch(self, also: Callable[[], None]) -> None:
        """Tend the parts for ever, and call ``also`` about once a second."""
        looked = 0.0
        while True:
            self.tend(1.0)
            if time.monotonic() - looked > 1:
                also()
                looked = time.monotonic()

    def end(self) -> None:
        """End every part, the last one started first, and whatever they started."""
        for running in reversed(self.running):
            if running.process.poll() is None:
                running.process.terminate()
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline and not processes.in_a_hurry():
            if all(running.process.poll() is not None for running in self.running):
                break
            # Their output is still read: a part that waits for its pipe would never end.
            for key, _events in self.selector.select(0.1):
                self._pass_on(key.data)
        for running in self.running:
            processes.kill(running.process)
            self._pass_on(running)
            running.log.close()
        self.running.clear()

    def _pass_on(self, running: _Running) -> None:
        stream = running.process.stdout
        assert stream is not None
        while chunk := stream.read(65536):  # None: nothing now; empty: it closed its end
            running.log.write(chunk)
            *lines, running.rest = (running.rest + chunk).split(b"\n")
            for line in lines:
                self._show(running, line)
            if len(running.rest) > 1_000_000:
                self._show(running, running.rest)
                running.rest = b""
        running.log.flush()
        if chunk == b"" and stream in self.watched:
            self.selector.unregister(stream)
            self.watched.remove(stream)

    def _show(self, running: _Running, line: bytes) -> None:
        text = line.decode("utf-8", errors="replace").rstrip()
        running.last.append(text)
        try:
            print(f"{running.name:<6} | {text}", flush=True)
        except OSError:  # The terminal is gone; the log has it.
            pass


def _story(running: _Running) -> str:
    code = running.process.returncode
    how = f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
    last = "\n".join(f"    {line}" for line in running.last) or "    (nothing)"
    return (
        f"{running.name} ended by itself ({how}), so everything else is ended too. "
        f"Its last output:\n{last}"
    )
