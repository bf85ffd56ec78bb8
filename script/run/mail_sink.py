"""A mail server that keeps every message: one ``.eml`` file each, and nothing is sent on.

    python -m script.run.mail_sink --port 2525 --directory var/mail

A message is written under a temporary name and then renamed, so that whoever watches the
folder never reads half of one. The envelope is kept in two header lines above the message.
"""

import argparse
import asyncio
import contextlib
import itertools
import os
import signal
from datetime import UTC, datetime
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

LARGEST_MESSAGE = 50_000_000  # bytes


class Keep:
    """Writes each message that arrives to a folder."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.numbers = itertools.count(1)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Keep one message; the answer is given only after the file is there."""
        now = datetime.now(UTC)
        name = f"{now:%Y%m%d-%H%M%S-%f}-{os.getpid()}-{next(self.numbers)}.eml"
        content = envelope.original_content or b""
        above = f"X-Envelope-From: {envelope.mail_from}\r\n"
        above += f"X-Envelope-To: {', '.join(envelope.rcpt_tos)}\r\n"
        hidden = self.directory / f".{name}"
        try:
            hidden.write_bytes(above.encode("utf-8") + content)
            hidden.rename(self.directory / name)
        except OSError as error:
            # A full disk, mostly: whoever sends keeps it and comes again (RFC 5321, 4.2.3).
            with contextlib.suppress(OSError):
                hidden.unlink(missing_ok=True)
            return f"452 4.3.1 Not kept: {error.strerror}"
        return "250 Kept"


async def serve(port: int, directory: Path) -> None:
    """Serve on loopback until SIGTERM or SIGINT."""
    directory.mkdir(parents=True, exist_ok=True)
    keep = Keep(directory)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(
            keep,
            enable_SMTPUTF8=True,
            hostname="localhost",
            data_size_limit=LARGEST_MESSAGE,
            loop=loop,
        ),
        host="127.0.0.1",
        port=port,
        backlog=1024,
    )
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    await stopped.wait()
    server.close()


def main() -> None:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser(description="A mail server that writes messages to files.")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--directory", type=Path, required=True)
    arguments = parser.parse_args()
    asyncio.run(serve(arguments.port, arguments.directory))


if __name__ == "__main__":
    main()
