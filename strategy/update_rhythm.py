"""Whether the Core Team keeps the rhythm it promised: an update every UPDATE_RHYTHM_DAYS days.

Months of silence were what people complained of most (data/process_feedback.csv). So the Core Team
is told on each page of its admin, a few days before as well, and once in each gap by mail.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.models import Group as Role
from django.db import transaction
from django.db.models import Max, Min, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from liaisons.models import User
from mailing import notices
from mailing.models import Notice
from web.alerts import Alert
from web.models import Installation
from web.templatetags.web import day_text

from .models import Update

NOTICE = "update_rhythm"
MAY_WRITE = "strategy.add_update"


def silent_since() -> datetime | None:
    """When the newest update went out, or before the first one when the site was set up.

    One that was withdrawn afterwards did go out.
    """
    newest = Update.objects.with_address().aggregate(at=Max("published_at"))["at"]
    return newest or Installation.objects.aggregate(at=Min("made_at"))["at"]


def due_at() -> datetime | None:
    """By when the next update was promised; None where the site is not set up yet."""
    since = silent_since()
    return since + timedelta(days=settings.UPDATE_RHYTHM_DAYS) if since else None


def _is_scheduled_before(at: datetime) -> bool:
    return Update.objects.filter(status=Update.Status.SCHEDULED, publish_at__lte=at).exists()


def alerts() -> list[Alert]:
    """What the Core Team is told on each page of the admin; nothing while the rhythm is kept."""
    due, now = due_at(), timezone.now()
    if due is None or now < due - timedelta(days=settings.UPDATE_RHYTHM_EARLY_DAYS):
        return []
    if now < due and _is_scheduled_before(due):
        return []
    return [Alert(said(due, now), reverse("admin:strategy_update_add"), MAY_WRITE, now < due)]


def said(due: datetime, now: datetime) -> str:
    """How it stands with the promise, in a sentence."""
    if now < due:
        return _("An update is due by %(day)s, and none is scheduled until then.") % {
            "day": day_text(timezone.localdate(due))
        }
    days = (now - silent_since()).days
    return ngettext(
        "No update has gone out for %(days)d day. At most %(promised)d days were promised.",
        "No update has gone out for %(days)d days. At most %(promised)d days were promised.",
        days,
    ) % {"days": days, "promised": settings.UPDATE_RHYTHM_DAYS}


@transaction.atomic
def warn() -> int:
    """Owe who writes updates one mail in a gap that is over its time; says how many people."""
    due = due_at()
    if due is None or timezone.now() < due:
        return 0
    # One at a time: two beats at once must not both find that nobody was told.
    list(Installation.objects.select_for_update())
    if Notice.objects.filter(kind=NOTICE, created_at__gt=silent_since()).exists():
        return 0
    writers = _writers()
    notices.send_many(NOTICE, [(person, {}) for person in writers])
    return len(writers)


def _writers() -> list[User]:
    """The Core Team's people who may write updates."""
    app, codename = MAY_WRITE.split(".")
    roles = Role.objects.filter(
        permissions__codename=codename, permissions__content_type__app_label=app
    )
    own = Q(user_permissions__codename=codename, user_permissions__content_type__app_label=app)
    may = Q(is_superuser=True) | Q(groups__in=roles) | own
    people = User.objects.filter(is_staff=True, is_active=True).filter(may)
    return list(people.exclude(email="").distinct().order_by("pk"))


def still_holds(notice: Notice) -> bool:
    """Whether the gap is still open when the mail goes out, and its reader may still write."""
    due = due_at()
    user = notice.recipient and notice.recipient.user
    may_write = bool(user and user.is_staff and user.has_perm(MAY_WRITE))
    return may_write and due is not None and timezone.now() >= due


def more_context(notice: Notice) -> dict:
    """What the mail says."""
    return {
        "said": said(due_at(), timezone.now()),
        "write_url": f"{settings.BASE_URL}{reverse('admin:strategy_update_add')}",
    }
