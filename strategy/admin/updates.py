"""Writing, previewing, scheduling and publishing updates."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Count
from django.forms.widgets import Script
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.text import capfirst, slugify
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe
from modeltranslation.utils import build_localized_fieldname

from web.names import language_direction, language_name
from web.templatetags.web import moment

from .. import language_versions, relays, update_versions, updates
from ..images import forget_unused_files
from ..models import Series, Update, UpdateEvent
from ..models.updates import MAX_WITHDRAWAL
from . import audiences, update_preview, writing_help
from .audiences import AudienceForm
from .images import ImageInline
from .images import save as save_images
from .languages import OTHER_LANGUAGES, PlainTextarea, PublicContentAdmin, means_the_same

MAY_PUBLISH = "strategy.publish_update"


class UpdateForm(AudienceForm):
    """An update as the Core Team writes it."""

    # Which state of the update this form began with, to notice what others saved meanwhile.
    seen = forms.CharField(required=False, label="", widget=forms.HiddenInput)

    waits_for = forms.MultipleChoiceField(
        label=capfirst(Update._meta.get_field("waits_for").verbose_name),
        help_text=Update._meta.get_field("waits_for").help_text,
        choices=[(code, name) for code, name in settings.LANGUAGES if code in OTHER_LANGUAGES],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )

    class Meta:
        model = Update
        exclude = ["audience"]
        widgets = {"topics": forms.CheckboxSelectMultiple}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "slug" in self.fields:
            self.fields["slug"].required = False
            self.fields["slug"].help_text = _("Left empty, it is made from the English title.")
        if self.instance.pk:
            self.initial["seen"] = self.instance.changed_at.isoformat()

    def clean_slug(self):
        slug = self.cleaned_data["slug"] or slugify(self.data.get("title_en", ""))[:120]
        if not slug:
            raise ValidationError(_("Say in Latin letters what the address of this update is."))
        return slug

    def clean(self):
        cleaned = super().clean()
        if self.instance.pk and cleaned.get("seen") not in ("", self.initial["seen"]):
            raise ValidationError(
                _(
                    "Somebody else saved this update while you were writing. Copy what you wrote, "
                    "load this page again and put your changes in."
                )
            )
        if "publish_at" not in self.errors and self._lacks_its_time(cleaned.get("publish_at")):
            self.add_error("publish_at", _("Choose a time that lies ahead."))
        self._check_waiting(cleaned)
        self._check_kind(cleaned)
        return cleaned

    def _check_kind(self, cleaned) -> None:
        """What the database refuses of an update that is no draft; a draft is checked later."""
        kind = cleaned.get("kind", self.instance.kind)
        is_draft = not self.instance.pk or self.instance.status == Update.Status.DRAFT
        lacks_day = kind == Update.Kind.ACT and not cleaned.get("deadline")
        if lacks_day and not is_draft and "deadline" not in self.errors:
            self.add_error("deadline", _("Say until when people can act."))
        if cleaned.get("issue") and not cleaned.get("series"):
            self.add_error("series", _("Choose the series that is counted here."))

    def _check_waiting(self, cleaned) -> None:
        """Who waits, waits until a time ahead, and not for so long that it is news no more."""
        until = cleaned.get("waits_until")
        if not cleaned.get("waits_for") or "waits_until" in self.errors:
            return
        begin = max(cleaned.get("publish_at") or timezone.now(), timezone.now())
        message: Any
        if cleaned.get("kind", self.instance.kind) == Update.Kind.URGENT:
            message = str(_("What is urgent goes out at once and waits for no translation."))
        elif until is None:
            message = str(_("Say until when digests wait for the translations."))
        elif "waits_until" in self.changed_data and until <= timezone.now():
            message = str(_("Choose a time that lies ahead."))
        elif "waits_until" in self.changed_data and until > begin + updates.LONGEST_WAIT:
            message = _("Digests wait for %(days)s days at most.") % {
                "days": updates.LONGEST_WAIT.days
            }
        elif cleaned.get("deadline") and until >= cleaned["deadline"]:
            message = str(_("Digests cannot wait beyond the day until which people can act."))
        else:
            return
        self.add_error("waits_until", message)

    def _lacks_its_time(self, at) -> bool:
        """Whoever schedules names a time ahead; what is scheduled cannot lose its time."""
        if "_schedule" in self.data:
            return at is None or at <= timezone.now()
        leaves_it = "_publish" in self.data or "_unschedule" in self.data
        return self.instance.status == Update.Status.SCHEDULED and at is None and not leaves_it


class WithdrawalForm(forms.Form):
    """Why an update is withdrawn, in English and in whichever languages somebody can write."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for code in (settings.LANGUAGE_CODE, *OTHER_LANGUAGES):
            attributes = {"rows": 3, "lang": code, "dir": language_direction(code)}
            self.fields[code] = forms.CharField(
                label=capfirst(language_name(code)),
                required=code == settings.LANGUAGE_CODE,
                max_length=MAX_WITHDRAWAL,
                widget=PlainTextarea(attrs=attributes),
            )

    @property
    def why(self) -> dict[str, str]:
        """The reason by language."""
        return {code: text for code, text in self.cleaned_data.items() if text}

    @property
    def in_english(self):
        return self[settings.LANGUAGE_CODE]

    @property
    def in_others(self):
        return [self[code] for code in OTHER_LANGUAGES]


