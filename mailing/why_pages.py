"""Why did somebody (not) get it? For the Core Team: by person, and by edition.

No address is shown. One can be entered to find whose it is; it stands in no URL, so in no log.
"""

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from . import pauses, preferences, recipients, upcoming, why
from .addresses import address_hash
from .models import Edition, Recipient

# So many of the newest editions can be asked about.
MOST_EDITIONS = 100


class AskForm(forms.Form):
    """Whom the question is about, and which edition."""

    address = forms.EmailField(
        label=_("E-mail address"),
        help_text=_("The whole address. With an account or without; it is shown nowhere."),
        widget=forms.EmailInput(attrs={"class": "vTextField", "dir": "ltr"}),
    )
    edition = forms.ModelChoiceField(
        label=_("Edition"), queryset=Edition.objects.none(), required=False, empty_label=_("All")
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs, label_suffix="")
        self.fields["edition"].queryset = _editions()  # type: ignore[attr-defined]


class EditionForm(forms.Form):
    """The edition that is asked about, on the page of one person."""

    edition = forms.ModelChoiceField(
        label=_("Edition"), queryset=Edition.objects.none(), empty_label=None
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs, label_suffix="")
        self.fields["edition"].queryset = _editions()  # type: ignore[attr-defined]


def _editions():
    newest = Edition.objects.order_by("-hour", "-pk").values("pk")[:MOST_EDITIONS]
    return Edition.objects.filter(pk__in=list(newest.values_list("pk", flat=True))).order_by(
        "-hour", "-pk"
    )


def ask(model_admin, request) -> HttpResponseBase:
    """Whose mail? POST finds the person of an address and goes to their page."""
    if not model_admin.has_view_permission(request):
        raise PermissionDenied
    form = AskForm(
        request.POST if request.method == "POST" else None,
        initial={"edition": request.GET.get("edition", "")},
    )
    if form.is_valid():
        found = of_address(form.cleaned_data["address"])
        if found:
            edition = form.cleaned_data["edition"]
            asked = f"?edition={edition.pk}" if edition else ""
            page = reverse("admin:mailing_recipient_change", args=[found.pk])
            return redirect(page + asked)
        form.add_error(
            "address",
            gettext("Nobody has this address now. Earlier addresses cannot be looked up."),
        )
    context = {
        **admin.site.each_context(request),
        "opts": model_admin.model._meta,
        "title": gettext("Why did somebody get it, or not?"),
        "form": form,
    }
    return TemplateResponse(request, "admin/mailing/recipient/ask.html", context)


def of_address(address: str) -> Recipient | None:
    """The account with this address before a subscription without one."""
    found = Recipient.objects.filter(Q(address_hash=address_hash(address)) & ~Q(address_hash=""))
    return found.order_by("user", "pk").first()


def person(model_admin, request, object_id) -> HttpResponseBase:
    """How things stand for one person, what came to them and what did not, and why."""
    recipient = model_admin.get_object(request, object_id)
    if recipient is None:
        raise Http404
    if not model_admin.has_view_permission(request, recipient):
        raise PermissionDenied
    form, edition = _asked(request)
    fate, reason = why.of_edition(edition, recipient) if edition else (None, "")
    preference = recipients.digest_of(recipient)
    context = {
        **admin.site.each_context(request),
        "opts": model_admin.model._meta,
        "title": name_of(recipient),
        "recipient": recipient,
        "account_url": _account_url(request, recipient),
        "preference": preference,
        "paused_until": pauses.paused_until(recipient),
        "next_hour": upcoming.when(preference, timezone.now()) if preference else None,
        "standing": why.standing(recipient, for_core_team=True),
        "most": settings.MAIL_UNREQUESTED_A_WEEK,
        "switched_off": [
            one.kind.label for one in preferences.switches(recipient) if not one.is_on
        ],
        "fates": [
            (one, _letter_url(request, one.letter))
            for one in why.gathered(why.recent(recipient, for_core_team=True))
        ],
        "form": form,
        "edition": edition,
        "fate": fate,
        "reason": reason,
    }
    return TemplateResponse(request, "admin/mailing/recipient/person.html", context)


def _asked(request) -> tuple[EditionForm, Edition | None]:
    """The form, and the edition that the address names; an older one is known too."""
    given = request.GET.get("edition", "")
    edition = Edition.objects.filter(pk=given).first() if given.isdecimal() else None
    if given and edition is None:
        messages.warning(request, gettext("There is no such edition."))
    return EditionForm(initial={"edition": edition}), edition


def name_of(recipient: Recipient) -> str:
    """The person's name as the Core Team sees it, or what they are to us; never the address."""
    if recipient.user:
        return str(recipient.user)
    if recipient.forgotten_at:
        return gettext("Somebody who was deleted")
    return gettext("A reader without an account")


def _account_url(request, recipient) -> str:
    """The person's account in the admin, for who may see it."""
    if recipient.user is None:
        return ""
    meta = recipient.user._meta
    may_see = request.user.has_perm(f"{meta.app_label}.view_{meta.model_name}")
    page = f"admin:{meta.app_label}_{meta.model_name}_change"
    return reverse(page, args=[recipient.user_id]) if may_see else ""


def _letter_url(request, letter) -> str:
    name = letter._meta.model_name
    may_see = request.user.has_perm(f"mailing.view_{name}")
    return reverse(f"admin:mailing_{name}_change", args=[letter.pk]) if may_see else ""
