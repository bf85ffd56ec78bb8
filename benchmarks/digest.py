"""How fast digests leave, against two queues for Django and against pre-built bytes over smtplib.

All send the same digest (``digest_content.py``: four shared sections in ten languages, two of each
person's own) to the same people through the same mail server (``sink.py``) in the same run, and
PostgreSQL waits for the disk. What is counted:

- the ledger: publishing, freezing the edition, claiming, rendering, sending, each fate committed;
- django-post_office: publishing, queueing, rendering and delivering, see ``digest_peer.py``. It
  marks mails as sent when a whole batch is, so a kill sends up to a hundred again. Both of its
  ways to render are measured, and the faster is the one compared with. It has five threads, so
  five connections, in each process; the ledger has one;
- django-mailer: the same, see ``digest_mailer.py``;
- pre-built bytes: the ledger's own finished messages, handed to ``smtplib`` and nothing else.

Each in one process and in four, and both again with a mail server that takes ten milliseconds for
each answer, as one at the other end of a network does.

Memory is that of a process that froze an edition and sent of it for some seconds, one process for
each audience. Planning is the freezing of those editions.

BENCH_DIGESTS: recipients in all, in five rounds (20,000). BENCH_LATENCY: seconds for an answer
(0.01). BENCH_AUDIENCE: the largest audience for memory and planning (100,000). BENCH_SECONDS: how
long each of the memory processes sends (15). BENCH_SETTINGS: how many of the four settings, in
the order one process, four, one and four with the far server (4).
"""

import json
import multiprocessing
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
from psycopg2.extensions import set_wait_callback  # noqa: E402

from benchmarks import digest_content, digest_mailer, digest_peer, measure  # noqa: E402
from config.celery import prepare_process  # noqa: E402
from mailing import deliver, editions, positions  # noqa: E402
from mailing.addresses import wire_address  # noqa: E402
from mailing.models import Delivery, Edition  # noqa: E402
from mailing.own_parts import OwnParts  # noqa: E402
from mailing.press import Press  # noqa: E402
from mailing.unsubscribe import token_for  # noqa: E402

