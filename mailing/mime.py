"""Messages as bytes, prepared once for many people.

Building a MIME message takes about a millisecond; joining prepared bytes a few microseconds. So
a message is built once with *slots* for what differs, and each person's copy is a join.
"""

import re
from binascii import b2a_base64
from dataclasses import dataclass
from email.header import Header
from email.utils import formataddr, formatdate, parseaddr
from secrets import token_hex

LINE = 76  # RFC 2045, 6.7 and 6.8: the longest encoded line, without its line break
CRLF = "\r\n"
SOFT_BREAK = "=" + CRLF
# Stand in a rendered body where the person's token and own part come. Nobody can write them into
# a text.
TOKEN_SLOT = f"slot{token_hex(12)}"
TEXT_SLOT = f"slot{token_hex(12)}"
HTML_SLOT = f"slot{token_hex(12)}"
_ADDRESS_SLOT = f"slot{token_hex(12)}"
_ID_SLOT = f"slot{token_hex(12)}"
_IN_BODIES = (TOKEN_SLOT, TEXT_SLOT, HTML_SLOT)
_ANY_IN_BODIES = re.compile("|".join(_IN_BODIES))
# The same slots where a body travels in base64, and those that are filled with whole texts in
# quoted-printable.
_IN_BASE64 = {slot: f"slot{token_hex(12)}" for slot in _IN_BODIES}
_IN_QUOTED = {slot: f"slot{token_hex(12)}" for slot in (TEXT_SLOT, HTML_SLOT)}
_SLOTS = (_ADDRESS_SLOT, _ID_SLOT, TOKEN_SLOT, *_IN_BASE64.values(), *_IN_QUOTED.values())

# Bytes, one for each letter here, that cannot stand for themselves in quoted-printable.
_TO_ESCAPE = re.compile(r"[^\t -<>-~]")
# What stands for itself as a line: most lines of the person's own part, such as addresses of pages.
_PLAIN_LINE = re.compile(rf"(?![.]|From )[\t -<>-~]{{0,{LINE - 1}}}(?<![\t ])")
# White space but the no-break spaces (U+00A0, U+202F).
_BLANKS = re.compile(r"[^\S\u00a0\u202f]+")


@dataclass(frozen=True)
class Sheet:
    """A message with slots; ``filled`` gives one person's copy."""

    pieces: tuple[bytes | str, ...]

    @property
    def size(self) -> int:
        """How many the message has without what comes into the slots."""
        return sum(len(piece) for piece in self.pieces if not isinstance(piece, str))

    def filled(
        self, *, address: str, message_id: str, token: str = "", text: str = "", html: str = ""
    ) -> bytes:
        """The finished message. The first three are plain ASCII without line breaks.

        ``text`` and ``html`` are the person's own part of each body. Raises ``ValueError`` for a
        token whose length is not a multiple of three.
        """
        if len(token) % 3:
            raise ValueError("A token in a message has a length that is a multiple of three.")
        values = {
            _ADDRESS_SLOT: address.encode("ascii"),
            _ID_SLOT: message_id.encode("ascii"),
            TOKEN_SLOT: token.encode("ascii"),
            _IN_BASE64[TOKEN_SLOT]: b2a_base64(token.encode("ascii"), newline=False),
        }
        own = {TEXT_SLOT: text, HTML_SLOT: html}
        return b"".join(
            (values[piece] if piece in values else _own_part(piece, own))
            if isinstance(piece, str)
            else piece
            for piece in self.pieces
        )


def _own_part(slot: str, own: dict[str, str]) -> bytes:
    """A person's own part as it travels in the body that holds this slot."""
    for name, part in own.items():
        if slot == _IN_QUOTED[name]:
            return quoted_printable(part.replace("\r\n", "\n")).encode("ascii")
        if slot == _IN_BASE64[name]:
            text = part.replace("\r\n", "\n").replace("\n", CRLF)
            # What follows stays where it is only after a multiple of three bytes.
            return _base64_lines(f"{text}{' ' * (-len(text.encode()) % 3)}").encode("ascii")
    raise KeyError(slot)


def compose(*, sender: str, subject: str, text: str, html: str, headers: dict[str, str]) -> Sheet:
    """A message in plain text and HTML. Headers and bodies may hold ``TOKEN_SLOT``, the bodies
    ``TEXT_SLOT`` and ``HTML_SLOT`` besides.
    """
    boundary = f"=_{token_hex(16)}"
    lines = [
        f"From: {_mailbox(sender)}",
        f"To: {_ADDRESS_SLOT}",
        _header("Subject", subject),
        f"Date: {formatdate()}",
        f"Message-ID: {_ID_SLOT}",
        *(_header(name, value) for name, value in headers.items()),
        "MIME-Version: 1.0",
        f'Content-Type: multipart/alternative; boundary="{boundary}"',
        "",
    ]
    for kind, body in (("plain", text), ("html", html)):
        encoding, encoded = _shorter(body.replace("\r\n", "\n"))
        lines += [
            f"--{boundary}",
            f"Content-Type: text/{kind}; charset=utf-8",
            f"Content-Transfer-Encoding: {encoding}",
            "",
            encoded,
        ]
    lines += [f"--{boundary}--", ""]
    return Sheet(_split(CRLF.join(lines)))


