"""What the import commands tell the person who runs them."""

import time

from importing.summary import Summary


class ImportOutput:
    """Progress while a file is read, its figures afterwards, and what a person should look at.

    Quiet at verbosity 0. Problems go to the error stream at any verbosity.
    """

    def __init__(self, command, verbosity: int):
        self.command = command
        self.verbosity = verbosity
        self.began = time.monotonic()
        self.said_at = self.began
        self.figures = dict.fromkeys(
            ("created", "updated", "unchanged", "kept_count", "refused"), 0
        )

    def progress(self, file: str):
        """A function that says how far the import of this file is, at most every five seconds."""

        def say(step, done, total):
            now = time.monotonic()
            if self.verbosity and now - self.said_at >= 5:
                self.said_at = now
                of_all = f" of {total:,}" if total else ""
                self.command.stdout.write(f"{file}: {step}, {done:,}{of_all} rows …")

        return say

    def summary(self, summary: Summary) -> None:
        """The figures of one file, and its details."""
        for name in self.figures:
            self.figures[name] += getattr(summary, name)
        if summary.problems:
            style = self.command.style.ERROR
            self.command.stderr.write(
                f"{summary.file}: refused; nothing of it was imported.", style
            )
            for line in summary.details():
                self.command.stderr.write(f"  {line}", style)
        elif self.verbosity:
            self.command.stdout.write(summary.line())
            for line in summary.details():
                self.command.stdout.write(f"  {line}")

    def skipped(self, file: str, needed: list[str]) -> None:
        """A file that was not looked at."""
        self.command.stderr.write(
            f"{file}: skipped, because it needs {', '.join(needed)}.", self.command.style.ERROR
        )

    def total(self, *, dry_run: bool) -> None:
        """All figures together."""
        if not self.verbosity:
            return
        figures = ", ".join(
            f"{count:,} {name.removesuffix('_count')}" for name, count in self.figures.items()
        )
        seconds = time.monotonic() - self.began
        begin = "Dry run, nothing was changed. It would be" if dry_run else "In all"
        self.command.stdout.write(f"{begin}: {figures} ({seconds:.1f} s).")
