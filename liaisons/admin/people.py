"""People: what the Core Team sees of an account. Only here is an e-mail address shown."""

from django.contrib import admin, messages
from django.urls import path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from web import content_version
from web.templatetags.web import moment

from .. import mandates
from ..models import LanguageSkill, Mandate, User
from ..models.people import name_to_find
from . import bulk, liaison_page, second_step, translation_help, workload
from .at_once import NoticingAdmin

HELP_FIELDS = [
    "language", "level", "needs_help_from_english", "needs_help_to_english",
    "offers_help_from_english", "offers_help_to_english",
]  # fmt: skip


class LanguageSkillInline(admin.TabularInline):
    model = LanguageSkill
    extra = 0
    can_delete = False
    verbose_name_plural = _("languages")
    fields = tuple(HELP_FIELDS)
    readonly_fields = HELP_FIELDS

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("language")

    def has_add_permission(self, request, obj=None):
        return False


@admin.register(User)
class UserAdmin(NoticingAdmin, admin.ModelAdmin):
    """Accounts. People write about themselves; the Core Team gives roles and closes accounts."""

    access_policy = "core_team"
    list_display = [
        "name",
        "email",
        "country",
        "is_staff",
        "is_active",
        "date_joined",
        "story",
    ]
    list_filter = ["is_staff", "is_active", "language"]
    list_select_related = ["country"]
    search_fields = ["name_to_find", "wiki_username", "email"]
    ordering = ["-date_joined"]
    inlines = [LanguageSkillInline]
    filter_horizontal = ["groups"]
    fieldsets = [
        (
            None,
            {
                "fields": [
                    "chosen_name",
                    "wiki_username",
                    "wiki_standing",
                    "email",
                    "country",
                    "language",
                ]
            },
        ),
        (
            _("Choices"),
            {"fields": ["is_public_by_name", "prefers_talk_page", "time_zone", "away_until"]},
        ),
        (_("Core Team"), {"fields": ["is_active", "is_staff", "is_superuser", "groups"]}),
        (_("Dates"), {"fields": ["date_joined", "last_login", "erased_at"]}),
    ]
    POWERS = ["is_active", "is_staff", "is_superuser", "groups"]

    def get_queryset(self, request):
        return super().get_queryset(request).annotate(name_to_find=name_to_find())

    def get_readonly_fields(self, request, obj=None):
        """Only a superuser gives power; nobody writes for another person."""
        shown = [name for _label, part in self.fieldsets for name in part["fields"]]
        if request.user.is_superuser:
            return [name for name in shown if name not in self.POWERS]
        return shown

    @admin.display(description=_("name"))
    def chosen_name(self, person):
        """The name given here; none where the wiki hid this person's name."""
        return "" if person.wiki_suppressed_at else person.display_name

    @admin.display(description=_("name"))
    def name(self, person):
        """The name as the Core Team sees it everywhere."""
        return person.name_for_core_team

    @admin.display(description=_("Wikimedia account"))
    def wiki_standing(self, person):
        """What the wiki did with the account, and since when we know."""
        said = []
        if person.wiki_locked_at:
            said.append(format_html(_("Locked since {}"), moment(person.wiki_locked_at)))
        if person.wiki_suppressed_at:
            said.append(format_html(_("Name hidden since {}"), moment(person.wiki_suppressed_at)))
        return format_html_join(mark_safe("<br>"), "{}", ((one,) for one in said))

    def changelist_view(self, request, extra_context=None):
        title = {"title": self.model._meta.verbose_name_plural.capitalize()}
        return super().changelist_view(request, {**title, **(extra_context or {})})

    @admin.display(description=_("story"))
    def story(self, person):
        """The way to all that happened between this person and us."""
        address = reverse("admin:liaisons_user_story", args=[person.pk])
        words = liaison_page.SUBTITLE
        return format_html(
            '<a href="{}" aria-label="{}: {}">{}</a>',
            address, words, person.name_for_core_team, words,
        )  # fmt: skip

    def save_model(self, request, obj, form, change):
        """Save the powers alone."""
        obj.save(update_fields=[name for name in self.POWERS if name != "groups"])

    def save_related(self, request, form, formsets, change):
        """Whoever leaves the Core Team hands their liaisons on to the contacts the rules name."""
        super().save_related(request, form, formsets, change)
        person = form.instance
        if not (person.is_staff and person.is_active):
            self._hand_on(request, person)
        # A closed account is named no more. Last, as in every verb: who holds a mandate waits here.
        content_version.bump()

    def _hand_on(self, request, person):
        before = Mandate.objects.active().filter(contact=person).count()
        if not before:
            return
        left = len(mandates.hand_on_liaisons(of=person, by=request.user))
        if before - left:
            message = ngettext(
                "%(number)s liaison has another contact now, as the contact rules say.",
                "%(number)s liaisons have another contact now, as the contact rules say.",
                before - left,
            )
            messages.success(request, message % {"number": before - left})
        if left:
            message = ngettext(
                "%(number)s liaison keeps this contact: the rules name nobody who is there.",
                "%(number)s liaisons keep this contact: the rules name nobody who is there.",
                left,
            )
            link = format_html(
                '{} <a href="{}">{}</a>',
                message % {"number": left},
                bulk.address("reassign", of=person.pk),
                bulk.ACTIONS["reassign"].label,
            )
            messages.warning(request, link)

    # --- Its pages ----------------------------------------------------------------------------

    def get_urls(self):
        def page(view):
            return self.admin_site.admin_view(
                lambda request, *args, **kwargs: view(self, request, *args, **kwargs)
            )

        return [
            path("workload/", page(workload.page), name="liaisons_user_workload"),
            path(
                "translation-help/",
                page(translation_help.page),
                name="liaisons_user_translation_help",
            ),
            path(
                "<path:object_id>/second-step/",
                page(second_step.page),
                name="liaisons_user_second_step",
            ),
            path("<path:object_id>/story/", page(liaison_page.page), name="liaisons_user_story"),
            *super().get_urls(),
        ]

    # --- Who may do what ----------------------------------------------------------------------

    def has_add_permission(self, request):
        """People sign up themselves."""
        return False

    def has_delete_permission(self, request, obj=None):
        """Accounts are erased by their owner; histories keep a pseudonym."""
        return False
