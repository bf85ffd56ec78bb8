"""Repeat, take medians, and print a table that says where and how it was measured."""

import json
import os
import platform
import statistics
import time
from collections.abc import Callable, Mapping, Sequence

import django

ROUNDS = 5


def seconds(work: Callable[[], object]) -> float:
    """How long one call takes; or what it says itself, where starting others is no part of it."""
    began = time.perf_counter()
    said = work()
    return said if isinstance(said, float) else time.perf_counter() - began


def in_turn(works: Mapping[str, Callable[[], object]], rounds: int = ROUNDS) -> dict[str, float]:
    """The median seconds of each piece of work; one round of all of them after another."""
    taken: dict[str, list[float]] = {name: [] for name in works}
    for work in works.values():
        work()  # Connections, caches and prepared statements are there when it counts.
    for _ in range(rounds):
        for name, work in works.items():
            taken[name].append(seconds(work))
    return {name: statistics.median(times) for name, times in taken.items()}


def report(
    title: str,
    columns: Sequence[str],
    rows: Sequence[Sequence[object]],
    figures: dict[str, float],
    rounds: int = ROUNDS,
) -> None:
    """Print where it was measured, the table, and all figures as one JSON object."""
    print(f"\n{title}")
    print(
        f"{_processor()}, {os.cpu_count()} cores; {platform.system()} {platform.release()}; "
        f"Python {platform.python_version()}, Django {django.__version__}; "
        f"medians of {rounds} rounds\n"
    )
    texts = [list(columns), *[[_text(cell) for cell in row] for row in rows]]
    widths = [max(len(row[place]) for row in texts) for place in range(len(columns))]
    for row in texts:
        cells = [
            cell.ljust(width) if place == 0 else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        print("  ".join(cells))
    print()
    print(json.dumps({key: round(value, 4) for key, value in figures.items()}))


def _text(cell: object) -> str:
    return f"{cell:.2f}" if isinstance(cell, float) else str(cell)


def _processor() -> str:
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as lines:
            for line in lines:
                if line.startswith("model name"):
                    return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return platform.machine()
