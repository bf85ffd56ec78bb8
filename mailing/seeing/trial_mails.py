"""The test of a digest: a notice to a person of the Core Team that holds somebody's digest.

Only whose digest and of which day is stored; the digest itself is made when the test is sent.
"""

import re
from typing import Any

from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .. import notices
from ..kinds import Category, one_by_one
from ..models import Notice
from ..press import unmarked
from . import previews
from .pages import MAY_SEE, TEST


def register() -> None:
    """Make the kind known; called once, when the app is ready."""
    notices.register(
        TEST,
        "mailing/digest_test.subject.txt",
        "mailing/digest_test.txt",
        "mailing/digest_test.html",
        label=gettext_lazy("Test of a digest"),
        category=Category.RECEIPT,
        to_whom=gettext_lazy("Whoever of the Core Team asked for it"),
        eligible=one_by_one(_may_still_see),
        more_context=_digest,
    )


def _may_still_see(notice: Notice) -> bool:
    user = notice.recipient and notice.recipient.user
    return bool(user and user.is_active and user.is_staff and user.has_perm(MAY_SEE))


def _digest(notice: Notice) -> dict[str, Any]:
    """Subject, text and HTML of the digest, or what is said in its place."""
    preview = previews.for_test(
        notice.context["recipient"], notice.context["day"], notice.recipient
    )
    written = preview and preview.written
    if not written:
        nothing = _("This person would get no digest now.")
        return {"subject": nothing, "text": nothing, "html": f"<p>{nothing}</p>"}
    mark = render_to_string("mailing/_digest_test_mark.html")
    html = re.sub(r"(<body[^>]*>)", lambda match: match[1] + mark, written.html, count=1)
    subject = unmarked(written.subject, preview.language)
    return {"subject": subject, "text": written.text, "html": html}
