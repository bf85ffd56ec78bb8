"""Compile ``locale/*/LC_MESSAGES/*.po`` with Babel, so that no gettext has to be installed."""

import sys
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po

ROOT = Path(__file__).resolve().parent.parent.parent


def main() -> int:
    """Compile each catalogue; gives 1 when one cannot be read, after naming it."""
    broken = 0
    for source in sorted((ROOT / "locale").glob("*/LC_MESSAGES/*.po")):
        try:
            with source.open("rb") as text:
                catalogue = read_po(text, abort_invalid=True)
        except PoFileError as problem:
            print(f"{source.relative_to(ROOT)}: {problem}", file=sys.stderr)
            broken += 1
            continue
        # A running server may be reading the old one: it is replaced, not overwritten.
        compiled = source.with_suffix(".mo.new")
        with compiled.open("wb") as target:
            write_mo(target, catalogue)
        compiled.replace(source.with_suffix(".mo"))
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