def _mailbox(sender):
    name, address = parseaddr(sender)
    return formataddr((name, address))


def one_line(text: str) -> str:
    """The text with one blank wherever it has white space; no-break spaces stay as they are.

    They keep words together, and the two halves of a code in their order where the text around it
    runs from right to left.
    """
    return _BLANKS.sub(" ", text).strip()


def _header(name, value):
    """One header line: on one line if it is ASCII, else encoded and folded (RFC 2047)."""
    value = one_line(str(value))
    if value.isascii():
        return f"{name}: {value}"
    return f"{name}: {Header(value, 'utf-8', header_name=name).encode(linesep=CRLF)}"


def _shorter(body) -> tuple[str, str]:
    """The body in quoted-printable, or in base64 where that is shorter.

    Letters beyond Latin take nine signs in the one and four in the other: people who pay for what
    they load would pay double. Latin text stays readable as it is.
    """
    data = body.encode()
    # Three signs for a byte that has to be escaped, against four for every three bytes.
    if 2 * len(_TO_ESCAPE.findall(data.decode("latin-1"))) > len(data) / 3:
        packed = _in_base64(body)
        if packed is not None:
            return "base64", packed
    return "quoted-printable", _quoted(body)


def _quoted(body):
    """The body encoded, each slot on an encoded line of its own, so that any value fits there."""
    parts = [quoted_printable(part) for part in _ANY_IN_BODIES.split(body)]
    slots = [_IN_QUOTED.get(slot, slot) for slot in _ANY_IN_BODIES.findall(body)]
    return _interleaved(parts, [f"{SOFT_BREAK}{slot}{SOFT_BREAK}" for slot in slots])


def _in_base64(body) -> str | None:
    """The body encoded, each slot on a line of its own; None where a slot has no room.

    Base64 packs three bytes at a time, so what stands before a slot must be a multiple of three
    long: spaces at the end of an earlier line make it so, where nobody sees them.
    """
    body = body.replace("\n", CRLF)
    *parts, last = _ANY_IN_BODIES.split(body)
    encoded = []
    for part in parts:
        missing = -len(part.encode()) % 3
        if missing and CRLF not in part:
            return None
        before, line_break, after = part.rpartition(CRLF)
        encoded.append(_base64_lines(f"{before}{' ' * missing}{line_break}{after}"))
    encoded.append(_base64_lines(last))
    slots = [_IN_BASE64[slot] for slot in _ANY_IN_BODIES.findall(body)]
    return _interleaved(encoded, [f"{CRLF}{slot}{CRLF}" for slot in slots])


def _interleaved(parts: list[str], between: list[str]) -> str:
    return "".join(f"{part}{slot}" for part, slot in zip(parts, [*between, ""], strict=True))


def _base64_lines(text):
    encoded = b2a_base64(text.encode(), newline=False).decode("ascii")
    return CRLF.join(encoded[at : at + LINE] for at in range(0, len(encoded), LINE))


def _split(message) -> tuple[bytes | str, ...]:
    pieces = re.split(f"({'|'.join(_SLOTS)})", message)
    return tuple(piece if piece in _SLOTS else piece.encode("ascii") for piece in pieces)


def quoted_printable(text: str) -> str:
    """Text in quoted-printable, with room for a soft break after the last line.

    Full stops and "From " at the start of a line are encoded too: neither SMTP nor a mailbox file
    then has to change the message, and a DKIM signature holds.
    """
    return CRLF.join(_encoded_line(line) for line in text.split("\n"))


def _encoded_line(line):
    if _PLAIN_LINE.fullmatch(line):
        return line
    rest = _TO_ESCAPE.sub(_escape, line.encode().decode("latin-1"))
    if rest.endswith((" ", "\t")):
        rest = rest[:-1] + _escaped(rest[-1])
    lines = []
    while True:
        if rest.startswith((".", "From ")):
            rest = _escaped(rest[0]) + rest[1:]
        if len(rest) < LINE:
            return SOFT_BREAK.join([*lines, rest])
        # One sign less leaves room for the soft break; an escape is never cut in two.
        escape = rest.find("=", LINE - 3, LINE - 1)
        end = escape if escape >= 0 else LINE - 1
        lines.append(rest[:end])
        rest = rest[end:]


def _escape(match):
    return _escaped(match[0])


def _escaped(sign):
    return f"={ord(sign):02X}"
