"""The filters of the list of updates."""

from django import forms
from django.conf import settings
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from modeltranslation.utils import build_localized_fieldname

from liaisons.group_search import MOST_WORDS, fold
from web.names import language_name

from .list_filters import LONGEST_SEARCH, ListFilter
from .models import Topic, Update


class UpdateFilter(ListFilter):
    """Topic, kind, a language in which they can be read, and words in any language."""

    topic = forms.ChoiceField(label=_("Topic"), required=False)
    kind = forms.ChoiceField(
        label=_("Kind"),
        required=False,
        choices=[
            ("", _("Any kind")),
            (Update.Kind.NEWS.value, Update.Kind.NEWS.label),
            (Update.Kind.ACT.value, Update.Kind.ACT.label),
            (Update.Kind.URGENT.value, Update.Kind.URGENT.label),
        ],
    )
    language = forms.ChoiceField(label=_("Translated into"), required=False)
    q = forms.CharField(required=False, max_length=LONGEST_SEARCH)
    SELECTS = ("topic", "kind", "language")

    def offer(self) -> None:
        published = Update.objects.published().order_by()
        topics = Topic.objects.public().filter(pk__in=published.values("topics"))
        languages = {code: capfirst(language_name(code)) for code, _own in settings.LANGUAGES}
        self._offer("topic", _("Any topic"), {one.slug: one.title for one in topics})
        self._offer("language", _("Any language"), languages)

    def narrow(self, updates):
        """The updates that fit every filter chosen."""
        if topic := self.chosen("topic"):
            updates = updates.filter(topics__slug=topic)
        if kind := self.chosen("kind"):
            updates = updates.filter(kind=kind)
        if language := self.chosen("language"):
            there = {
                f"{build_localized_fieldname(name, language)}__gt": ""
                for name in ("title", "short")
            }
            updates = updates.filter(**there)
        for word in fold(self.query).split()[:MOST_WORDS]:
            updates = updates.filter(search_text__contains=word)
        return updates
