"""The page on the health of mail, for the Core Team."""

from django.conf import settings
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from ..models import FailReason, Suppression
from . import alerts, figures, pulses


@require_safe
def page(request, model_admin):
    """What is wrong now; what waits and for how long; how each domain fares; when jobs ran."""
    if not request.user.has_perm(alerts.MAY_SEE):
        raise PermissionDenied
    last = pulses.latest()
    failures = figures.failures()
    context = {
        **admin.site.each_context(request),
        "opts": model_admin.model._meta,
        "title": _("Health of mail"),
        "days": settings.MAIL_HEALTH_DAYS,
        "smallest": settings.MAIL_SMALL_DOMAIN,
        "age_labels": [label for label, _youngest, _oldest in figures.AGES],
        "ages": figures.ages(),
        "domains": figures.domains(),
        "failures": [
            (reason.label, failures[reason]) for reason in FailReason if reason in failures
        ],
        "suppressed": Suppression.objects.count(),
        "jobs": [(label, last[job].at if job in last else None) for job, label in _jobs().items()],
    }
    return TemplateResponse(request, "admin/mailing/edition/health.html", context)


def _jobs() -> dict[str, str]:
    named = {
        pulses.SWEEP: _("Messages of lost workers given to others"),
        pulses.WATCH: _("Ledger gone over"),
    }
    if settings.BOUNCE_IMAP_HOST:
        named[pulses.BOUNCES] = _("Mailbox of bounces read")
    return named
