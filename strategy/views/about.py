"""What this site is, what it holds on people, and how usable it is."""

from django.conf import settings
from django.shortcuts import render

from liaisons import retention
from web.public_pages import public_page


@public_page
def about(request):
    """What a Strategy Liaison is, and what this site does."""
    return render(request, "strategy/about.html", {"mandate_days": settings.MANDATE_LENGTH_DAYS})


@public_page
def privacy(request):
    """What is held on people, why, how long, and what they can do about it."""
    return render(request, "strategy/privacy.html", {"periods": retention.periods()})


@public_page
def accessibility(request):
    """The accessibility statement."""
    return render(request, "strategy/accessibility.html")
