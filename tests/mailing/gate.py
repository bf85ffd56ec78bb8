"""A gate before PostgreSQL or Redis: open, shut or dumb, and it counts who knocks."""

import socket
import threading
import time
from urllib.parse import urlsplit, urlunsplit


class Gate:
    """Passes connections on to the real service while it is ``open()``.

    ``shut()`` ends all connections and every new one at once; after ``fall_silent()`` connections
    are taken and nothing is ever answered, also on those that were there.
    """

    def __init__(self, url: str):
        parts = urlsplit(url)
        self.target = (parts.hostname, parts.port)
        self.listening = socket.create_server(("127.0.0.1", 0), backlog=128)
        port = self.listening.getsockname()[1]
        # The address to use in place of the real one.
        self.url = urlunsplit(
            parts._replace(
                netloc=parts.netloc.replace(f"{parts.hostname}:{parts.port}", f"127.0.0.1:{port}")
            )
        )
        self.state = "open"
        self.knocks = 0
        self.pairs: list[tuple[socket.socket, socket.socket]] = []
        self.kept: list[socket.socket] = []
        threading.Thread(target=self._serve, daemon=True).start()

    def open(self) -> None:
        """Let all through again; those who waited in vain are sent away."""
        self.state = "open"
        self._end_all()

    def shut(self) -> None:
        """Take nobody."""
        self.state = "shut"
        self._end_all()

    def fall_silent(self) -> None:
        """Take everybody and answer nobody."""
        self.state = "silent"

    def close(self) -> None:
        """For good."""
        self.shut()
        self.listening.close()

    def knocks_in(self, seconds: float) -> int:
        """How many connections are tried in so long."""
        before = self.knocks
        time.sleep(seconds)
        return self.knocks - before

    def _serve(self):
        while True:
            try:
                client, _address = self.listening.accept()
            except OSError:
                return
            self.knocks += 1
            if self.state == "shut":
                client.close()
            elif self.state == "silent":
                self.kept.append(client)
            else:
                self._let_through(client)

    def _let_through(self, client):
        try:
            service = socket.create_connection(self.target)
        except OSError:
            client.close()
            return
        self.pairs.append((client, service))
        for source, sink in ((client, service), (service, client)):
            threading.Thread(target=self._pass_on, args=(source, sink), daemon=True).start()

    def _pass_on(self, source, sink):
        try:
            while data := source.recv(65536):
                while self.state == "silent":
                    time.sleep(0.05)
                sink.sendall(data)
        except OSError:
            pass
        for one in (source, sink):
            _hang_up(one)

    def _end_all(self):
        ended, self.pairs = self.pairs, []
        kept, self.kept = self.kept, []
        for one in [*kept, *(end for pair in ended for end in pair)]:
            _hang_up(one)


def _hang_up(one):
    try:
        one.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass
    one.close()
