"""A mail server that misbehaves on demand.

What it does with a message follows from the first word of the recipient's address, before the
first full stop:

    ok, slow          taken; "slow" answers after half a second
    busy, closing     450 or 421 at the first try, taken at the next
    mid               the connection is closed in the middle of the message at the first try
    lost              the message is kept, and the connection closed before the answer
    gone, full, spam  550 for the recipient, 552 and 554 for the message

It writes one JSON line for each message that arrived whole, with its Message-ID and whether the
sender was told. As a program it serves until it is ended:

    python -m tests.mailing.smtp_sink --port 2525 --log FILE
"""

import argparse
import json
import socket
import socketserver
import threading
import time
from collections import Counter
from email import message_from_bytes
from pathlib import Path


class Sink(socketserver.ThreadingTCPServer):
    """The server; ``offers_tls`` advertises a STARTTLS that never works.

    With ``offers_pipelining`` it also says nothing of a message before it has heard DATA, as one
    that reads whole groups may (RFC 2920): whoever waits for each answer waits for ever.
    """

    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 128

    def __init__(self, port: int = 0, *, log: Path | None = None, offers_tls: bool = False):
        self.offers_tls = offers_tls
        self.offers_pipelining = False
        # Offers it too, and hangs up on whoever says the next word before the answer to the last.
        self.fears_groups = False
        # It answers these messages of a connection (1 is the first) after the words that follow.
        self.answers_with_the_next: range | tuple = ()
        # What it says to each recipient of a domain, instead of what the address says.
        self.domain_answers: dict[str, str] = {}
        # Answers to the message, taken from the front.
        self.message_answers: list[str] = []
        # Asks for the message although it took no recipient, as it may (RFC 2920, 3.1).
        self.says_yes_to_data = False
        self.most_per_connection = 0  # More than that are answered with 421.
        self.log = log
        self.slowness = 0.5  # seconds
        self.lock = threading.Lock()
        self.tries: Counter[str] = Counter()
        self.arrived: list[dict] = []
        self.connections = 0
        self.goodbyes = 0
        # Answers to MAIL FROM, taken from the front: for troubles that concern no recipient.
        self.sender_answers: list[str] = []
        super().__init__(("127.0.0.1", port), _Talk)

    @property
    def port(self) -> int:
        """The port it listens on."""
        return self.server_address[1]

    def note(self, address: str, content: bytes, told: bool) -> None:
        """Write down a message that arrived whole."""
        entry = {
            "to": address,
            "message_id": message_from_bytes(content)["Message-ID"],
            "told": told,
            "at": time.time(),
        }
        with self.lock:
            if self.log:
                with self.log.open("a") as file:
                    file.write(json.dumps(entry) + "\n")
            else:
                self.arrived.append(entry | {"content": content})

    def is_first_try(self, address: str) -> bool:
        """True once for each address."""
        with self.lock:
            self.tries[address] += 1
            return self.tries[address] == 1

    def __enter__(self):
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *failure):
        self.shutdown()
        self.server_close()


