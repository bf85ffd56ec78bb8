"""What an import did, as one line for a person and figures for a test."""

from dataclasses import dataclass, field

from .merge import Kept
from .problems import Problems, shown

SHOWN_LINES = 20


@dataclass
class Summary:
    """The figures of one file. Every row of it is in exactly one of the first five."""

    file: str
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    left_out: int = 0
    refused: int = 0
    kept: list[Kept] = field(default_factory=list)
    kept_count: int = 0
    vanished: list[str] = field(default_factory=list)
    vanished_count: int = 0
    problems: Problems | None = None

    @property
    def has_changed(self) -> bool:
        return bool(self.created or self.updated)

    def keep(self, kept: Kept) -> None:
        """Count a value of the product that stays; the first ones are shown in full."""
        self.kept_count += 1
        if len(self.kept) < SHOWN_LINES:
            self.kept.append(kept)

    def vanish(self, key: str) -> None:
        """Count a row that is no longer in the file; it stays in the product."""
        self.vanished_count += 1
        if len(self.vanished) < SHOWN_LINES:
            self.vanished.append(key)

    def line(self) -> str:
        """The figures in one line."""
        parts = [
            f"{self.created:,} created",
            f"{self.updated:,} updated",
            f"{self.unchanged:,} unchanged",
            f"{self.kept_count:,} kept",
            f"{self.refused:,} refused",
        ]
        if self.left_out:
            parts.append(f"{self.left_out:,} left out")
        return f"{self.file}: {', '.join(parts)}."

    def details(self) -> list[str]:
        """What a person should look at: problems, values kept, rows gone from the file."""
        lines = self.problems.lines() if self.problems else []
        for kept in self.kept:
            lines.append(
                f"{self.file}, {shown(kept.key)}: {kept.field} stays "
                f"“{_words(kept.product)}”, as edited in the product; "
                f"the file says “{_words(kept.file)}”."
            )
        if self.kept_count > len(self.kept):
            lines.append(f"{self.file}: and {self.kept_count - len(self.kept):,} more values kept.")
        for key in self.vanished:
            lines.append(f"{self.file}, {shown(key)}: no longer in the file; it stays.")
        if self.vanished_count > len(self.vanished):
            more = self.vanished_count - len(self.vanished)
            lines.append(f"{self.file}: and {more:,} more rows that are no longer in the file.")
        return lines


def _words(value) -> str:
    if value is None:
        return ""
    return shown(" ".join(map(str, value)) if isinstance(value, list) else str(value))
