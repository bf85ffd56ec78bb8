"""What the scripts of the report editor say, in the reader's language, and what they know.

``{time}``, ``{count}`` and ``{limit}`` are filled in by the script.
"""

from django.utils.translation import gettext as _

from . import statement_lines
from .models.reports import LONGEST_STATEMENT, MOST_STATEMENTS


def of_saving() -> dict:
    """For whatever is saved as one goes."""
    return {
        # Translators: {time} is a time such as 14:03.
        "saved": _("Saved {time}"),
        "unsaved": _("Not saved yet"),
        "offline": _(
            "Not saved yet: no connection. What you write is kept on this device, and we try again."
        ),
        "offlineNotKept": _(
            "Not saved yet: no connection. Leave this page open; we try again by ourselves."
        ),
        "signedOut": _("Not saved yet: you are signed out. What you write is kept on this device."),
        "signedOutNotKept": _(
            "Not saved yet: you are signed out. Sign in in another window, then come back here."
        ),
        "signIn": _("Sign in"),
        "changed": _(
            "Not saved: there is a newer text from another window. Nothing was overwritten."
        ),
        "compare": _("Compare both"),
        "seeMore": _("See what you can do"),
        "restored": _(
            # Translators: {time} is a day and a time, or a time alone.
            "What you typed {time} had not reached us. It was kept on this device and is back in"
            " the form."
        ),
    }


def of_editor(form=None) -> dict:
    """For the form of a report and its check page."""
    return {
        **of_saving(),
        "patterns": statement_lines.for_browser(),
        "mostCharacters": LONGEST_STATEMENT,
        "mostStatements": MOST_STATEMENTS,
        "after": form.last_number if form else 0,
        "changed": _(
            "Not saved: there is a newer text from another window or another liaison."
            " Nothing was overwritten."
        ),
        "notPublished": _(
            "No connection, so nothing is published yet. Your draft is saved. Please try again."
        ),
        "statements": _("Statements: {count} of {limit}"),
        "preview": _("This is how your lines will be numbered"),
        "several": _("Several sentences? One opinion each is easier to answer."),
        "tooLong": _("{count} of {limit} characters: please make it shorter."),
        "tooMany": _("At most {limit} statements fit in one report."),
        "repeated": _("Stands there already, so it counts once:"),
        "hints": _("Lines to look at: {count}"),
    }
