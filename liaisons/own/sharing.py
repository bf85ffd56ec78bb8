"""What members of the group say: the link to share, and the page it leads to."""

from django import forms
from django.conf import settings
from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from web import rate_limits

from .. import mandates, unsaved
from ..access import own_mandate_or_404, signed_in
from ..errors import Refused
from ..models import Endorsement

Verdict = Endorsement.Verdict
SAID_A_DAY = 20


class VerdictForm(forms.Form):
    """Whether the group agreed, as somebody else of the group says."""

    verdict = forms.ChoiceField(
        label=gettext_lazy("Did your group agree to it?"),
        choices=[
            (Verdict.CONFIRMS, gettext_lazy("Yes, I confirm it")),
            (Verdict.CONTESTS, gettext_lazy("No, I contest it")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose an answer.")},
    )
    reason = forms.CharField(
        label=gettext_lazy("Why do you contest it?"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"}),
        help_text=gettext_lazy("Any language. Only the Core Team reads it."),
        error_messages={"required": gettext_lazy("Please say why.")},
    )
    # The browser must not insist on a reason from who confirms.
    use_required_attribute = False

    def clean(self):
        answers = super().clean()
        if answers.get("verdict") != Verdict.CONTESTS:
            self.errors.pop("reason", None)
            answers["reason"] = ""
        return answers


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def share(request, pk):
    """The link for members of the group; a new one stops the old one."""
    mandate = own_mandate_or_404(request.user, pk)
    if not mandates.can_be_spoken_of(mandate):
        messages.info(request, mandates.what_happened(mandate))
        return redirect("liaisons:mandate", mandate.pk)
    if request.method == "POST":
        try:
            mandates.renew_share_link(mandate=mandate, by=request.user)
        except Refused as refusal:
            messages.warning(request, refusal.message)
        return redirect("liaisons:mandate_share", mandate.pk)
    token = mandates.share_token(mandate)
    link = settings.BASE_URL + reverse("liaisons:endorse", args=[token]) if token else ""
    return render(request, "liaisons/mandate_share.html", {"mandate": mandate, "link": link})


@unsaved.kept_when_signed_out
@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def endorse(request, token):
    """Confirm or contest somebody else's mandate, change that, or withdraw it."""
    mandate = mandates.mandate_of(token)
    if mandate is None or not mandates.can_be_spoken_of(mandate):
        return render(request, "liaisons/link_gone.html", status=404)
    said = mandate.endorsements.filter(person=request.user).first()
    standing = said if said and said.withdrawn_at is None else None
    typed = unsaved.taken(request)
    initial = {"verdict": standing.verdict, "reason": standing.reason} if standing else None
    form = VerdictForm(request.POST if request.method == "POST" else typed, initial=initial)
    if request.method == "POST" and request.POST.get("do") == "withdraw":
        return _do(
            request,
            token,
            _("You withdrew what you said."),
            lambda: mandates.unsay(mandate=mandate, by=request.user),
        )
    if request.method == "POST" and form.is_valid():
        return _do(
            request,
            token,
            _("Thank you. The Core Team reads it."),
            lambda: mandates.say(mandate=mandate, by=request.user, **form.cleaned_data),
        )
    return render(
        request,
        "liaisons/endorse.html",
        {
            "mandate": mandate,
            "group": mandate.group,
            "name": mandate.person.public_name,
            "is_own": mandate.person_id == request.user.pk,
            "said": standing,
            "form": form,
        },
    )


def _do(request, token, done, verb):
    try:
        if not rate_limits.allow(f"say:{request.user.pk}", limit=SAID_A_DAY, seconds=86_400):
            raise Refused(_("That was often for one day. Please wait until tomorrow."))
        verb()
    except Refused as refusal:
        messages.warning(request, refusal.message)
    else:
        messages.success(request, done)
    return redirect("liaisons:endorse", token)
