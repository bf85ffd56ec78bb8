"""What is wrong with a file: each bad value with its place and reason."""

from dataclasses import dataclass, field

SHOWN_PROBLEMS = 100
SHOWN_CHARACTERS = 60


class BadValue(ValueError):
    """A cell that cannot be taken; the message says why.

    ``column`` and ``value`` are given where a check of the whole row raises it.
    """

    def __init__(self, reason: str, *, column: str = "", value: str = ""):
        super().__init__(reason)
        self.column = column
        self.value = value


@dataclass(frozen=True)
class Problem:
    """One thing a person has to change in the file. Line 0: the file as a whole."""

    line: int
    column: str
    value: str
    reason: str

    def __str__(self):
        parts = [f"line {self.line}"] if self.line else []
        if self.column:
            parts.append(f"column {shown(self.column)}")
        if self.value:
            parts.append(f"value “{shown(self.value)}”")
        return f"{', '.join(parts)}: {self.reason}" if parts else self.reason


@dataclass
class Problems:
    """All problems of a file: the first ones in full, the others counted."""

    file: str
    count: int = 0
    kept: list[Problem] = field(default_factory=list)
    bad_lines: set[int] = field(default_factory=set)

    def add(self, reason: str, *, line: int = 0, column: str = "", value: str = "") -> None:
        self.count += 1
        if len(self.kept) < SHOWN_PROBLEMS:
            self.kept.append(Problem(line, column, value, reason))
            if line:
                self.bad_lines.add(line)

    def lines(self) -> list[str]:
        """The problems as sentences, each with the file's name."""
        sentences = [f"{self.file}, {problem}" for problem in self.kept]
        if self.count > len(self.kept):
            sentences.append(f"{self.file}: and {self.count - len(self.kept):,} more problems.")
        return sentences


class Refused(Exception):
    """A file with problems; nothing of it was imported."""

    def __init__(self, problems: Problems):
        super().__init__("\n".join(problems.lines()))
        self.problems = problems


def shown(text: str) -> str:
    """Text of a file as it can be printed: short, and without control characters."""
    printable = "".join(
        c if c.isprintable() else f"\\x{ord(c):02x}" for c in text[: SHOWN_CHARACTERS + 1]
    )
    return printable if len(text) <= SHOWN_CHARACTERS else printable[:SHOWN_CHARACTERS] + "…"
