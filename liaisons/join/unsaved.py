"""What somebody typed into a step while their session had ended.

The answers wait in the browser's new session until the same person is signed in again; the id of
the draft, which the form carries, says whose they are.
"""

from django.http import QueryDict

KEY = "join_unsaved"
MOST_CHARACTERS = 20_000


def keep(request, step: str) -> None:
    """Remember a form that arrived without a session."""
    typed = request.POST.copy()
    typed.pop("csrfmiddlewaretoken", None)
    encoded = typed.urlencode()
    if len(encoded) <= MOST_CHARACTERS:
        request.session[KEY] = {"step": step, "typed": encoded}


def take(request, step: str, draft) -> QueryDict | None:
    """What was typed into this step of this draft, once; None where nothing waits."""
    kept = request.session.get(KEY)
    if not kept or kept["step"] != step:
        return None
    del request.session[KEY]
    typed = QueryDict(kept["typed"])
    return typed if draft and typed.get("draft") == str(draft.pk) else None
