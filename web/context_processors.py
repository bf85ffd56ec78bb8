"""What every page knows about itself."""

from django.conf import settings
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language, get_language_bidi

from . import installation


def page(request):
    """The installation, the page's language and direction, and the same page in other languages."""
    return {
        "installation": SimpleLazyObject(installation.current),
        "site_name": settings.SITE_NAME,
        "source_url": settings.SOURCE_URL,
        "contact_email": settings.CONTACT_EMAIL,
        "base_url": settings.BASE_URL,
        "view_name": getattr(request.resolver_match, "view_name", ""),
        "page_language": get_language() or settings.LANGUAGE_CODE,
        "page_language_name": dict(settings.LANGUAGES).get(get_language() or "", ""),
        "page_direction": "rtl" if get_language_bidi() else "ltr",
        # Asked for in the head, the header and the phone's menu; made once.
        "language_links": SimpleLazyObject(lambda: language_links(request)),
    }


def language_links(request):
    """This page in each site language: code, own name, path with query, and which one is shown."""
    shown = get_language()
    path = request.get_full_path()
    here = f"/{shown}/"
    return [
        {
            "code": code,
            "name": name,
            # Addresses differ in their first part only, and asking for each takes far longer.
            "url": f"/{code}/{path.removeprefix(here)}" if path.startswith(here) else path,
            "is_current": code == shown,
        }
        for code, name in settings.LANGUAGES
    ]
