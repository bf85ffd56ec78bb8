"""How fast digests leave, against pre-built bytes over smtplib to the same server.

Both sides hand the same number of messages to the same sink in the same run. The ledger freezes an
edition, claims, renders, notes each message and commits each fate; the other side only sends.
BENCH_DIGESTS sets how many messages a round has.
"""

import os
import resource
import smtplib
import socket
import subprocess
import sys
import time
from contextlib import closing, contextmanager
from dataclasses import dataclass

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.db import connection, transaction  # noqa: E402

from benchmarks import measure  # noqa: E402
from mailing import deliver, editions, mime, positions, sections  # noqa: E402
from mailing.models import Delivery, Edition  # noqa: E402

MESSAGES = int(os.environ.get("BENCH_DIGESTS", "500"))
MANY = int(os.environ.get("BENCH_AUDIENCE", "100000"))
FEW = MANY // 10

_PEOPLE = """
WITH person AS (
    INSERT INTO mailing_recipient (address, address_hash, is_verified, language, time_zone,
                                   joined_position, created_at)
    SELECT rhythm || number || '@example.org',
           encode(sha256(convert_to(rhythm || number || '@example.org', 'UTF8')), 'hex'),
           TRUE, 'en', 'UTC', 0, now()
    FROM (SELECT %s::text AS rhythm, generate_series(1, %s) AS number) AS numbers
    RETURNING id
)
INSERT INTO mailing_preference (recipient_id, kind, channel, rhythm, language, time_zone, source,
                                effective_at)
SELECT id, 'digest', 'email', %s, '', '', 'person', '2020-01-01' FROM person
"""


@dataclass
class Item:
    """One thing published."""

    position: int


class News(sections.Section):
    """About as much text as a digest with three updates."""

    key, label = "bench", "New updates"

    def __init__(self):
        self.items_out = []

    def publish(self):
        with transaction.atomic():
            self.items_out.append(Item(positions.next_position()))

    def items(self, after, until):
        return [item for item in self.items_out if after < item.position <= until]

    def render(self, items, language):
        paragraph = "The Working Groups published their first drafts and ask what is missing. " * 8
        return sections.Block(f"<p>{paragraph}</p>" * 3, f"{paragraph}\n" * 3, len(items))


def main() -> None:
    """Measure speed with one audience, then memory with a small and a large one."""
    for section in sections.registered():
        sections.unregister(section.key)
    news = sections.register(News())
    _have_people("at_once", MESSAGES)
    with _sink() as port:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
        taken = measure.in_turn(
            {"the ledger": lambda: _send_edition(news), "pre-built bytes": lambda: _prebuilt(port)}
        )
        peaks = []
        for rhythm, audience in (("daily", FEW), ("weekly", MANY)):
            _have_people(rhythm, audience)
            news.publish()
            editions.make_editions()
            deliver.send_due(seconds=10)
            Delivery.objects.filter(state="pending").update(state="skipped", reason="empty")
            peaks.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    rates = {name: MESSAGES / time for name, time in taken.items()}
    figures = {
        "digest.vs_prebuilt": rates["the ledger"] / rates["pre-built bytes"],
        "digest.per_second": rates["the ledger"],
        "digest.rss_growth_mb": peaks[1] - peaks[0],
    }
    rows = [(name, MESSAGES, rate) for name, rate in rates.items()]
    rows.append(
        (f"memory: {FEW} to {MANY} recipients, MB more", MANY, figures["digest.rss_growth_mb"])
    )
    measure.report("Sending digests", ("way", "messages", "per second"), rows, figures)


def _have_people(rhythm, number):
    with connection.cursor() as cursor:
        cursor.execute(_PEOPLE, [rhythm, number, rhythm])


def _send_edition(news):
    news.publish()
    editions.make_editions()
    while deliver.send_due().more:
        pass
    sent = Edition.objects.latest("pk").figures()["sent"]
    assert sent == MESSAGES, f"{sent} of {MESSAGES} were sent"


def _prebuilt(port):
    text = "The Working Groups published their first drafts and ask what is missing. " * 24
    sheet = mime.compose(
        sender="us@example.org", subject="News", text=text, html=f"<p>{text}</p>", headers={}
    )
    message = sheet.filled(address="a@example.org", message_id="<1@example.org>")
    with smtplib.SMTP("127.0.0.1", port) as server:
        for number in range(MESSAGES):
            server.sendmail("us@example.org", f"a{number}@example.org", message)


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
    main()
