"""Template tags for mails: their look, which stands in each element. See ``mailing.look``."""

from django import template
from django.conf import settings
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from mailing import look as looks
from mailing import wikitext

register = template.Library()


@register.simple_tag
def look(part: str) -> SafeString:
    """``<h2 {% look "heading" %}>``: the style of a part, and the class that makes it dark."""
    style = looks.style_of(part, get_language() or settings.LANGUAGE_CODE)
    return format_html('class="m-{}" style="{}"', part, mark_safe(style))  # noqa: S308 (our own)


@register.simple_tag
def dark_sheet() -> SafeString:
    """What stands in the head of every mail, for programs that ask for dark."""
    return mark_safe(  # noqa: S308 (our own)
        looks.dark_sheet_for_plain_styles() + looks.dark_sheet()
    )


@register.filter
def mail_paragraphs(text: str) -> SafeString:
    """Plain text as paragraphs that keep their distance in every mail program."""
    paragraphs = [part.strip() for part in text.replace("\r\n", "\n").split("\n\n")]
    return format_html_join(
        "",
        '<p style="margin:0 0 8px">{}</p>',
        ((_with_breaks(part),) for part in paragraphs if part),
    )


def _with_breaks(text: str) -> SafeString:
    return format_html_join(mark_safe("<br>"), "{}", ((line,) for line in text.split("\n")))


@register.filter
def as_wikitext(text: str) -> SafeString:
    """One line of plain text, for a template that writes wikitext."""
    return mark_safe(wikitext.escaped(str(text)))  # noqa: S308 (no HTML)


@register.filter
def as_wiki_paragraphs(text: str) -> SafeString:
    """Plain text with its paragraphs, for a template that writes wikitext."""
    return mark_safe(wikitext.paragraphs(str(text)))  # noqa: S308 (no HTML)
