"""For reviewers: whether they want the daily mail on what waits."""

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from liaisons import queue_summary as summaries
from liaisons.access import may_review, signed_in
from liaisons.accounts import people
from liaisons.accounts.forms import posted


class QueueSummaryForm(forms.Form):
    """One choice."""

    is_wanted = forms.BooleanField(
        label=gettext_lazy("Send me a summary of what waits"), required=False
    )


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def queue_summary(request):
    """Switch the mail on or off; for others than reviewers the page is not there."""
    if not may_review(request.user):
        raise Http404
    form = QueueSummaryForm(
        posted(request), initial={"is_wanted": summaries.is_wanted(request.user)}
    )
    if form.is_valid():
        with transaction.atomic():
            if not people.still_there(request.user):
                return redirect("account_login")
            summaries.choose(person=request.user, **form.cleaned_data)
        messages.success(request, _("Your changes are saved."))
        return redirect("liaisons:settings_queue_summary")
    return render(request, "liaisons/settings/queue_summary.html", {"form": form})
