"""Give each plural message as many forms as its language has; makemessages always writes two.

A catalogue with a form too many does not compile.
"""

import re
import sys
from pathlib import Path

import polib

ROOT = Path(__file__).resolve().parent.parent.parent


def main() -> int:
    """Mend every catalogue in place."""
    for file in sorted((ROOT / "locale").glob("*/LC_MESSAGES/django.po")):
        catalogue = polib.pofile(str(file), wrapwidth=0)
        found = re.search(r"nplurals=(\d+)", catalogue.metadata["Plural-Forms"])
        if found is None:
            raise SystemExit(f"{file}: no number of plural forms")
        for message in catalogue:
            if message.msgid_plural:
                forms = message.msgstr_plural
                message.msgstr_plural = {n: forms.get(n, "") for n in range(int(found[1]))}
        catalogue.save()
    return 0


if __name__ == "__main__":
    sys.exit(main())
