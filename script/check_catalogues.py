#!/usr/bin/env python3
"""Check the message catalogues: readable, no fuzzy entries, the same placeholders, Arabic whole.

    .venv/bin/python script/check_catalogues.py

Arabic stands for every right-to-left language and is kept complete: each message that is marked
in the sources now must be in its catalogue and translated. The other languages may lag behind;
what they miss is shown in English. Needs xgettext, as ``makemessages`` does.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import polib

ROOT = Path(__file__).resolve().parent.parent
COMPLETE = "ar"
SOURCES = (
    *("config", "web", "mailing", "liaisons", "strategy", "outreach_map", "importing"),
    "templates",
)
# %(name)s, %s, %d, {name}: a translation must use exactly those of its message.
PLACEHOLDER = re.compile(r"%\(\w+\)[sdif]|%[sdif](?![\w])|\{\w*\}")


def main() -> int:
    """Check every catalogue and print what is wrong; gives 1 when anything is."""
    problems = []
    files = sorted((ROOT / "locale").glob("*/LC_MESSAGES/*.po"))
    for file in files:
        problems += [f"{file.relative_to(ROOT)}{problem}" for problem in check(file)]
    complete = ROOT / "locale" / COMPLETE / "LC_MESSAGES" / "django.po"
    if complete in files:
        problems += [f"{complete.relative_to(ROOT)}{problem}" for problem in missing(complete)]
    for problem in problems:
        print(problem)
    return 1 if problems else 0


def check(file: Path) -> Iterator[str]:
    """What is wrong with one catalogue, each with its line."""
    try:
        catalogue = polib.pofile(str(file), check_for_duplicates=True)
    except (OSError, ValueError) as problem:
        yield f": cannot be read: {problem}"
        return
    for entry in catalogue:
        where = f":{entry.linenum}"
        if entry.obsolete:
            continue
        if entry.fuzzy:
            yield f"{where}: fuzzy: {entry.msgid[:60]!r}"
        if entry.msgstr and placeholders(entry.msgstr) != placeholders(entry.msgid):
            yield f"{where}: other placeholders than {entry.msgid[:60]!r}"
        for form in entry.msgstr_plural.values():
            # Arabic says one and two in words, so a form may leave the number out.
            if not placeholders(form) <= placeholders(entry.msgid_plural):
                yield f"{where}: a placeholder that is not in {entry.msgid_plural[:60]!r}"


def placeholders(text: str) -> set[str]:
    """The placeholders of a text; a doubled percent sign is none."""
    return set(PLACEHOLDER.findall(text.replace("%%", "")))


def missing(file: Path) -> Iterator[str]:
    """Messages of the sources that a catalogue does not have, or has without a translation."""
    catalogue = polib.pofile(str(file))
    translated = {(entry.msgctxt, entry.msgid) for entry in catalogue if entry.translated()}
    for entry in extracted():
        if (entry.msgctxt, entry.msgid) not in translated:
            places = " ".join(f"{name}:{line}" for name, line in entry.occurrences[:2])
            yield f": not translated: {entry.msgid[:70]!r} ({places})"


def extracted() -> polib.POFile:
    """The messages that are marked in the sources now."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        for name in SOURCES:
            if (ROOT / name).is_dir():
                shutil.copytree(ROOT / name, copy / name)
        (copy / "locale").mkdir()
        admin = Path(sys.executable).parent / "django-admin"
        command = [str(admin), "makemessages", "--locale", COMPLETE, "--verbosity", "0"]
        # Reading the sources needs no settings, and so no running services.
        environment = {k: v for k, v in os.environ.items() if k != "DJANGO_SETTINGS_MODULE"}
        subprocess.run(command, cwd=copy, check=True, env=environment)
        return polib.pofile(str(copy / "locale" / COMPLETE / "LC_MESSAGES" / "django.po"))


if __name__ == "__main__":
    sys.exit(main())