@admin.register(Series)
class SeriesAdmin(PublicContentAdmin):
    """Updates that are counted together."""

    translated_fields = ("name",)
    list_display = ["name_en", "number_of_updates"]
    search_fields = ["name_en"]

    def get_queryset(self, request):
        return super().get_queryset(request).annotate(number_of_updates=Count("updates"))

    @admin.display(description=_("updates"))
    def number_of_updates(self, series):
        return series.number_of_updates


@admin.register(Update)
class UpdateAdmin(PublicContentAdmin):
    """Draft, then scheduled, then published; a published update is corrected or withdrawn."""

    form = UpdateForm
    translated_fields = ("title", "short", "body")
    required_translations = ("title", "short")
    list_display = ["english_title", "kind", "status", "publish_at", "published_at", "languages"]
    list_filter = ["status", "kind", "series", "topics"]
    search_fields = ["title_en", "slug"]
    ordering = ["-created_at"]
    readonly_fields = ["state", "history", "writing_help", "for_whom", "readers"]
    inlines = [ImageInline]

    class Media:
        js = [Script("js/counter.js", type="module")]

    # --- What is shown ------------------------------------------------------------------------

    def further_fieldsets(self, request, obj=None):
        return [
            (_("What it is"), {"fields": ["kind", "deadline", "series", "issue"]}),
            (_("What it belongs to"), {"fields": ["topics", "timeline_entries"]}),
            (_("For whom it is"), {"fields": self._for_whom(request, obj)}),
            (_("Publication"), {"fields": ["state", "slug", "publish_at", "seen"]}),
            (_("Translations first"), {"fields": ["waits_for", "waits_until"]}),
            *([(_("History"), {"fields": ["history"]})] if obj else []),
        ]

    def _besides(self, request, obj):
        return [*super()._besides(request, obj), *(["writing_help"] if obj else [])]

    @admin.display(description=_("writing help"))
    def writing_help(self, update):
        return writing_help.as_html(update)

    def get_readonly_fields(self, request, obj=None):
        # Links outlive us: the address of a published update stays.
        fixed = ["slug", "publish_at"] if obj and obj.published_at else []
        if obj and obj.status != Update.Status.DRAFT:
            # It went through what its kind asks for.
            fixed.append("kind")
        return [*super().get_readonly_fields(request, obj), *fixed]

    def _for_whom(self, request, obj) -> list[str]:
        if obj and not self.has_change_permission(request, obj):
            return ["for_whom", "readers"]
        return [*audiences.FIELDS, *(["readers"] if obj else [])]

    @admin.display(description=_("for whom"))
    def for_whom(self, update):
        return audiences.in_words(update.audience)

    @admin.display(description=_("who would get it"))
    def readers(self, update):
        link = reverse("admin:strategy_update_audience", args=[update.pk])
        return format_html(
            '{} · <a href="{}">{}</a>',
            audiences.count_line(update),
            link,
            _("Who, and who not and why"),
        )

    @admin.display(description=_("languages"))
    def languages(self, update):
        return len(language_versions.available(update))

    @admin.display(description=_("state"))
    def state(self, update):
        if update.is_published:
            link = format_html('<a href="{}">{}</a>', update.get_absolute_url(), _("See it"))
            waiting = sorted(updates.waiting_languages(update))
            names = ", ".join(language_name(code) for code in waiting)
            held = _("digests wait for: %(languages)s") % {"languages": names} if names else ""
            return _dotted(update.get_status_display(), link, held)
        if update.is_withdrawn:
            link = format_html('<a href="{}">{}</a>', update.get_absolute_url(), _("See it"))
            return _dotted(update.get_status_display(), link, update.withdrawal)
        if update.kind == Update.Kind.URGENT and not update.agreed_at:
            return _dotted(update.get_status_display(), _("a second person has to agree"))
        return update.get_status_display()

    @admin.display(description=_("who did what, when"))
    def history(self, update):
        rows = (
            (
                moment(event.at),
                event.get_kind_display(),
                _who(event),
                ", ".join(_named(field) for field in event.fields),
            )
            for event in update.events.select_related("actor")
        )
        return format_html(
            "<ol>{}</ol>",
            format_html_join("", "<li>{} · {} · <bdi>{}</bdi> <small>{}</small></li>", rows),
        )

    # --- Who may do what ----------------------------------------------------------------------

    def has_change_permission(self, request, obj=None):
        allowed = super().has_change_permission(request, obj)
        if obj and obj.is_withdrawn:
            return False
        if obj and obj.status != Update.Status.DRAFT:
            return allowed and request.user.has_perm(MAY_PUBLISH)
        return allowed

    def has_delete_permission(self, request, obj=None):
        if obj and obj.status != Update.Status.DRAFT:
            return False
        return super().has_delete_permission(request, obj)

    def get_actions(self, request):
        # Deleting many at once would not ask for each whether it is a draft.
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions

    # --- What can be done ---------------------------------------------------------------------

    def render_change_form(self, request, context, *args, **kwargs):
        # An update is written one at a time; the room is for its own verbs.
        context["show_save_and_add_another"] = False
        return super().render_change_form(request, context, *args, **kwargs)

    def save_model(self, request, obj, form, change):
        updates.save(obj, actor=request.user, meaning_is_same=means_the_same(form))

    def save_formset(self, request, form, formset, change):
        save_images(formset, form, by=request.user)

    def delete_model(self, request, obj):
        super().delete_model(request, obj)
        forget_unused_files()

    def response_add(self, request, obj, post_url_continue=None):
        return self._done(request, obj) or super().response_add(request, obj, post_url_continue)

    def response_change(self, request, obj):
        return self._done(request, obj) or super().response_change(request, obj)

    def response_post_save_change(self, request, obj):
        self._tell_of_hints(request, obj)
        return super().response_post_save_change(request, obj)

    def response_post_save_add(self, request, obj):
        self._tell_of_hints(request, obj)
        return super().response_post_save_add(request, obj)

    def _tell_of_hints(self, request, update):
        """Whoever leaves the page is told that it has something to say; nobody has to go back."""
        number = writing_help.number_of_hints(update)
        if not number:
            return
        said = ngettext(
            "%(number)s hint for plainer language",
            "%(number)s hints for plainer language",
            number,
        ) % {"number": number}
        page = reverse("admin:strategy_update_change", args=[update.pk])
        self.message_user(
            request, format_html('<a href="{}#writing-help">{}</a>', page, said), messages.INFO
        )

    def _done(self, request, obj):
        """Do what the button pressed says, after the form is saved; None for plain saving."""
        verbs = {
            "_publish": (
                lambda: updates.publish(obj, actor=request.user),
                _("The update is published."),
            ),
            "_schedule": (
                lambda: updates.schedule(obj, at=obj.publish_at, actor=request.user),
                _("The update is scheduled."),
            ),
            "_agree": (
                lambda: updates.agree(obj, actor=request.user),
                _("You agreed to this update. It can go out now."),
            ),
            "_unschedule": (
                lambda: updates.unschedule(obj, actor=request.user),
                _("The update is a draft again."),
            ),
        }
        pressed = next((name for name in verbs if name in request.POST), None)
        if pressed is None:
            return None
        if not request.user.has_perm(MAY_PUBLISH):
            raise PermissionDenied
        verb, said = verbs[pressed]
        try:
            verb()
        except ValidationError as error:
            self.message_user(request, " ".join(error.messages), messages.ERROR)
        else:
            self.message_user(request, said, messages.SUCCESS)
        return self.response_post_save_change(request, obj)

    # --- Further pages ------------------------------------------------------------------------

    def get_urls(self):
        wrap = self.admin_site.admin_view
        return [
            path("preview/", wrap(update_preview.page), name="strategy_update_preview"),
            path(
                "<int:pk>/audience/",
                wrap(require_safe(self.audience)),
                name="strategy_update_audience",
            ),
            path("<int:pk>/withdraw/", wrap(self.withdraw), name="strategy_update_withdraw"),
            *super().get_urls(),
        ]

    def audience(self, request, pk):
        """Who would get an update, before it is published."""
        return audiences.page(self, request, pk)

    def withdraw(self, request, pk):
        """Ask why, and take a published update back."""
        update = get_object_or_404(Update, pk=pk)
        if not (self.has_change_permission(request) and request.user.has_perm(MAY_PUBLISH)):
            raise PermissionDenied
        change_url = reverse("admin:strategy_update_change", args=[pk])
        if not update.is_published:
            self.message_user(
                request, _("Only a published update can be withdrawn."), messages.WARNING
            )
            return redirect(change_url)
        form = WithdrawalForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            try:
                updates.withdraw(update, why=form.why, actor=request.user)
            except ValidationError as error:
                self.message_user(request, " ".join(error.messages), messages.ERROR)
            else:
                self.message_user(request, _("The update is withdrawn."), messages.SUCCESS)
            return redirect(change_url)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Withdraw an update"),
            "opts": self.opts,
            "original": update,
            "form": form,
            "reach": relays.reach_of(update),
            "change_url": change_url,
        }
        return TemplateResponse(request, "admin/strategy/update/withdraw.html", context)


def _dotted(*parts):
    return format_html_join(" · ", "{}", ((part,) for part in parts if part))


def _who(event):
    if event.actor:
        return event.actor.name_for_core_team
    return _("the schedule") if event.kind == UpdateEvent.Kind.PUBLISHED else "–"


def _named(field: str | dict) -> str:
    """What a line of the history names: a text in one language, a language, or for whom it is."""
    if isinstance(field, dict):
        return audiences.in_words(field)
    for code, _own_name in settings.LANGUAGES:
        if field == code:
            return language_name(code)
        for name in update_versions.TEXTS:
            if field == build_localized_fieldname(name, code):
                label = Update._meta.get_field(name).verbose_name
                return f"{label} ({language_name(code)})"
    return field
