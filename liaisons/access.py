"""Who may see or do what with people, groups and mandates.

Each decorator declares the view's policy and enforces it. What a person may not know of is
answered with 404, exactly as if it were not there.
"""

import functools
from urllib.parse import urlsplit, urlunsplit

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from web.policies import policy

from .errors import NotAllowed
from .models import Group, Mandate


def signed_in(view):
    """For any account; everyone else is sent to the sign-in page and comes back afterwards."""

    @functools.wraps(view)
    def guarded(request, *args, **kwargs):
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path(), reverse(settings.LOGIN_URL))
        return view(request, *args, **kwargs)

    return policy("signed_in")(guarded)


def signed_in_to_act(view):
    """The same for what is only posted: afterwards the page with the button is there again."""

    @functools.wraps(view)
    def guarded(request, *args, **kwargs):
        if not request.user.is_authenticated:
            return redirect_to_login(_page_before(request), reverse(settings.LOGIN_URL))
        return view(request, *args, **kwargs)

    return require_POST(policy("signed_in")(guarded))


def _page_before(request) -> str:
    """The page of ours that a form was sent from, as the browser says; else the first page."""
    try:
        before = urlsplit(request.headers.get("Referer", ""))
    except ValueError:
        return "/"
    is_ours = before.netloc == request.get_host() and before.path.startswith("/")
    is_one_path = not before.path.startswith("//") and "\\" not in before.path
    return urlunsplit(("", "", before.path, before.query, "")) if is_ours and is_one_path else "/"


def core_team(view):
    """For the Core Team. Anonymous people may sign in; for other accounts the page is not there."""

    @functools.wraps(view)
    def guarded(request, *args, **kwargs):
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path(), reverse(settings.LOGIN_URL))
        if not is_core_team(request.user):
            raise Http404
        return view(request, *args, **kwargs)

    return policy("core_team")(guarded)


def is_core_team(user) -> bool:
    """True for people of the Core Team, whatever their role in it."""
    return user.is_authenticated and user.is_active and user.is_staff


def may_review(person) -> bool:
    """True for people of the Core Team whose role includes reviewing mandates."""
    return bool(person.is_active and person.is_staff and person.has_perm("liaisons.review_mandate"))


def liaison(view):
    """For people with an active mandate. Other accounts read who may, and how to become one."""

    @functools.wraps(view)
    def guarded(request, *args, **kwargs):
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path(), reverse(settings.LOGIN_URL))
        if not Mandate.objects.active().filter(person=request.user).exists():
            return render(request, "liaisons/for_liaisons.html", status=403)
        return view(request, *args, **kwargs)

    return policy("liaison")(guarded)


def require_liaison(person, group) -> Mandate:
    """The active mandate by which this person speaks for this group now.

    Call it inside the transaction of what is done: the mandate stays locked, so that it cannot
    end in between. Raises ``NotAllowed``.
    """
    mandate = (
        Mandate.objects.active()
        .select_for_update(of=("self",), no_key=True)
        .filter(person=person, group=group)
        .first()
    )
    if mandate is None:
        raise NotAllowed(_("Only a liaison of this group can do this."))
    return mandate


def own_mandate_or_404(person, pk: int) -> Mandate:
    """A person's own application or mandate; somebody else's is not there."""
    mandate = (
        Mandate.objects.filter(pk=pk, person=person)
        .select_related("group", "group__country", "contact", "person")
        .first()
    )
    if mandate is None:
        raise Http404
    return mandate


def groups_of(person) -> QuerySet[Group]:
    """The groups this person speaks for today, by name."""
    active = Mandate.objects.active().filter(person=person)
    return Group.objects.filter(pk__in=active.values("group")).order_by("name", "pk")
