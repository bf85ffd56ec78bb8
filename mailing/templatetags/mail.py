"""Template tags for mails: their look, which stands in each element. See ``mailing.look``."""

import re

from django import template
from django.conf import settings
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, get_language_bidi

from mailing import look as looks
from mailing import wikitext
from web.names import language_direction

register = template.Library()


@register.simple_tag
def look(part: str) -> SafeString:
    """``<h2 {% look "heading" %}>``: the style of a part, and the class that makes it dark."""
    style = looks.style_of(part, get_language() or settings.LANGUAGE_CODE)
    said = format_html('style="{}"', mark_safe(style))  # noqa: S308 (our own)
    return format_html('class="m-{}" {}', part, said) if looks.is_colored(part) else said


@register.simple_tag
def in_language(code: str, direction: str = "") -> SafeString:
    """``<div {% in_language code %}>``: a block of text in a language of its own.

    Nothing where it is the mail's own. Where it runs against the mail its side is said too: the
    mail's cell is aligned, and ``dir`` alone turns nothing in it. ``code`` may be "", which is "not
    known"; then say the direction.
    """
    if code == get_language():
        return SafeString()
    direction = direction or language_direction(code)
    if (direction == "rtl") == get_language_bidi():
        return format_html('lang="{}" dir="{}"', code, direction)
    side = "right" if direction == "rtl" else "left"
    return format_html('lang="{}" dir="{}" align="{}"', code, direction, side)


@register.simple_tag
def inline_in_language(code: str) -> SafeString:
    """``<a {% inline_in_language code %}>``: the same for words in a line, which have no side."""
    if code == get_language():
        return SafeString()
    return format_html('lang="{}" dir="{}"', code, language_direction(code))


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
def tidy(text: str) -> str:
    """Plain text with one empty line at most between two others, whatever templates left."""
    return re.sub(r"\n\s*\n", "\n\n", text.strip())


@register.filter
def as_wikitext(text: str) -> SafeString:
    """One line of plain text, for a template that writes wikitext."""
    return mark_safe(wikitext.escaped(str(text)))  # noqa: S308 (no HTML)


@register.filter
def as_wiki_paragraphs(text: str) -> SafeString:
    """Plain text with its paragraphs, for a template that writes wikitext."""
    return mark_safe(wikitext.paragraphs(str(text)))  # noqa: S308 (no HTML)
