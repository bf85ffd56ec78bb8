"""A mail server that takes everything, keeps nothing, and costs as little as one in Python can.

    python -m benchmarks.sink --port 2525 --latency 0.01

It offers PIPELINING, as the servers that people run do, and answers each word after ``--latency``
seconds, as one at the other end of a network does. What has to be measured are those who send.
"""

import argparse
import asyncio

END = b"\r\n.\r\n"
GREETING = b"220 sink\r\n"
EHLO = b"250-sink\r\n250-PIPELINING\r\n250 8BITMIME\r\n"


class Talk(asyncio.Protocol):
    """One connection. Answers leave in the order of the words, each ``latency`` after its word."""

    latency = 0.0

    def connection_made(self, transport):
        """Greet."""
        self.transport, self.buffer, self.is_message = transport, bytearray(), False
        self.answer(GREETING)

    def data_received(self, data):
        """Read words or a message, whichever it is time for."""
        self.buffer += data
        answers = []
        while True:
            if self.is_message:
                at = self.buffer.find(END, max(0, len(self.buffer) - len(data) - len(END)))
                if at < 0:
                    break
                del self.buffer[: at + len(END)]
                self.is_message = False
                answers.append(b"250 taken\r\n")
            else:
                at = self.buffer.find(b"\n")
                if at < 0:
                    break
                verb = bytes(self.buffer[:4]).upper()
                del self.buffer[: at + 1]
                self.is_message = verb == b"DATA"
                answers.append(_ANSWERS.get(verb, b"250 ok\r\n"))
            data = self.buffer
        if answers:
            self.answer(b"".join(answers))

    def answer(self, words):
        """Now, or after the way there and back."""
        if self.latency:
            asyncio.get_running_loop().call_later(self.latency, self.write, words)
        else:
            self.write(words)

    def write(self, words):
        """Send, unless the other side has gone."""
        if not self.transport.is_closing():
            self.transport.write(words)


_ANSWERS = {b"EHLO": EHLO, b"DATA": b"354 go on\r\n", b"QUIT": b"221 bye\r\n"}


async def serve(port: int) -> None:
    """Serve on loopback until ended."""
    server = await asyncio.get_running_loop().create_server(Talk, "127.0.0.1", port, backlog=512)
    await server.serve_forever()


def run() -> None:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--latency", type=float, default=0.0, help="seconds")
    arguments = parser.parse_args()
    Talk.latency = arguments.latency
    asyncio.run(serve(arguments.port))


if __name__ == "__main__":
    run()
