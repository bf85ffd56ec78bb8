"""The ledger as the Core Team sees it: read-only, because it is history."""

from collections import defaultdict

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.db import transaction
from django.db.models import Count, OuterRef, Q, Subquery
from django.urls import path, reverse
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe
from django.utils.timezone import localtime
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from . import claims, eligibility, kinds, reasons, talk_page_admin, why_pages
from .addresses import address_hash
from .bounces import fates
from .health import page
from .models import Delivery, Edition, Notice, Preference, Recipient, Rhythm, State, Suppression
from .models.messages import OPEN
from .seeing import comparison, pages
from .stories import reason_label, story_of

_NEXT_LINE = mark_safe("<br>")


class History(admin.ModelAdmin):
    """Nothing is added, changed or deleted by hand."""

    access_policy = "core_team"
    list_per_page = 50
    show_full_result_count = False
    actions: list[str] | None = None

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


def _column(state):
    @admin.display(description=state.label)
    def count(self, edition):
        return edition.counted.get(state.value, 0)

    return count


class EditionList(ChangeList):
    """A page of editions with the figures of those on it, and of no others: the ledger is long."""

    def get_results(self, request):
        super().get_results(request)
        deliveries = Delivery.objects.filter(edition__in=[one.pk for one in self.result_list])
        rows = deliveries.order_by().values_list("edition", "state").annotate(count=Count("*"))
        found = defaultdict(dict)
        for edition, state, count in rows:
            found[edition][state] = count
        for edition in self.result_list:
            edition.counted = found[edition.pk]


@admin.register(Edition)
class EditionAdmin(History):
    """Each edition with its figures: the states always add up to the audience."""

    # No filter beside it: the figures need the width.
    list_display = ["hour", "rhythm", "audience", *State.values]
    date_hierarchy = "hour"
    ordering = ["-hour", "-pk"]
    fields = [
        "channel",
        "rhythm",
        "hour",
        "cut_off",
        "frozen_at",
        "audience",
        "figures",
        "reasons",
        "compared",
        "one_person",
    ]
    readonly_fields = ["figures", "reasons", "compared", "one_person", "talk_pages"]

    def get_urls(self):
        health = self.admin_site.admin_view(lambda request: page.page(request, self))
        planned = self.admin_site.admin_view(lambda request: pages.dry_run_page(request, self))
        return [
            path("health/", health, name="mailing_edition_health"),
            path("dry-run/", planned, name="mailing_edition_dry_run"),
            *talk_page_admin.urls_of(self),
            *super().get_urls(),
        ]

    def get_fields(self, request, obj=None):
        fields = super().get_fields(request, obj)
        return [*fields, "talk_pages"] if obj and obj.is_posted_by_hand else fields

    @admin.display(description=_("talk pages"))
    def talk_pages(self, edition):
        """The page with the lists and texts for the wiki."""
        page = reverse(f"admin:{talk_page_admin.PAGE}", args=[edition.pk])
        return format_html('<a href="{}">{}</a>', page, _("Messages for talk pages"))

    def get_changelist(self, request, **kwargs):
        return EditionList

    @admin.display(description=_("deliveries"))
    def figures(self, edition):
        """Each state with its count, linked to those deliveries."""
        listed = reverse("admin:mailing_delivery_changelist")
        counted = edition.figures()
        rows = [
            (listed, edition.pk, state.value, state.label, counted[state.value]) for state in State
        ]
        link = (
            '<a class="links-below" href="{}?edition__id__exact={}&amp;state__exact={}">{}: {}</a>'
        )
        return format_html_join(_NEXT_LINE, link, rows)

    @admin.display(description=_("reasons"))
    def reasons(self, edition):
        """Why people got nothing, each reason with its count, linked to those deliveries."""
        listed = reverse("admin:mailing_delivery_changelist")
        with_reason = edition.deliveries.exclude(reason="").order_by()
        rows = [
            (listed, edition.pk, reason, reason_label(Delivery(reason=reason)), count)
            for reason, count in with_reason.values_list("reason").annotate(Count("pk"))
        ]
        if not rows:
            return gettext("Nobody was left out.")
        link = (
            '<a class="links-below" href="{}?edition__id__exact={}&amp;reason__exact={}">{}: {}</a>'
        )
        return format_html_join(_NEXT_LINE, link, rows)

    @admin.display(description=_("one person"))
    def one_person(self, edition):
        """The way to the question whether somebody got this edition."""
        page = reverse("admin:mailing_recipient_ask")
        return format_html(
            '<a href="{}?edition={}">{}</a>',
            page, edition.pk, gettext("Did somebody get this edition, and if not, why?"),
        )  # fmt: skip

    @admin.display(description=_("compared with the edition before"))
    def compared(self, edition):
        """Each figure then and now; a jump says so."""
        found = comparison.with_the_one_before(edition)
        if found.before is None:
            return gettext("There is no earlier edition to compare with.")
        jump = gettext("(a jump)")
        rows = [
            (one.label, one.before, one.now, jump if one.is_jump else "") for one in found.figures
        ]
        return format_html_join(_NEXT_LINE, "{}: {} → {} {}", rows)


