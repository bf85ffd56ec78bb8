"""What groups said, for the Core Team: what waits, marking as received, and the way to answer."""

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from .. import former_words, report_translations, response_times, responses
from ..models import Statement
from ..statement_filters import found_by
from ..translating.states import State

# So many statements can be answered in one text: a page that one can still read.
MOST_AT_ONCE = 100


class StateFilter(admin.SimpleListFilter):
    """Where statements stand: those that wait for a receipt, unless something else is asked for."""

    title = gettext_lazy("state")
    parameter_name = "state"

    def lookups(self, request, model_admin):
        return [
            ("waiting", _("Waiting for a receipt")),
            ("received", _("Received, waiting for an answer")),
            ("answered", _("Answered")),
            ("withdrawn", _("Withdrawn")),
            ("all", _("All")),
        ]

    def choices(self, changelist):
        for value, label in self.lookup_choices:
            yield {
                "selected": (self.value() or "waiting") == value,
                "query_string": changelist.get_query_string({self.parameter_name: value}),
                "display": label,
            }

    def queryset(self, request, queryset):
        match self.value() or "waiting":
            case "received":
                return queryset.received()
            case "answered":
                return queryset.answered()
            case "withdrawn":
                return queryset.filter(withdrawn_in__isnull=False)
            case "all":
                return queryset
        return queryset.waiting()


@admin.register(Statement)
class StatementAdmin(admin.ModelAdmin):
    """Statements, the longest waiting first. Their words belong to the groups."""

    access_policy = "core_team"
    list_display = ["ref_column", "words", "waiting", "group", "topic", "state_column"]
    list_display_links = ["ref_column"]
    list_filter = [
        StateFilter,
        ("report__topic", admin.RelatedOnlyFieldListFilter),
        ("report__language", admin.RelatedOnlyFieldListFilter),
        "report__group__kind",
    ]
    list_per_page = MOST_AT_ONCE
    ordering = ["report__published_at", "report", "number"]
    search_fields = ["text", "report__group__name"]
    search_help_text = gettext_lazy("Words of a statement, a group, or a number like R12.4")
    actions = ["mark_received", "answer"]

    # --- Who may do what ----------------------------------------------------------------------

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        """Nobody changes what a group said; the verbs check who may answer."""
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def has_answer_permission(self, request):
        """For the actions below; their verbs ask the same again."""
        return request.user.has_perm(responses.MAY_ANSWER)

    # --- The list -----------------------------------------------------------------------------

    def get_queryset(self, request):
        return super().get_queryset(request).for_pages()

    def get_search_results(self, request, queryset, search_term):
        found, may_repeat = super().get_search_results(request, queryset, search_term)
        named = found_by(search_term)
        return (found | queryset.filter(named) if named else found), may_repeat

    def changelist_view(self, request, extra_context=None):
        request.usual_times = response_times.usual()
        title = {"title": self.model._meta.verbose_name_plural.capitalize()}
        return super().changelist_view(request, {**title, **(extra_context or {})})

    def get_changelist_instance(self, request):
        changelist = super().get_changelist_instance(request)
        usual = getattr(request, "usual_times", None)
        report_translations.read(changelist.result_list, settings.LANGUAGE_CODE)
        for statement in changelist.result_list:
            statement.usual = usual
        return changelist

    @admin.display(description=gettext_lazy("number"), ordering="report__number")
    def ref_column(self, statement):
        return format_html('<bdi dir="ltr">{}</bdi>', statement.ref)

    @admin.display(description=gettext_lazy("statement"))
    def words(self, statement):
        language = statement.report.language
        original = format_html(
            '<span lang="{}" dir="{}">{}</span>',
            language.bcp47,
            language.direction,
            statement.text,
        )
        if not statement.english:
            return original
        state = State.OUTDATED.label if statement.english.is_outdated else ""
        return format_html(
            '<div lang="en" dir="ltr">{}</div><div class="help">{}</div><div>{}</div>',
            statement.english.words,
            state,
            original,
        )

    @admin.display(description=gettext_lazy("group"), ordering="report__group__name")
    def group(self, statement):
        return format_html("<bdi>{}</bdi>", statement.report.group.name)

    @admin.display(description=gettext_lazy("topic"), ordering="report__topic")
    def topic(self, statement):
        return statement.report.topic.title

    @admin.display(description=gettext_lazy("state"))
    def state_column(self, statement):
        return statement.state.label

    @admin.display(description=gettext_lazy("waiting"), ordering="report__published_at")
    def waiting(self, statement):
        if statement.withdrawn_in or statement.response_id:
            return ""
        days = response_times.days_waiting(statement.added_at)
        age = ngettext("%(days)s day", "%(days)s days", days) % {"days": days}
        usual = getattr(statement, "usual", None) or response_times.Usual()
        expected = usual.days_to_answer if statement.received_at else usual.days_to_receive
        level = "fresh"
        if expected and days > response_times.LATE_AFTER_TIMES_USUAL * expected:
            # Translators: how long a statement has waited: "20 days: far too long".
            age, level = _("%(age)s: far too long") % {"age": age}, "late"
        elif expected and days > expected:
            # Translators: how long a statement has waited: "9 days: longer than usual".
            age, level = _("%(age)s: longer than usual") % {"age": age}, "slow"
        return format_html('<span class="waiting waiting--{}">{}</span>', level, age)

    # --- What can be done ---------------------------------------------------------------------

    @admin.action(description=gettext_lazy("Mark as received"), permissions=["answer"])
    def mark_received(self, request, queryset):
        self._receive(request, queryset)

    @admin.action(description=gettext_lazy("Answer in one text"), permissions=["answer"])
    def answer(self, request, queryset):
        chosen = list(queryset.order_by("pk").values_list("pk", flat=True)[: MOST_AT_ONCE + 1])
        if len(chosen) > MOST_AT_ONCE:
            message = _("Choose at most %(most)s statements for one answer.")
            self.message_user(request, message % {"most": MOST_AT_ONCE}, messages.WARNING)
            return None
        return redirect(answer_address(chosen))

    def change_view(self, request, object_id, form_url="", extra_context=None):
        """One statement with all that is known of it, and the same verbs."""
        statement = self.get_object(request, object_id)
        if statement is None:
            raise Http404
        if not self.has_view_permission(request, statement):
            raise PermissionDenied
        if request.method == "POST":
            # "Mark as received" is the only button of this page.
            self._receive(request, [statement])
            return redirect("admin:strategy_statement_change", statement.pk)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.model._meta,
            "title": statement.ref,
            "statement": statement,
            "report": statement.report,
            "in_english": report_translations.of(
                statement.report, [statement], settings.LANGUAGE_CODE
            ),
            "wordings": former_words.of_statement(statement),
            "usual": response_times.usual(),
            "may_answer": self.has_answer_permission(request),
            "answer_url": answer_address([statement.pk]),
        }
        return TemplateResponse(request, "admin/strategy/statement/statement.html", context)

    def _receive(self, request, statements):
        number = responses.receive(statements=statements, by=request.user)
        if number:
            message = ngettext(
                "%(number)s statement is marked as received.",
                "%(number)s statements are marked as received.",
                number,
            )
            self.message_user(request, message % {"number": number}, messages.SUCCESS)
        else:
            message = _("Nothing was to be done: they were received before, or withdrawn.")
            self.message_user(request, message, messages.WARNING)


def answer_address(ids) -> str:
    """The page on which these statements are answered in one text."""
    query = urlencode({"statements": ",".join(map(str, ids))})
    return f"{reverse('admin:strategy_response_add')}?{query}"