ROUNDS = 5
MESSAGES = int(os.environ.get("BENCH_DIGESTS", "20000")) // ROUNDS
LATENCY = float(os.environ.get("BENCH_LATENCY", "0.01"))
MANY = int(os.environ.get("BENCH_AUDIENCE", "100000"))
FEW = MANY // 10
SECONDS = float(os.environ.get("BENCH_SECONDS", "15"))
LEDGER, QUEUED, SENT = "ledger", "rendered when queued", "rendered when sent"
MAILER, READY = "mailer", "pre-built bytes"
# What a figure's key ends with; seconds for an answer, processes, messages. Fewer are enough where
# the mail server takes most of the time.
SETTINGS = {
    "": (0.0, 1, MESSAGES),
    ".4": (0.0, 4, MESSAGES),
    ".far": (LATENCY, 1, MESSAGES // 10),
    ".far.4": (LATENCY, 4, MESSAGES // 5),
}
CHOSEN = list(SETTINGS)[: int(os.environ.get("BENCH_SETTINGS", "4"))]


def main(arguments) -> None:
    """Measure speed in each setting, then memory and planning with two audiences."""
    digest_content.use_own_sections()
    if arguments:
        port, rhythm = int(arguments[0]), arguments[1]
        prepare_process()
        _use(port)
        print(json.dumps(_memory(rhythm)))
        return
    digest_content.have_people("at_once", MESSAGES)
    digest_peer.have_templates()
    found = {ending: _Setting(*SETTINGS[ending]).measured() for ending in CHOSEN}
    with _sink(0) as port:
        memory = [_memory_apart(port, "daily", FEW), _memory_apart(port, "weekly", MANY)]
    _report(found, memory)


class _Setting:
    """One mail server, one number of processes, one number of messages."""

    def __init__(self, latency, processes, messages):
        self.latency, self.processes, self.messages = latency, processes, messages
        self.ways, self.rates, self.sizes = {}, {}, {}

    def measured(self) -> "_Setting":
        """All ways in turn."""
        digest_content.only_so_many(self.messages)
        with _sink(self.latency) as self.port:
            _use(self.port)
            self.send_edition()
            ready = _finished_messages()
            self.sizes[LEDGER] = sum(len(message) for _to, message in ready) / len(ready)
            works = {
                LEDGER: self.send_edition,
                QUEUED: lambda: self.send_by_peer(renders_on_delivery=False),
                SENT: lambda: self.send_by_peer(renders_on_delivery=True),
                MAILER: self.send_by_mailer,
                READY: lambda: self.send_ready(ready),
            }
            self.ways = {name: _Way(work) for name, work in works.items()}
            taken = measure.in_turn(self.ways, ROUNDS)
            self.sizes[QUEUED] = digest_peer.average_size()
        self.rates = {name: self.messages / seconds for name, seconds in taken.items()}
        return self

    def peer(self) -> str:
        """The faster of the ways of django-post_office."""
        return max((QUEUED, SENT), key=lambda way: self.rates[way])

    def send_edition(self):
        """Publish, freeze, send."""
        prepare_process()
        with self.workers(LEDGER) as go:
            began = time.perf_counter()
            digest_content.publish_news()
            editions.make_editions()
            go()
            took = time.perf_counter() - began
        set_wait_callback(None)  # the others have no use for it
        sent = Edition.objects.latest("pk").figures()["sent"]
        assert sent == self.messages, f"{sent} of {self.messages} were sent"
        return took

    def send_by_peer(self, *, renders_on_delivery):
        """Publish, queue, send."""
        already, before = digest_peer.sent(), positions.current()
        digest_content.publish_news()
        digest_peer.Way(renders_on_delivery, self.processes).send_all(after=before)
        sent = digest_peer.sent() - already
        assert sent == self.messages, f"{sent} of {self.messages} were sent"

    def send_by_mailer(self):
        """Publish, queue, send."""
        with self.workers(MAILER) as go:
            began = time.perf_counter()
            before = positions.current()
            digest_content.publish_news()
            digest_mailer.queue_all(before)
            assert digest_mailer.waiting() == self.messages
            go()
            took = time.perf_counter() - began
        assert digest_mailer.waiting() == 0
        return took

    def send_ready(self, ready):
        """Hand over the bytes."""
        if self.processes == 1:
            _send_ready(self.port, islice(cycle(ready), self.messages))
            return
        context = multiprocessing.get_context("fork")
        parts = [ready[number :: self.processes] for number in range(self.processes)]
        senders = [context.Process(target=_send_ready, args=(self.port, part)) for part in parts]
        for sender in senders:
            sender.start()
        for sender in senders:
            sender.join()
            assert sender.exitcode == 0

    @contextmanager
    def workers(self, way):
        """Gives what sends all that is due: this process, or so many that wait for the word."""
        if self.processes == 1:
            yield lambda: _send_all(way)
            return
        # Forked, as the others' are: a worker that runs has its templates read, and a new process
        # would read them for the few messages of one round.
        context = multiprocessing.get_context("fork")
        ready, word = context.Semaphore(0), context.Event()
        connection.close()  # two processes cannot share one
        workers = [
            context.Process(target=_work, args=(way, ready, word))
            for _number in range(self.processes)
        ]
        for worker in workers:
            worker.start()
        for _worker in workers:
            ready.acquire()

        def go():
            word.set()
            for worker in workers:
                worker.join()
                assert worker.exitcode == 0

        yield go


class _Way:
    """One way to send a round; remembers the processor time of this process besides."""

    def __init__(self, send):
        self.send = send
        self.own = []

    def __call__(self):
        began = time.process_time()
        took = self.send()
        self.own.append(time.process_time() - began)
        return took

    def processor_seconds(self):
        return statistics.median(self.own[1:])  # The first round is for warming up.


def _work(way, ready, word):
    """A worker of its own: wait for the word, then send until nothing is due."""
    connection.ensure_connection()
    ready.release()
    word.wait()
    _send_all(way)


def _send_all(way):
    if way == MAILER:
        digest_mailer.send_queued()
        return
    while deliver.send_due().more:
        pass


def _send_ready(port, ready):
    with smtplib.SMTP("127.0.0.1", port) as server:
        for to, message in ready:
            server.sendmail("us@example.org", to, message)


def _report(found, memory):
    plain = found[""]
    figures = {"digest.rss_growth_mb": memory[1]["mb"] - memory[0]["mb"]}
    figures["digest.planning_seconds"] = memory[1]["planned"]
    for suffix, setting in found.items():
        rates = setting.rates
        figures |= {
            f"digest.vs_post_office{suffix}": rates[LEDGER] / rates[setting.peer()],
            f"digest.vs_mailer{suffix}": rates[LEDGER] / rates[MAILER],
            f"digest.vs_prebuilt{suffix}": rates[LEDGER] / rates[READY],
            f"digest.per_second{suffix}": rates[LEDGER],
            f"digest.post_office_per_second{suffix}": rates[setting.peer()],
            f"digest.mailer_per_second{suffix}": rates[MAILER],
            f"digest.prebuilt_per_second{suffix}": rates[READY],
        }
    own = {
        name: way.processor_seconds() / plain.messages * 1000 for name, way in plain.ways.items()
    }
    figures |= {
        "digest.processor_ms": own[LEDGER],
        "digest.post_office_processor_ms": own[plain.peer()],
        "digest.mailer_processor_ms": own[MAILER],
        "digest.prebuilt_processor_ms": own[READY],
    }
    peer = f"django-post_office {version('django-post_office')}"
    names = {
        LEDGER: ("the ledger", plain.sizes[LEDGER]),
        QUEUED: (f"{peer}, rendered when queued", plain.sizes[QUEUED]),
        SENT: (f"{peer}, rendered when sent", plain.sizes[QUEUED]),
        MAILER: (f"django-mailer {version('django-mailer')}", plain.sizes[QUEUED]),
        READY: ("pre-built bytes over smtplib", plain.sizes[LEDGER]),
    }
    rows = [
        (title, size / 1024, own[way], *(setting.rates[way] for setting in found.values()))
        for way, (title, size) in names.items()
    ]
    for audience, one in zip((FEW, MANY), memory, strict=True):
        print(
            f"An audience of {audience}: planned in {one['planned']:.1f} s, "
            f"{one['mb']:.1f} MB after {one['sent']} sent"
        )
    print(f"Messages a round: {', '.join(str(setting.messages) for setting in found.values())}")
    print(f"PostgreSQL: {_durability()}")
    away = f"{LATENCY * 1000:g} ms away"
    settings_named = ("1 process", "4 processes", f"1, {away}", f"4, {away}")
    columns = ("way", "kB each", "ms of its processor", *settings_named[: len(found)])
    measure.report("Sending digests, messages a second", columns, rows, figures, ROUNDS)


def _use(port):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    settings.EMAIL_USE_TLS = False


def _durability():
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('fsync'), current_setting('synchronous_commit')")
        return "fsync {}, synchronous_commit {}".format(*cursor.fetchone())


def _finished_messages() -> list[tuple[str, bytes]]:
    """Addresses and finished messages as the ledger sent them, those of the last edition."""
    press, own_parts = Press(), OwnParts()
    edition = Edition.objects.latest("pk")
    deliveries = list(edition.deliveries.select_related("recipient", "edition").order_by("pk"))
    own_parts.read(deliveries)
    ready = []
    for delivery in deliveries:
        to = wire_address(delivery.recipient.address)
        own = own_parts.of(delivery)
        sheet = press.digest(delivery, own)
        token = token_for(delivery.recipient_id, delivery.recipient.address_hash)
        words = {"token": token, "text": own.text, "html": own.html}
        ready.append((to, sheet.filled(address=to, message_id=delivery.message_id, **words)))
    return ready


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
    planned = measure.seconds(editions.make_editions)
    sent = deliver.send_due(seconds=SECONDS).sent
    assert Edition.objects.get(rhythm=rhythm).audience in (FEW, MANY)
    # Not the system's own figure of the peak, which a process takes over from its parent.
    size = psutil.Process().memory_info().rss / 2**20
    return {"mb": size, "sent": sent, "planned": planned}


@contextmanager
def _sink(latency):
    """A mail server that takes everything and keeps nothing, in a process of its own."""
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = ["--port", str(port), "--latency", str(latency)]
    process = subprocess.Popen([sys.executable, "-m", "benchmarks.sink", *words])
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