class _Talk(socketserver.StreamRequestHandler):
    """One connection."""

    disable_nagle_algorithm = True
    server: Sink

    def say(self, text):
        answer = text.encode() + b"\r\n"
        if self.server.offers_pipelining and self.is_in_group:
            self.held += answer
        else:
            self.wfile.write(self.held + answer)
            self.held = b""

    def handle(self):
        self.server.connections += 1
        try:
            self.converse()
        except (OSError, EOFError):
            pass

    def converse(self):
        self.held, self.is_in_group, self.messages = b"", False, 0
        self.say("220 sink")
        address, self.word, greeted = "", "", False
        while line := self.rfile.readline():
            verb = line.strip().upper()
            self.is_in_group = verb.startswith((b"MAIL", b"RCPT"))
            if self.server.fears_groups and self.has_more():
                return
            if verb.startswith(b"EHLO"):
                greeted = True
                extra = "250-STARTTLS\r\n" if self.server.offers_tls else ""
                offers_groups = self.server.offers_pipelining or self.server.fears_groups
                extra += "250-PIPELINING\r\n" if offers_groups else ""
                self.say(f"250-sink\r\n{extra}250 8BITMIME")
            elif verb.startswith(b"STARTTLS"):
                self.say("454 TLS not available due to temporary reason")
            elif not greeted:
                self.say("503 send EHLO first")
            elif verb.startswith(b"MAIL"):
                answers = self.server.sender_answers
                answer = answers.pop(0) if answers else "250 ok"
                self.messages += 1
                if 0 < self.server.most_per_connection < self.messages:
                    answer = "421 4.7.0 too many messages on this connection"
                if answer.startswith("421"):
                    self.is_in_group = False
                    self.say(answer)
                    return
                self.is_refused = not answer.startswith("250")
                self.say(answer)
            elif verb.startswith(b"RCPT"):
                address = line.decode().split("<")[1].split(">")[0]
                self.word = address.split(".")[0].split("@")[0]
                if not self.recipient(address):
                    return
            elif verb.startswith(b"DATA"):
                if not self.data(address):
                    return
            elif verb.startswith(b"QUIT"):
                self.server.goodbyes += 1
                self.say("221 bye")
                return
            else:
                self.say("250 ok")

    def has_more(self) -> bool:
        """Whether more than this line was said already."""
        self.connection.setblocking(False)
        more = self.rfile.peek(1)
        self.connection.setblocking(True)
        return bool(more)

    def recipient(self, address) -> bool:
        first = self.server.is_first_try(address)
        answer = self.server.domain_answers.get(address.rpartition("@")[2])
        self.is_refused = self.is_refused or bool(answer)
        if answer:
            self.is_in_group = not answer.startswith("421")
            self.say(answer)
            return not answer.startswith("421")
        if self.word == "gone":
            self.is_refused = True
            self.say(f"550 5.1.1 <{address}> no such user")
        elif self.word == "busy" and first:
            self.is_refused = True
            self.say("450 4.2.0 greylisted, come again")
        elif self.word == "closing" and first:
            self.is_in_group = False
            self.say("421 4.3.2 closing down")
            return False
        else:
            self.say("250 ok")
        self.first = first
        return True

    def data(self, address) -> bool:
        if self.is_refused and not self.server.says_yes_to_data:
            self.say("554 no valid recipients")
            return True
        self.say("354 go on")
        content = bytearray()
        while True:
            line = self.rfile.readline()
            if not line:
                raise EOFError
            if line == b".\r\n":
                break
            content += line[1:] if line.startswith(b"..") else line
            if self.word.startswith("mid") and self.first and len(content) > 200:
                # Closed with unread bytes: the sender's system is told so at once.
                self.connection.shutdown(socket.SHUT_RDWR)
                return False
        if self.is_refused:
            self.say("554 no valid recipients")
            return True
        if self.word == "slow":
            time.sleep(self.server.slowness)
        self.is_in_group = self.messages in self.server.answers_with_the_next
        if self.server.message_answers:
            self.say(self.server.message_answers.pop(0))
        elif self.word == "full":
            self.say("552 5.2.2 mailbox full")
        elif self.word == "spam":
            self.say("554 5.7.1 refused as spam")
        elif self.word == "lost":
            self.server.note(address, bytes(content), told=False)
            return False
        else:
            self.server.note(address, bytes(content), told=True)
            self.say("250 kept")
        return True


def main() -> None:
    """Serve until ended."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--log", type=Path, required=True)
    parser.add_argument("--slowness", type=float, default=0.5)
    parser.add_argument("--pipelining", action="store_true")
    arguments = parser.parse_args()
    sink = Sink(arguments.port, log=arguments.log)
    sink.slowness, sink.offers_pipelining = arguments.slowness, arguments.pipelining
    sink.serve_forever()


if __name__ == "__main__":
    main()
