"""The same digest by django-mailer: each mail rendered and built when queued, sent one by one.

Its own pages are followed: mails go through its backend into its table, ``send_all`` sends them,
each in a transaction of its own with an entry in its log. Its templates are compiled once.
"""

from functools import cache

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.template import Context, Template
from mailer.engine import send_all as deliver
from mailer.models import Message

from benchmarks import digest_peer

AT_ONCE = 1000  # mails handed to its backend in one call


def queue_all(after: int) -> None:
    """Queue a digest of what was published after that position."""
    backend = get_connection("mailer.backend.DbBackend")
    mails = []
    for one in digest_peer.mails_to_send(after):
        text, html = _templates()[one.language]
        context = Context(one.context)
        mail = EmailMultiAlternatives(
            one.context["headline"],
            text.render(context),
            settings.DEFAULT_FROM_EMAIL,
            [one.address],
            headers=one.headers,
        )
        mail.attach_alternative(html.render(context), "text/html")
        mails.append(mail)
        if len(mails) == AT_ONCE:
            backend.send_messages(mails)
            mails = []
    backend.send_messages(mails)


def send_queued() -> None:
    """Send what is queued."""
    deliver()


def waiting() -> int:
    """How many are not sent yet."""
    return Message.objects.count()


@cache
def _templates() -> dict[str, tuple[Template, Template]]:
    return {
        language: (Template(text), Template(html))
        for language, (text, html) in digest_peer.templates().items()
    }