for _state in State:
    setattr(EditionAdmin, _state.value, _column(_state))


class LetterAdmin(History):
    """Single messages: found by the whole address or the Message-ID, told as a story."""

    search_fields = ["message_id"]
    search_help_text = _("A whole e-mail address or a Message-ID.")
    ordering = ["-pk"]
    readonly_fields = ["person", "why", "next_try", "told"]
    actions = ["send_again"]

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("recipient__user")

    def has_send_again_permission(self, request):
        """Who may change messages may send them again, though no form changes one."""
        return request.user.has_perm(f"mailing.change_{self.opts.model_name}")

    def get_search_results(self, request, queryset, search_term):
        """An address is looked up by its hash: the list itself shows none."""
        if "@" in search_term and not search_term.startswith("<"):
            return self.filter_by_address(queryset, search_term), False
        return super().get_search_results(request, queryset, search_term)

    def filter_by_address(self, queryset, address):
        """The messages to one address."""
        return queryset.filter(recipient__address_hash=address_hash(address))

    @admin.display(description=_("person"))
    def person(self, letter):
        """The person's name as the Core Team sees it; never the address."""
        recipient = letter.recipient
        return str(recipient.user if recipient and recipient.user else recipient or "–")

    @admin.display(description=_("reason"))
    def why(self, letter):
        """The reason in words."""
        return reason_label(letter) or "–"

    @admin.display(description=_("next attempt"))
    def next_try(self, letter):
        """When it is tried again; nothing once its fate is known."""
        if letter.state not in OPEN:
            return "–"
        return date_format(localtime(letter.next_attempt_at), "DATETIME_FORMAT")

    @admin.display(description=_("what happened"))
    def told(self, letter):
        """The whole story, one line for each thing that happened."""
        rows = [
            (date_format(localtime(line.at), "DATETIME_FORMAT"), line.what, line.detail)
            for line in story_of(letter)
        ]
        return format_html_join(_NEXT_LINE, "{}: {} {}", rows)

    @admin.action(
        description=_("Send again what failed or is uncertain"), permissions=["send_again"]
    )
    def send_again(self, request, queryset):
        """Try once more under the same Message-ID; sent and waiting ones stay as they are."""
        by = f"account {request.user.pk}"
        count = sum(claims.send_again(letter, by=by) for letter in queryset)
        self.message_user(
            request,
            ngettext(
                "%(count)d message is tried again.", "%(count)d messages are tried again.", count
            )
            % {"count": count},
            messages.SUCCESS if count else messages.WARNING,
        )


@admin.register(Delivery)
class DeliveryAdmin(LetterAdmin):
    """Who got which digest, and who did not and why."""

    list_display = ["person", "edition", "state", "why", "attempts", "finished_at"]
    list_filter = ["state", "edition__rhythm"]
    list_select_related = ["edition"]
    fields = [
        "edition", "person", "language", "state", "why", "attempts", "next_try",
        "message_id", "told",
    ]  # fmt: skip

    def get_urls(self):
        view = self.admin_site.admin_view
        name = "mailing_delivery_preview"
        preview = view(lambda request: pages.preview_page(request, self))
        return [
            path("preview/", preview, name=name),
            path("preview/mail/", view(pages.preview_mail), name=f"{name}_mail"),
            path("preview/send/", view(pages.preview_send), name=f"{name}_send"),
            *super().get_urls(),
        ]

    def lookup_allowed(self, lookup, value, request=None):
        """The links from an edition's figures name the edition and the reason."""
        own = ("edition__id__exact", "reason__exact")
        return lookup in own or super().lookup_allowed(lookup, value, request)


@admin.register(Notice)
class NoticeAdmin(LetterAdmin):
    """Receipts, confirmations and other single messages. What they say is not shown."""

    list_display = ["kind", "person", "state", "why", "attempts", "created_at", "finished_at"]
    list_filter = ["state", "kind"]
    fields = [
        "kind", "person", "language", "state", "why", "attempts", "next_try",
        "message_id", "told",
    ]  # fmt: skip

    def filter_by_address(self, queryset, address):
        hashed = address_hash(address)
        return queryset.filter(
            Q(recipient__address_hash=hashed) | Q(address__iexact=address.strip())
        )


