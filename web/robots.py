"""What programs that follow links are asked to leave alone."""

from django.conf import settings
from django.http import HttpResponse

from .public_pages import public_page

# Private pages answer with a sign-in anyway; this saves both sides the round trip.
LEAVE_ALONE = ["/admin/", "/mail/", "/*/accounts/", "/*/join/", "/*/my/"]


@public_page
def robots(request):
    """robots.txt (RFC 9309), with the address of the site map."""
    lines = ["User-agent: *"]
    lines += [f"Disallow: {path}" for path in LEAVE_ALONE]
    lines += ["", f"Sitemap: {settings.BASE_URL}/sitemap.xml", ""]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")
