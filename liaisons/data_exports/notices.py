"""The mail that says that an archive can be downloaded."""

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from liaisons.models import DataExport
from mailing import notices
from mailing.kinds import Category, one_by_one

from .links import link_to

READY = "data_export_ready"
STEM = f"liaisons/mail/{READY}"


def register_all() -> None:
    """Make the kind known to mailing; called once, when the app is ready."""
    notices.register(
        READY,
        f"{STEM}.subject.txt",
        f"{STEM}.txt",
        f"{STEM}.html",
        label=_("Your data can be downloaded"),
        category=Category.RECEIPT,
        to_whom=_("Whoever asked for everything held on them"),
        eligible=one_by_one(is_still_there),
        more_context=more_context,
    )


def tell(export: DataExport) -> None:
    """Owe the mail, in the caller's transaction. It holds a number; the link is made on sending."""
    notices.send(READY, export.person, {"export_id": export.pk})


def is_still_there(notice) -> bool:
    """Asked right before sending: a link that opens nothing is of no use."""
    exports = DataExport.objects.filter(pk=notice.context.get("export_id"))
    return exports.filter(expires_at__gt=timezone.now()).exists()


def more_context(notice) -> dict:
    """What the templates need."""
    export = DataExport.objects.defer("archive").get(pk=notice.context["export_id"])
    return {"data_url": settings.BASE_URL + link_to(export), "hours": settings.DATA_EXPORT_HOURS}
