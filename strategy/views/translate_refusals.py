"""What a translator typed and what cannot be saved: given back for copying, never lost."""

import functools

from django.shortcuts import render
from django.utils.translation import gettext as _

from web.policies import policy

from ..translating import access
from ..translating.forms import lines, plain_text
from .report_refusals import answer, signed_out, wants_json

# What the form of a translation sends besides the texts.
OTHERS = {
    *("csrfmiddlewaretoken", "do", "whose", "page", "step", "before", "before_step", "seen"),
    *("basis", "meant"),
}


def writing(view):
    """For who may translate, and careful with what they typed.

    A form that comes after the session ended waits for its person; one that comes after the role
    or the offer ended is shown for copying.
    """

    @functools.wraps(view)
    def guarded(request, *args, **kwargs):
        if request.method == "POST" and "whose" in request.POST:
            if not request.user.is_authenticated:
                return signed_out(request)
            if request.POST["whose"] != str(request.user.pk):
                if wants_json(request):
                    return signed_out(request)
                return refused(request, typed(request), _another_account())
            if not access.languages_of(request.user):
                message = _("You do not translate into this language now.")
                return refused(request, typed(request), message, status=403)
        return access.translator(view)(request, *args, **kwargs)

    return policy("translator")(guarded)


def _another_account() -> str:
    return _("You are signed in with another account now.")


def typed(request) -> dict[str, str]:
    """The words that came with a request, whatever form they came from."""
    return {name: lines(words) for name, words in request.POST.items() if name not in OTHERS}


def refused(request, words: dict[str, str], message, *, status=409):
    """Say why it cannot be saved here, and give it back for copying."""
    if wants_json(request):
        return answer(status, problem="gone", message=str(message))
    context = {
        "message": message,
        "text": plain_text(words),
        "report": None,
        "may_begin": False,
    }
    return render(request, "strategy/report_copy.html", context, status=status)
