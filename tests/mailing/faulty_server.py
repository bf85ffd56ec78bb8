"""A mail server that fails at one word of the conversation, in one of many ways.

``Faulty("dot", "silence", times=1)`` keeps silent once after a final dot, and is well afterwards.
It knows nothing of addresses: what ``smtp_sink`` does to one recipient, this one does to whoever
comes. It is written apart from it, with bare sockets, so that two servers of different make agree.
"""

import socket
import ssl
import struct
import threading
import time
from email import message_from_bytes
from pathlib import Path

# Where it can fail, and the answer it gives there when it is well.
WELL = {
    "greeting": b"220 ready",
    "EHLO": b"250-here\r\n250-SIZE 10000000\r\n250-PIPELINING\r\n250 8BITMIME",
    "STARTTLS": b"220 2.0.0 go ahead",
    "AUTH": b"235 2.7.0 welcome",
    "MAIL": b"250 2.1.0 ok",
    "RCPT": b"250 2.1.5 ok",
    "DATA": b"354 go on",
    "body": b"",
    "dot": b"250 2.0.0 kept",
}
# Longer than any test waits. A sender that is still there then gets its answer after all.
FOR_EVER = 20  # seconds


class Faulty:
    """The server; what arrived whole is in ``arrived``, in the order of the final dots."""

    def __init__(self, place="", fault="", *, times=10**6, certificate: Path | None = None):
        self.place, self.fault, self.times = place, fault, times
        self.tls = None
        if certificate:
            self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.tls.load_cert_chain(certificate)
        self.is_encrypted_from_the_start = False  # As on port 465.
        self.slipped_in = b""  # Said in plain after STARTTLS, as if by a stranger on the line.
        self.arrived: list[dict] = []
        self.connections = 0
        self.heard: list[str] = []
        self.lock = threading.Lock()
        self.listening = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port = self.listening.getsockname()[1]
        self.is_over = False

    def __enter__(self):
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(self, *failure):
        self.is_over = True
        self.listening.close()

    def is_faulty_now(self, place: str) -> bool:
        """Whether it fails here, this time."""
        with self.lock:
            if place != self.place or not self.times:
                return False
            self.times -= 1
            return True

    def _serve(self):
        while not self.is_over:
            try:
                connection, _address = self.listening.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

    def _talk(self, connection):
        with connection:
            try:
                _Conversation(self, connection).hold()
            except (OSError, EOFError):
                pass


class _Conversation:
    def __init__(self, server: Faulty, connection: socket.socket):
        self.server, self.connection = server, connection
        self.words = connection.makefile("rb")

    def hold(self):
        if self.server.is_encrypted_from_the_start:
            self.encrypt()
        self.answer("greeting")
        to, is_refused = "", False
        while line := self.words.readline():
            word = line.split()[0].decode().upper() if line.split() else ""
            self.server.heard.append(word)
            if word == "RCPT":
                to = line.decode().split("<")[1].split(">")[0]
            if word == "QUIT":
                self.say(b"221 bye")
                return
            if word == "STARTTLS" and self.server.tls:
                self.connection.sendall(WELL["STARTTLS"] + b"\r\n" + self.server.slipped_in)
                self.encrypt()
            elif word == "DATA" and is_refused:
                self.say(b"503 5.5.1 nobody to send it to")
            elif word == "DATA":
                self.data(to)
            elif word in WELL:
                is_well = self.answer(word)
                is_refused = not is_well or (is_refused and word != "MAIL")
            else:
                self.say(b"250 ok")

    def encrypt(self):
        self.connection = self.server.tls.wrap_socket(self.connection, server_side=True)
        self.words = self.connection.makefile("rb")

    def data(self, to):
        if not self.answer("DATA"):
            return
        content, is_first_line = bytearray(), True
        while True:
            line = self.words.readline()
            if not line:
                raise EOFError
            if line == b".\r\n":
                break
            content += line
            if is_first_line and self.server.is_faulty_now("body"):
                self.fail(b"")
                raise EOFError
            is_first_line = False
        self.letter = {"to": to, "message_id": message_from_bytes(bytes(content))["Message-ID"]}
        self.answer("dot")

    def answer(self, place) -> bool:
        """Answer, well or not; True where the client was told to go on."""
        well = WELL[place]
        if place == "EHLO" and self.server.tls:
            is_encrypted = isinstance(self.connection, ssl.SSLSocket)
            offer = b"AUTH PLAIN" if is_encrypted else b"STARTTLS"
            well = well.replace(b"8BITMIME", b"8BITMIME\r\n250 " + offer)
            well = well.replace(b"250 8", b"250-8")
        if not self.server.is_faulty_now(place):
            if place == "dot":
                self.server.arrived.append(self.letter)
            self.say(well)
            return True
        return self.fail(well, is_dot=place == "dot")

    def fail(self, well, *, is_dot=False) -> bool:
        fault = self.server.fault
        if fault == "another code":
            well, fault = well.replace(b"250", b"252"), "many lines"
        if is_dot and not fault[0].isdigit():
            # The message is there and stays there; what fails is the answer.
            self.server.arrived.append(self.letter)
        if fault == "hangs up":
            self.connection.shutdown(socket.SHUT_RDWR)
            raise EOFError
        if fault == "resets":
            linger = struct.pack("ii", 1, 0)
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            self.words.close()
            self.connection.close()
            raise EOFError
        if fault == "silence":
            self.until_it_leaves(b"")
        elif fault == "drips":
            self.until_it_leaves(well[:3] + b"-" + b"x" * 10**6)
        elif fault == "never ends":
            ends = time.monotonic() + FOR_EVER
            while time.monotonic() < ends:
                self.connection.sendall((well[:3] + b"-and more\r\n") * 100)
        elif fault == "no code":
            self.say(b"Yes, I think so")
            return False
        elif fault == "not text":
            self.say(b"\xff\x00\xfe\x80 2\x0050")
            return False
        elif fault == "refuses and hangs up":
            self.connection.sendall(b"550 5.1.1 no such user\r\n")
            self.connection.shutdown(socket.SHUT_RDWR)
            raise EOFError
        elif fault == "twice":
            self.say(well + b"\r\n" + well)
            return True
        elif fault == "many lines":
            self.say(well[:3] + b"-one\r\n" + well[:3] + b"-two \xc3\xa9\r\n" + well)
            return True
        elif fault == "letter by letter":
            for number in well + b"\r\n":
                self.connection.sendall(bytes([number]))
            return True
        elif fault == "bare line feed":
            self.connection.sendall(well.replace(b"\r\n", b"\n") + b"\n")
            return True
        else:
            self.say(fault.encode())
            return False
        self.say(well)
        return True

    def until_it_leaves(self, letters: bytes):
        """Say a letter now and then, or nothing, as long as somebody is there to wait."""
        self.connection.settimeout(0.05)
        ends = time.monotonic() + FOR_EVER
        for letter in letters or b"\0" * 10**6:
            if time.monotonic() > ends:
                break
            if letters:
                self.connection.sendall(bytes([letter]))
            try:
                if not self.connection.recv(65536):
                    raise EOFError
            except TimeoutError:
                pass
        self.connection.settimeout(None)
        if letters:
            self.say(b"")

    def say(self, answer: bytes):
        self.connection.sendall(answer + b"\r\n")
