"""The whole product as script/server starts it: web, worker, beat, PostgreSQL, Redis, mail sink."""

import email
import email.policy
import re
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from config import embedded
from tests.product import DEMO_PASSWORD, PATIENCE, started


@dataclass
class Product:
    """A running product: where it is, its password, and the mails it has sent."""

    base: str
    folder: Path
    password: str
    environment: dict[str, str]

    def mails_to(self, address: str):
        """The messages that arrived for an address, oldest first."""
        found = []
        for file in sorted((self.folder / "mail").rglob("*.eml"), key=lambda f: f.stat().st_mtime):
            message = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
            if address in str(message["To"]):
                found.append(message)
        return found

    def wait_for_mail(self, address: str, *, having: str = "", beyond: int = 0):
        """The first message after the first ``beyond`` whose text holds ``having``."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            for message in self.mails_to(address)[beyond:]:
                if having in text_of(message):
                    return message
            time.sleep(0.2)
        subjects = [str(m["Subject"]) for m in self.mails_to(address)]
        raise AssertionError(f"No mail with {having!r} to {address}; there are {subjects}")

    def code_for(self, address: str) -> str:
        """The code of the newest sign-in mail."""
        self.wait_for_mail(address)
        text = text_of(self.mails_to(address)[-1])
        return re.search(r"^\s*(\d[\d\s-]{5,}\d)\s*$", text, re.MULTILINE).group(1)

    def manage(self, *words: str) -> str:
        """Run manage.py against this product and give what it printed."""
        done = subprocess.run(
            [sys.executable, "manage.py", *words],
            cwd=embedded.ROOT, env=self.environment, capture_output=True, text=True, check=False,
            timeout=PATIENCE,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


def text_of(message) -> str:
    """The plain half of a message."""
    return message.get_body(("plain",)).get_content()


@pytest.fixture(scope="package")
def product(first_starts):
    """The product on a port of its own, in the folder of its first starts."""
    with started(first_starts.folder) as server:
        server.wait_for("Ready after")
        base = f"http://127.0.0.1:{server.port}"
        yield Product(base, server.directory, DEMO_PASSWORD, server.environment)
        server.stop()
