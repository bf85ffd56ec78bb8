"""An update as it is typed, before it is saved: its page, on a phone, and in the digest.

The pages stand in frames that hold the whole document (``srcdoc``), made of the templates that make
the real ones. So nothing has to be kept between two requests, and no address shows a draft.
"""

import re
from datetime import datetime
from typing import Any

from csp.constants import NONCE, SELF
from csp.decorators import csp_update
from django.conf import settings
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import QueryDict
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.utils import timezone, translation
from django.utils.text import slugify
from django.views.decorators.http import require_POST
from modeltranslation.utils import build_localized_fieldname

from mailing.seeing import previews
from mailing.seeing.pages import with_sheet
from web.names import language_name
from web.public_pages import by_nobody

from .. import images, language_versions, reading, sections, timeline
from ..audiences import with_words
from ..models import Series, Topic, Update
from ..update_versions import TEXTS
from . import audiences, writing_help

# The field in which the preview is asked for another language; all others are the form's.
WANTED = "preview_in"
# In which its page says which update is written on.
OF = "preview_of"
# No script runs in a frame, and a browser would complain of each.
_SCRIPT = re.compile(r"<script\b.*?</script>", re.DOTALL)
# Links open beside the preview: in a frame no page of ours may be shown.
_HEAD = '<head><base target="_blank">'


@require_POST
@csp_update({"style-src": [SELF, NONCE]})
def page(request):
    """What the form holds, as readers of one language would see it; saves nothing."""
    model_admin = admin.site.get_model_admin(Update)
    if not (model_admin.has_add_permission(request) or model_admin.has_change_permission(request)):
        raise PermissionDenied
    typed = request.POST
    update = _update_of(typed)
    codes = [code for code, _own_name in settings.LANGUAGES]
    wanted = typed.get(WANTED, settings.LANGUAGE_CODE)
    wanted = wanted if wanted in codes else settings.LANGUAGE_CODE
    with translation.override(wanted):
        public = _as_page(update, typed, wanted)
        section, told = sections.as_told(update)
        is_urgent = update.kind == Update.Kind.URGENT
        block = section.render_for(told, wanted, has_account=True, is_alone=is_urgent)
        written = previews.of_blocks([(section, block)], wanted, is_urgent=is_urgent)
    shown = language_versions.shown(update, wanted)
    context = {
        **model_admin.admin_site.each_context(request),
        "is_nav_sidebar_enabled": False,
        "title": _title(),
        "languages": [
            {
                "code": code,
                "own_name": own_name,
                "is_wanted": code == wanted,
                "is_there": language_versions.is_there(update, code),
            }
            for code, own_name in settings.LANGUAGES
        ],
        "wanted": wanted,
        "is_fallback": shown.is_fallback,
        "fallback_name": language_name(shown.language),
        "typed": _kept(typed),
        "as_page": public,
        "subject": written.subject,
        "as_mail": with_sheet(written.html, str(request.csp_nonce)).replace("<head>", _HEAD, 1),
        "as_text": written.text,
        "help": writing_help.as_html(update),
        "for_whom": audiences.in_words(update.audience),
        "readers": audiences.count_line(update),
    }
    return TemplateResponse(request, "admin/strategy/update/preview.html", context)


def _title():
    return translation.gettext("Preview")


def _kept(typed: QueryDict) -> list[tuple[str, str]]:
    """What is sent again when another language is chosen."""
    left_out = (WANTED, "csrfmiddlewaretoken")
    return [
        (name, value) for name, values in typed.lists() if name not in left_out for value in values
    ]


def _update_of(typed: QueryDict) -> Update:
    """The update in the form, also where it could not be saved: an unsaved one, of today."""
    update = Update(published_at=timezone.now())
    for field in TEXTS:
        for code, _own_name in settings.LANGUAGES:
            name = build_localized_fieldname(field, code)
            setattr(update, name, typed.get(name, "").replace("\r\n", "\n").strip())
    title = getattr(update, build_localized_fieldname("title", settings.LANGUAGE_CODE))
    update.slug = slugify(typed.get("slug", "")) or slugify(title) or "update"
    kind = typed.get("kind", "")
    update.kind = kind if kind in Update.Kind.values else Update.Kind.NEWS
    day, time = typed.get("deadline_0", ""), typed.get("deadline_1", "") or "00:00"
    update.deadline = _moment(f"{day}T{time}")
    if update.kind == Update.Kind.ACT and update.deadline is None:
        update.kind = Update.Kind.NEWS
    update.series = Series.objects.filter(pk__in=_keys(typed, "series")).first()
    issue = typed.get("issue", "")
    update.audience = audiences.typed(typed).kept
    update.issue = int(issue) if update.series and re.fullmatch(r"[0-9]{1,6}", issue) else None
    return update


def _saved(typed: QueryDict) -> Update:
    """The update as it is saved, which has its images; a new one has none."""
    found = Update.objects.only("pk").filter(pk__in=_keys(typed, OF)).first()
    return found or Update()


def _moment(said: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(said)
    except ValueError:
        return None
    return timezone.make_aware(found) if timezone.is_naive(found) else found


def _keys(typed: QueryDict, name: str) -> set[int]:
    return {int(value) for value in typed.getlist(name) if re.fullmatch(r"[0-9]{1,9}", value)}


def _as_page(update: Update, typed: QueryDict, wanted: str) -> str:
    with_words([update])
    shown = language_versions.shown(update, wanted)
    available = language_versions.available(update)
    context: dict[str, Any] = {
        "update": update,
        "shown": shown,
        "title_text": shown.text("title"),
        "short_text": shown.text("short"),
        "body_html": images.as_html(_saved(typed), shown.text("body"), shown.language),
        "minutes": reading.minutes_of(shown),
        "topics": Topic.objects.public().filter(pk__in=_keys(typed, "topics")),
        "entries": timeline.entries_with(_keys(typed, "timeline_entries")),
        "other_languages": [code for code in available if code != wanted],
    }
    request = by_nobody(update.get_absolute_url())
    html = render_to_string("admin/strategy/update/preview_page.html", context, request)
    return _SCRIPT.sub("", html).replace("<head>", _HEAD, 1)
