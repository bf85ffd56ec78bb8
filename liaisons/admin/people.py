"""People: what the Core Team sees of an account. Only here is an e-mail address shown."""

from django.contrib import admin
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy as _

from web import content_version
from web.templatetags.web import moment

from ..models import LanguageSkill, User


class LanguageSkillInline(admin.TabularInline):
    model = LanguageSkill
    extra = 0
    can_delete = False
    verbose_name_plural = _("languages")
    fields = ["language", "needs_help_from_english", "needs_help_to_english"]
    readonly_fields = ["language", "needs_help_from_english", "needs_help_to_english"]

    def has_add_permission(self, request, obj=None):
        return False


@admin.register(User)
class UserAdmin(admin.ModelAdmin):
    """Accounts. People write about themselves; the Core Team gives roles and closes accounts."""

    access_policy = "core_team"
    list_display = [
        "name_for_core_team",
        "email",
        "country",
        "is_staff",
        "is_active",
        "date_joined",
    ]
    list_filter = ["is_staff", "is_active", "language"]
    list_select_related = ["country"]
    search_fields = ["display_name", "wiki_username", "email"]
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

    @admin.display(description=_("Wikimedia account"))
    def wiki_standing(self, person):
        """What the wiki did with the account, and since when we know."""
        said = []
        if person.wiki_locked_at:
            said.append(format_html(_("Locked since {}"), moment(person.wiki_locked_at)))
        if person.wiki_suppressed_at:
            said.append(format_html(_("Name hidden since {}"), moment(person.wiki_suppressed_at)))
        return format_html_join(mark_safe("<br>"), "{}", ((one,) for one in said))

    def save_model(self, request, obj, form, change):
        """Save the powers alone. A closed account is named no more, so pages are made anew."""
        obj.save(update_fields=[name for name in self.POWERS if name != "groups"])
        content_version.bump()

    def has_add_permission(self, request):
        """People sign up themselves."""
        return False

    def has_delete_permission(self, request, obj=None):
        """Accounts are erased by their owner; histories keep a pseudonym."""
        return False
