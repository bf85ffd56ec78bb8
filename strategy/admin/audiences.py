"""For whom an update is: the fields of the form, and the page that counts and lists the readers."""

import re
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from liaisons.models import Group
from mailing import kinds
from mailing.kinds import Kind
from mailing.models import SkipReason
from mailing.seeing import dry_run, readers
from mailing.seeing.pages import MAY_SEE
from web.names import language_name
from web.templatetags.web import number as written

from .. import audiences
from ..audiences import Audience
from ..models import Update
from ..region_reports import region_options
from ..topic_choices import topic_options
from .languages import ShortVersionForm

FIELDS = ("for_liaisons", "for_regions", "for_kinds", "for_languages", "for_topics")


def _several(label, choices, help_text="") -> Any:
    return forms.MultipleChoiceField(
        label=label,
        choices=choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=help_text,
    )


class AudiencePart(forms.Form):
    """For whom an update is."""

    for_liaisons = forms.BooleanField(label=_("Liaisons only"), required=False)
    for_regions = _several(
        _("Regions"),
        region_options,
        _(
            "Liaisons of groups there; people who speak for no group and live there; and, unless "
            "it is for liaisons only, those who asked for news of the region."
        ),
    )
    for_kinds = _several(
        _("Kinds of group"), Group.Kind.choices, _("Liaisons of groups of these kinds.")
    )
    for_languages = _several(
        _("Languages"), settings.LANGUAGES, _("People who get their mail in these languages.")
    )
    for_topics = _several(
        _("Followers of topics"),
        topic_options,
        _("People who chose these topics, or chose none and so hear of all."),
    )


class AudienceForm(ShortVersionForm, AudiencePart):
    """The form of an update as far as it says for whom it is."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        audience = Audience.of(self.instance.audience)
        values = (
            audience.liaisons_only,
            audience.regions,
            audience.kinds,
            audience.languages,
            audience.topics,
        )
        for name, value in zip(FIELDS, values, strict=True):
            self.initial[name] = value if isinstance(value, bool) else list(value)
            if name in self.fields:
                self.fields[name].disabled = _is_agreed_for_good(self.instance)

    def clean(self):
        cleaned = super().clean()
        if not _is_agreed_for_good(self.instance):
            self.instance.audience = chosen(cleaned).kept
        return cleaned


def _is_agreed_for_good(update: Update) -> bool:
    return update.kind == Update.Kind.URGENT and update.published_at is not None


def chosen(cleaned: dict[str, Any]) -> Audience:
    """The audience that the fields of the form name."""
    liaisons, regions, kinds, languages, topics = (cleaned.get(name) or () for name in FIELDS)
    return Audience(
        liaisons_only=bool(liaisons),
        regions=tuple(regions),
        kinds=tuple(kinds),
        languages=tuple(languages),
        topics=tuple(topics),
    )


def typed(values) -> Audience:
    """What a form that was posted says, valid or not."""
    form = AudiencePart(values)
    form.is_valid()
    return chosen(form.cleaned_data)


def in_words(kept: dict[str, Any]) -> str:
    """For whom it is, in one line."""
    return " · ".join(audiences.words_of(kept)) or gettext("For everyone")


def count_line(update: Update) -> str:
    """How many would get an update by mail, by language."""
    found = readers.by_language(_is_for(update.audience), kind=_kind(update))
    total = sum(found.values())
    said = ngettext("%(count)s person by mail", "%(count)s people by mail", total)
    parts = [(language_name(code), written(count)) for code, count in found.items()]
    return format_html(
        "<strong>{}</strong> · {}" if found else "<strong>{}</strong>{}",
        said % {"count": written(total)},
        format_html_join(" · ", "{}: {}", parts),
    )


def _kind(update: Update) -> Kind:
    return kinds.URGENT if update.kind == Update.Kind.URGENT else kinds.DIGEST


def _is_for(kept):
    audience = Audience.of(kept)
    return lambda path: audiences.is_for(audience, audiences.recipient_at(path))


def page(model_admin, request, pk):
    """Who would get an update by mail, as it is saved, before it is published; and who not and why.

    The list of people is for those who see who gets what elsewhere, too.
    """
    if not model_admin.has_view_or_change_permission(request):
        raise PermissionDenied
    update = get_object_or_404(Update, pk=pk)
    sees_people = request.user.has_perm(MAY_SEE)
    number = request.GET.get("page", "1")
    number = int(number) if re.fullmatch(r"[0-9]{1,5}", number) else 1
    reason = request.GET.get("reason", "")
    reason = reason if sees_people and reason in SkipReason.values else ""
    plan = readers.of(_is_for(update.audience), kind=_kind(update), reason=reason, page=number)
    change_url = reverse("admin:strategy_update_change", args=[pk])
    address = reverse("admin:strategy_update_audience", args=[pk]) + "?"
    context = {
        **admin.site.each_context(request),
        "title": gettext("Who would get it"),
        "opts": model_admin.opts,
        "original": update,
        "change_url": change_url,
        "for_whom": in_words(update.audience),
        "is_urgent": update.kind == Update.Kind.URGENT,
        "plan": plan,
        "reason": reason,
        "sees_people": sees_people,
        "page": Paginator(range(plan.number_of_people), dry_run.PAGE).get_page(number),
        "address": address if sees_people else "",
    }
    return TemplateResponse(request, "admin/strategy/update/audience.html", context)
