"""My page: where a signed-in person stands, and what is next."""

from django.shortcuts import render
from django.views.decorators.http import require_safe

from liaisons import access

from .. import dashboard


@access.signed_in
@require_safe
def dashboard_page(request):
    """The signed-in person's own page."""
    return render(request, "strategy/dashboard.html", {"my": dashboard.of(request.user)})
