"""What somebody typed into a form while their session had ended.

It waits in the browser's new session until the same person is signed in again. The form says
whose it is: by the id of a draft, or by a hidden field ``WHOSE`` with the person's own id.
"""

import functools

from django.http import QueryDict

from web import rate_limits

from .accounts.network import network_address

KEY = "unsaved"
WHOSE = "whose"
MOST_CHARACTERS = 20_000
LONG_FORMS_AN_HOUR = 30


def keep(request, place: str) -> None:
    """Remember a form that arrived without a session; ``place`` names the form."""
    typed = request.POST.copy()
    typed.pop("csrfmiddlewaretoken", None)
    encoded = typed.urlencode()
    if len(encoded) <= MOST_CHARACTERS:
        request.session[KEY] = {"place": place, "typed": encoded}


def keep_long(request, *, most: int) -> None:
    """The same for a page with a long form: at most ``most`` characters, a few an hour."""
    if sum(len(text) for text in request.POST.values()) <= most and rate_limits.allow(
        f"unsaved:{network_address(request)}", limit=LONG_FORMS_AN_HOUR, seconds=3600
    ):
        typed = request.POST.copy()
        typed.pop("csrfmiddlewaretoken", None)
        request.session[KEY] = {"place": _place(request), "typed": typed.urlencode()}


def take(request, place: str, *, field: str, value) -> QueryDict | None:
    """What was typed into this form, once; None where nothing waits, or something of another's.

    ``field`` is what the form says whose it is by, ``value`` what this person's form says there.
    """
    kept = request.session.get(KEY)
    if not kept or kept["place"] != place:
        return None
    del request.session[KEY]
    typed = QueryDict(kept["typed"])
    return typed if value is not None and typed.get(field) == str(value) else None


def kept_when_signed_out(view):
    """Keep what is sent to this view without a session; the view asks with ``taken``.

    Stands before the view's own guard, which sends the person to sign in and back.
    """

    @functools.wraps(view)
    def keeping(request, *args, **kwargs):
        if request.method == "POST" and not request.user.is_authenticated:
            keep(request, _place(request))
        return view(request, *args, **kwargs)

    return keeping


def taken(request) -> QueryDict | None:
    """What this person had typed on this page before they had to sign in again, once."""
    return take(request, _place(request), field=WHOSE, value=request.user.pk)


def _place(request) -> str:
    match = request.resolver_match
    return " ".join([match.view_name, *map(str, match.kwargs.values())])
