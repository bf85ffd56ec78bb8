"""How fast digests leave, against django-post_office and against pre-built bytes over smtplib.

All send the same digest (three updates and two topics by the product's own sections, ten
languages) to the same people through the same mail server in the same run, each in one process,
and PostgreSQL waits for the disk. What is counted:

- the ledger: publishing, freezing the edition, claiming, rendering, sending, committing each fate;
- django-post_office: publishing, queueing, rendering and delivering, see ``digest_peer.py``. It
  marks mails as sent when a whole batch is, so a kill sends up to a hundred again. Both of its
  ways to render are measured, and the faster is the one compared with;
- pre-built bytes: the ledger's own finished messages, handed to ``smtplib`` and nothing else.

Memory is that of a process that froze an edition and sent of it for some seconds, one
process for each audience. BENCH_DIGESTS sets the messages of a round, BENCH_AUDIENCE the largest
audience, BENCH_SECONDS how long each of the memory processes sends.
"""

import json
import os
import smtplib
import socket
import statistics
import subprocess
import sys
import time
from contextlib import closing, contextmanager
from importlib.metadata import version
from itertools import cycle, islice

import django
import psutil

django.setup()

from django.conf import settings  # noqa: E402
from django.db import connection  # noqa: E402

from benchmarks import digest_content, digest_peer, measure  # noqa: E402
from mailing import deliver, editions, positions  # noqa: E402
from mailing.addresses import wire_address  # noqa: E402
from mailing.models import Delivery, Edition  # noqa: E402
from mailing.press import Press  # noqa: E402
from mailing.unsubscribe import token_for  # noqa: E402

MESSAGES = int(os.environ.get("BENCH_DIGESTS", "1000"))
MANY = int(os.environ.get("BENCH_AUDIENCE", "100000"))
FEW = MANY // 10
SECONDS = float(os.environ.get("BENCH_SECONDS", "15"))


def main(arguments) -> None:
    """Measure speed with one audience, then memory with a small and a large one."""
    if arguments:
        port, rhythm = int(arguments[0]), arguments[1]
        _use(port)
        print(json.dumps(_memory(rhythm)))
        return
    digest_content.have_people("at_once", MESSAGES)
    digest_peer.have_templates()
    with _sink() as port:
        _use(port)
        _send_edition()
        ready = _finished_messages()
        sizes = {"ledger": sum(len(message) for _to, message in ready) / len(ready)}
        ways = {
            "ledger": _Way(_send_edition),
            "rendered when queued": _Way(lambda: _send_by_peer(renders_on_delivery=False)),
            "rendered when sent": _Way(lambda: _send_by_peer(renders_on_delivery=True)),
            "pre-built bytes": _Way(lambda: _send_ready(port, ready)),
        }
        taken = measure.in_turn(ways)
        sizes["peer"] = digest_peer.average_size()
        memory = [_memory_apart(port, "daily", FEW), _memory_apart(port, "weekly", MANY)]
    rates = {name: MESSAGES / seconds for name, seconds in taken.items()}
    own = {name: way.processor_seconds() / MESSAGES * 1000 for name, way in ways.items()}
    _report(rates, own, sizes, memory)


class _Way:
    """One way to send a round; remembers the processor time of this process besides."""

    def __init__(self, send):
        self.send = send
        self.taken = []

    def __call__(self):
        began = time.process_time()
        self.send()
        self.taken.append(time.process_time() - began)

    def processor_seconds(self):
        return statistics.median(self.taken[1:])  # The first round is for warming up.


