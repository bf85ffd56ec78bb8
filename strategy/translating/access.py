"""Who may translate: translators, and liaisons who offered help with a language.

Asked again at the moment of acting: a mandate that ended, a role or an offer taken back, and the
person translates no more.
"""

import functools

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from liaisons import languages
from liaisons.errors import NotAllowed
from liaisons.models import LanguageSkill, Mandate
from web.policies import policy

from .texts import LANGUAGES

MAY_TRANSLATE = "strategy.write_translation"
# Languages people name that are written like one of the site's.
WRITTEN_LIKE = {"pt-br": "pt", "zh": "zh-hans", "zh-cn": "zh-hans"}


def languages_of(person) -> list[str]:
    """The languages into which this person may translate, those they know first.

    Those that are not the site's too: what is translated into them has pages of its own.
    """
    if not (person.is_authenticated and person.is_active):
        return []
    known = LanguageSkill.objects.filter(person=person)
    if person.has_perm(MAY_TRANSLATE):
        own = _codes(known)
        return list(dict.fromkeys([*own, *LANGUAGES]))
    if not Mandate.objects.active().filter(person=person).exists():
        return []
    return _codes(known.filter(offers_help_from_english=True))


def _codes(skills) -> list[str]:
    """Their languages, each once, without English in any of its ways."""
    found = (WRITTEN_LIKE.get(code, code) for code in skills.values_list("language", flat=True))
    return list(dict.fromkeys(code for code in found if not languages.is_english(code)))


def require_translator(person, language: str) -> None:
    """Raises ``NotAllowed`` where this person may not translate into a language now."""
    if language not in languages_of(person):
        raise NotAllowed(_("You do not translate into this language now."))


def translator(view):
    """For who may translate. Other accounts read who may, and how to offer help."""

    @functools.wraps(view)
    def guarded(request, *args, **kwargs):
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path(), reverse(settings.LOGIN_URL))
        if not languages_of(request.user):
            return for_translators(request)
        return view(request, *args, **kwargs)

    return policy("translator")(guarded)


def for_translators(request):
    """What somebody reads who does not translate yet."""
    is_liaison = Mandate.objects.active().filter(person=request.user).exists()
    context = {"is_liaison": is_liaison}
    return render(request, "strategy/translate/for_translators.html", context, status=403)
