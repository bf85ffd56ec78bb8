"""The local mail server when its disk is full."""

import resource
import smtplib
import subprocess
import sys
import time

import pytest

from tests.mailing.processes import ROOT, free_port

MOST = 2000  # bytes of one file, as if no more were left


@pytest.fixture
def full_disk(tmp_path):
    port = free_port()
    command = ["-m", "script.run.mail_sink", "--port", str(port), "--directory", str(tmp_path)]
    process = subprocess.Popen(
        [sys.executable, *command],
        cwd=ROOT,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (MOST, MOST)),  # noqa: PLW1509
    )
    yield port, tmp_path
    process.terminate()
    process.wait()


def connected(port):
    for _try in range(300):
        try:
            return smtplib.SMTP("127.0.0.1", port, timeout=20)
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the mail sink did not start")


def test_a_message_that_finds_no_room_is_asked_for_again(full_disk):
    port, folder = full_disk
    with connected(port) as server:
        with pytest.raises(smtplib.SMTPDataError) as refused:
            server.sendmail("us@example.org", "you@example.org", b"\r\n" + b"A line.\r\n" * MOST)
        assert refused.value.smtp_code == 452
        assert list(folder.iterdir()) == []
        server.sendmail("us@example.org", "you@example.org", b"\r\nshort\r\n")
    [kept] = folder.iterdir()
    assert kept.suffix == ".eml"