def _report(rates, own, sizes, memory):
    faster_peer = max(rates["rendered when queued"], rates["rendered when sent"])
    growth = memory[1]["mb"] - memory[0]["mb"]
    figures = {
        "digest.vs_post_office": rates["ledger"] / faster_peer,
        "digest.vs_prebuilt": rates["ledger"] / rates["pre-built bytes"],
        "digest.rss_growth_mb": growth,
        "digest.per_second": rates["ledger"],
        "digest.processor_ms": own["ledger"],
        "digest.post_office_processor_ms": min(
            own["rendered when queued"], own["rendered when sent"]
        ),
        "digest.prebuilt_processor_ms": own["pre-built bytes"],
        "digest.post_office_per_second": faster_peer,
        "digest.prebuilt_per_second": rates["pre-built bytes"],
    }
    peer = f"django-post_office {version('django-post_office')}"
    names = {
        "ledger": ("the ledger", sizes["ledger"]),
        "rendered when queued": (f"{peer}, rendered when queued", sizes["peer"]),
        "rendered when sent": (f"{peer}, rendered when sent", sizes["peer"]),
        "pre-built bytes": ("pre-built bytes over smtplib", sizes["ledger"]),
    }
    rows = [(title, size / 1024, own[way], rates[way]) for way, (title, size) in names.items()]
    for audience, found in zip((FEW, MANY), memory, strict=True):
        print(f"Memory with an audience of {audience}: {found['mb']:.1f} MB ({found['sent']} sent)")
    print(f"{MESSAGES} messages a round; PostgreSQL: {_durability()}")
    columns = ("way", "kB each", "ms of its processor", "per second")
    measure.report("Sending digests", columns, rows, figures)


def _use(port):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    settings.EMAIL_USE_TLS = False


def _durability():
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('fsync'), current_setting('synchronous_commit')")
        return "fsync {}, synchronous_commit {}".format(*cursor.fetchone())


def _send_edition():
    digest_content.publish_news()
    editions.make_editions()
    while deliver.send_due().more:
        pass
    sent = Edition.objects.latest("pk").figures()["sent"]
    assert sent == MESSAGES, f"{sent} of {MESSAGES} were sent"


def _send_by_peer(*, renders_on_delivery):
    already, before = digest_peer.sent(), positions.current()
    digest_content.publish_news()
    digest_peer.Way(renders_on_delivery).send_all(after=before)
    sent = digest_peer.sent() - already
    assert sent == MESSAGES, f"{sent} of {MESSAGES} were sent"


def _finished_messages() -> list[tuple[str, bytes]]:
    """Addresses and finished messages as the ledger sent them, those of the last edition."""
    press = Press()
    edition = Edition.objects.latest("pk")
    ready = []
    for delivery in edition.deliveries.select_related("recipient", "edition").order_by("pk"):
        to = wire_address(delivery.recipient.address)
        token = token_for(delivery.recipient_id, delivery.recipient.address_hash)
        sheet = press.digest(delivery)
        ready.append((to, sheet.filled(address=to, message_id=delivery.message_id, token=token)))
    return ready


def _send_ready(port, ready):
    with smtplib.SMTP("127.0.0.1", port) as server:
        for to, message in islice(cycle(ready), MESSAGES):
            server.sendmail("us@example.org", to, message)


def _memory_apart(port, rhythm, audience) -> dict:
    """What ``_memory`` gives in a process of its own, with so many people of that rhythm."""
    digest_content.have_people(rhythm, audience)
    command = [sys.executable, "-m", "benchmarks.digest", str(port), rhythm]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    Delivery.objects.filter(state__in=["pending", "retry"]).update(
        state="skipped", reason="empty", message_id=""
    )
    return json.loads(done.stdout.splitlines()[-1])


def _memory(rhythm) -> dict:
    """Freeze the due edition of that rhythm and send of it; gives its size in MB."""
    editions.make_editions()
    sent = deliver.send_due(seconds=SECONDS).sent
    assert Edition.objects.get(rhythm=rhythm).audience in (FEW, MANY)
    # Not the system's own figure of the peak, which a process takes over from its parent.
    size = psutil.Process().memory_info().rss / 2**20
    return {"mb": size, "sent": sent}


@contextmanager
def _sink():
    """A mail server that takes everything and keeps nothing, in a process of its own."""
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    listen = ["-n", "-c", "aiosmtpd.handlers.Sink", "-l", f"127.0.0.1:{port}"]
    process = subprocess.Popen([sys.executable, "-m", "aiosmtpd", *listen])
    try:
        for _try in range(100):
            with closing(socket.socket()) as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield port
    finally:
        process.terminate()
        process.wait()


if __name__ == "__main__":
    main(sys.argv[1:])
