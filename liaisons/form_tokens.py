"""The check against forged requests, for a form whose words must not be lost to it.

Django answers an old token with a page of its own, and what was typed is gone: the token changes
when somebody signs in, in another window too. Here the form comes back as it was typed.
"""

from django.middleware.csrf import REASON_NO_CSRF_COOKIE, CsrfViewMiddleware


class _Check(CsrfViewMiddleware):
    def _reject(self, request, reason):
        return reason


def problem(request) -> str:
    """Why this POST may be forged, in Django's words for its log; empty where it is well."""
    reason = _Check(lambda _request: None).process_view(request, None, (), {})
    return str(reason or "")


def is_only_old(reason: str) -> bool:
    """True where the request comes from a page of ours, and only its token is missing or old."""
    return reason == REASON_NO_CSRF_COOKIE or reason.startswith("CSRF token")