class HasAccount(admin.SimpleListFilter):
    """Those with an account, or those without."""

    title, parameter_name = _("account"), "account"

    def lookups(self, request, model_admin):
        return [("yes", _("With an account")), ("no", _("Without an account"))]

    def queryset(self, request, queryset):
        if self.value() in ("yes", "no"):
            return queryset.filter(user__isnull=self.value() == "no")
        return queryset


@admin.register(Recipient)
class RecipientAdmin(History):
    """Who can get mail, and for each why they got something or not; see ``why_pages``."""

    list_display = ["person", "how_often", "in_the_way", "language"]
    list_filter = [HasAccount]
    search_fields = ["address_hash"]
    search_help_text = _("A whole e-mail address.")
    ordering = ["-pk"]

    def get_urls(self):
        ask = self.admin_site.admin_view(lambda request: why_pages.ask(self, request))
        return [path("ask/", ask, name="mailing_recipient_ask"), *super().get_urls()]

    def get_queryset(self, request):
        digests = Preference.objects.filter(
            recipient=OuterRef("pk"), kind=kinds.DIGEST.name
        ).exclude(rhythm=Rhythm.NONE)
        return (
            super()
            .get_queryset(request)
            .select_related("user")
            .annotate(
                rhythm=Subquery(digests.values("rhythm")[:1]),
                channel=Subquery(digests.values("channel")[:1]),
                obstacle=eligibility.obstacle(kinds.DIGEST),
            )
        )

    def get_search_results(self, request, queryset, search_term):
        """An address is looked up by its hash: the list shows none."""
        if search_term:
            return queryset.filter(address_hash=address_hash(search_term)), False
        return queryset, False

    def change_view(self, request, object_id, form_url="", extra_context=None):
        return why_pages.person(self, request, object_id)

    @admin.display(description=_("person"))
    def person(self, recipient):
        """The person's name as the Core Team sees it; never the address."""
        return why_pages.name_of(recipient)

    @admin.display(description=_("how often"))
    def how_often(self, recipient):
        """The rhythm of the digest, and the way where it is not by mail."""
        said = Rhythm(recipient.rhythm or Rhythm.NONE).label
        if recipient.channel in (None, Preference.Channel.EMAIL):
            return said
        return f"{said} · {Preference.Channel(recipient.channel).label}"

    @admin.display(description=_("in the way of the digest"))
    def in_the_way(self, recipient):
        """What is in the way of a digest by mail now, in a few words."""
        by_mail = recipient.channel == Preference.Channel.EMAIL
        return (reasons.short(recipient.obstacle) if by_mail else "") or "–"


class SuppressionForm(forms.ModelForm):
    """An address is entered; only its hash is kept."""

    address = forms.EmailField(label=_("E-mail address"), help_text=_("Only its hash is kept."))

    class Meta:
        model = Suppression
        fields = ["reason", "detail"]

    def clean(self):
        cleaned = super().clean()
        self.instance.address_hash = address_hash(cleaned.get("address", ""))
        if Suppression.objects.filter(address_hash=self.instance.address_hash).exists():
            self.add_error("address", gettext("This address is on the list already."))
        return cleaned


@admin.register(Suppression)
class SuppressionAdmin(History):
    """Addresses that take no mail. One may be added, and taken off again when it is repaired."""

    list_display = ["__str__", "reason", "created_at"]
    list_filter = ["reason"]
    search_fields = ["address_hash"]
    search_help_text = _("A whole e-mail address.")
    form = SuppressionForm
    fields = ["reason", "detail", "created_at"]
    readonly_fields = ["created_at"]

    def has_add_permission(self, request):
        return admin.ModelAdmin.has_add_permission(self, request)

    def has_delete_permission(self, request, obj=None):
        return admin.ModelAdmin.has_delete_permission(self, request, obj)

    @transaction.atomic
    def delete_model(self, request, obj):
        """The address counts as new, or the next mail that comes back would stop it again."""
        fates.settle(obj.address_hash)
        super().delete_model(request, obj)

    def get_fields(self, request, obj=None):
        return super().get_fields(request, obj) if obj else ["address", "reason", "detail"]

    def get_search_results(self, request, queryset, search_term):
        if "@" in search_term:
            return queryset.filter(address_hash=address_hash(search_term)), False
        return super().get_search_results(request, queryset, search_term)
