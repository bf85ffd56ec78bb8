"""What changed in the English text since it was translated: what stood there, what stands there."""

from django.template.loader import render_to_string

from ..draft_differences import Difference, compared
from . import texts
from .states import Standings, State


def in_row(row, code: str, standings: Standings) -> list[Difference]:
    """The texts of one row that changed since they were translated; ``mine`` is before."""
    found = [(text, standings.of_text(text, code)) for text in texts.texts_of_row(row)]
    return [
        Difference(text.label, *compared(standing.made_from or "", text.original))
        for text, standing in found
        if standing.state == State.OUTDATED
    ]


def as_html(row, code: str, standings: Standings) -> str:
    """The same as a part of an admin page; empty where nothing changed."""
    differences = in_row(row, code, standings)
    if not differences:
        return ""
    return render_to_string("admin/strategy/_what_changed.html", {"differences": differences})
