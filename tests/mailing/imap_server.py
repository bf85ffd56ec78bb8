"""A real IMAP server (pymap) in a process of its own, with a certificate of its own."""

import imaplib
import ipaddress
import ssl
import subprocess
import sys
import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.mailing.processes import free_port

USER, PASSWORD = "bounces", "a password for tests"


def certificate(directory: Path) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1 that signs itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    cert_file, key_file = directory / "imap.crt", directory / "imap.key"
    cert_file.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    key_file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return cert_file, key_file


class Mailbox:
    """One box on the running server, as another mail program sees it."""

    def __init__(self, port: int, cert: Path):
        self.port, self.cert = port, cert

    @cached_property
    def _box(self) -> imaplib.IMAP4:
        box = imaplib.IMAP4("127.0.0.1", self.port, timeout=10)
        box.starttls(ssl.create_default_context(cafile=str(self.cert)))
        box.login(USER, PASSWORD)
        return box

    @contextmanager
    def _opened(self):
        self._box.select("INBOX")  # anew, to see what others did
        yield self._box

    def put(self, *mails: bytes) -> None:
        """Deliver mails."""
        with self._opened() as box:
            for mail in mails:
                status, _said = box.append("INBOX", None, None, mail)
                assert status == "OK"

    def empty(self) -> None:
        """Take everything out."""
        with self._opened() as box:
            box.store("1:*", "+FLAGS", r"(\Deleted)")
            box.expunge()

    def count(self, what: str) -> int:
        """How many mails are ``ALL``, ``UNSEEN`` …"""
        with self._opened() as box:
            return len(box.search(None, what)[1][0].split())


@contextmanager
def running(directory: Path):
    """The server; gives its box."""
    cert, key = certificate(directory)
    port = free_port()
    pymap = Path(sys.executable).with_name("pymap")
    command = [
        pymap, "--host", "127.0.0.1", "--port", str(port), "--cert", cert, "--key", key,
        "dict", "--demo-user", USER, "--demo-password", PASSWORD,
    ]  # fmt: skip
    with (directory / "imap.log").open("wb") as log:
        process = subprocess.Popen(
            [str(word) for word in command], stdout=log, stderr=log, cwd=directory
        )
    box = Mailbox(port, cert)
    try:
        ends = time.monotonic() + 30
        while not _answers(box):
            assert time.monotonic() < ends, (directory / "imap.log").read_text("utf-8")
            time.sleep(0.05)
        yield box
    finally:
        process.terminate()
        process.wait(10)


def _answers(box) -> bool:
    try:
        box.count("ALL")
    except OSError:
        return False
    return True
