"""Who may translate: translators, and liaisons who offered help with a language.

Asked again at the moment of acting: a mandate that ended, a role or an offer taken back, and the
person translates no more.
"""

import functools
from dataclasses import dataclass, field

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from liaisons import languages
from liaisons.errors import NotAllowed
from liaisons.models import LanguageSkill, Mandate
from web.policies import policy

from . import texts
from .texts import ENGLISH, LANGUAGES

MAY_TRANSLATE = "strategy.write_translation"


@dataclass(frozen=True)
class Allowed:
    """What one person may translate, as asked at one moment.

    ``from_english`` are the languages into which they translate English, those they know first;
    those that are not the site's too, whose texts have pages of their own. ``to_english`` are those
    from which they translate into English, None for every one.
    """

    from_english: list[str] = field(default_factory=list)
    to_english: list[str] | None = field(default_factory=list)

    @property
    def languages(self) -> list[str]:
        """All languages into which this person translates."""
        into_english = self.to_english is None or self.to_english
        return [*self.from_english, *([ENGLISH] if into_english else [])]

    @property
    def codes_to_english(self) -> list[str] | None:
        """Every code a report may have that this person can translate; None for all."""
        if self.to_english is None:
            return None
        alike = [code for code, site in texts.WRITTEN_LIKE.items() if site in self.to_english]
        return [*self.to_english, *alike]

    def covers(self, thing, language: str) -> bool:
        """Whether they may translate a thing into a language."""
        if language != ENGLISH:
            return language in self.from_english
        known = self.codes_to_english
        return known is None or texts.source_code(thing) in known


def of(person) -> Allowed:
    """What this person may translate now. At most two queries, and one for what is permitted."""
    if not (person.is_authenticated and person.is_active):
        return Allowed()
    known = list(LanguageSkill.objects.filter(person=person))
    if person.has_perm(MAY_TRANSLATE):
        return Allowed(list(dict.fromkeys([*_codes(known), *LANGUAGES])), None)
    if not Mandate.objects.active().filter(person=person).exists():
        return Allowed()
    return Allowed(
        _codes(one for one in known if one.offers_help_from_english),
        _codes(one for one in known if one.offers_help_to_english),
    )


def languages_of(person) -> list[str]:
    """The languages into which this person may translate, those they know first."""
    return of(person).languages


def _codes(skills) -> list[str]:
    """Their languages, each once, without English in any of its ways."""
    found = (texts.written_like(one.language_id) for one in skills)
    return list(dict.fromkeys(code for code in found if not languages.is_english(code)))


def require_translator(person, thing, language: str) -> None:
    """Raises ``NotAllowed`` where this person may not translate a thing into a language now."""
    if not of(person).covers(thing, language):
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
