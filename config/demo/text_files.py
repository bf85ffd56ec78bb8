"""Reads what the demo says: one file in ``texts/`` for each update and report.

Every text was written for the demo. Updates and reports say so at their end or beginning, each in
its own language.
"""

import tomllib
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "texts"


def read_all(kind: str) -> dict[str, dict[str, Any]]:
    """The texts of one folder by the names of their files, in the order of these names."""
    return {
        file.stem: tomllib.loads(file.read_text(encoding="utf-8"))
        for file in sorted((FOLDER / kind).glob("*.toml"))
    }


def read_one(name: str) -> dict[str, Any]:
    """One file directly in ``texts/``."""
    return tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))
