"""Template tags for what the Core Team publishes."""

from django import template
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe
from django.utils.translation import gettext

from strategy import language_versions
from strategy.models import TimelineEntry
from web.templatetags import web

register = template.Library()

TIMELINE_ROW = (
    '<li class="dates__{}{}" id="e{}"><span class="dates__when">{}{}</span>'
    '<span class="dates__what">{}{}</span>'
    '<span class="dates__kind"><span class="chip{}">{}</span></span></li>\n'
)
UPDATE_OF_ROW = ' <a class="dates__update" href="{}">{}</a>'
TRUE_DATE = ' <span class="meta">{} {}</span>'


@register.simple_tag
def languages_count(thing) -> int:
    """In how many of the site's languages an update or topic can be read."""
    return len(language_versions.available(thing))


@register.simple_tag
def languages_of(thing) -> list[str]:
    """Codes of the languages in which an update or topic can be read."""
    return language_versions.available(thing)


@register.simple_tag
def dates_of(item) -> str:
    """The dates of a ``timeline.Shown``: days, months or years, as exactly as is known."""
    if item.entry.precision == TimelineEntry.Precision.DAY:
        return web.days(item.starts_on, item.ends_on)
    style = "month" if item.entry.precision == TimelineEntry.Precision.MONTH else "year"
    return web.days(item.starts_on, None if item.is_one_period else item.ends_on, style)


@register.simple_tag
def true_dates_of(item) -> str:
    """The same as ``dates_of``, with the dates a demo does not move."""
    return dates_of(item.as_it_was)


@register.simple_tag
def timeline_rows(entries, *, with_true_dates: bool, updates: dict) -> str:
    """``<ol class="dates">{% timeline_rows entries … %}</ol>``: when, what, which kind of entry.

    ``updates`` are those of each entry (``timeline.updates_by_entry``); the row leads to them.

    A year has many; written here at once they take a third of the time that a template takes.
    """
    now, true_date = gettext("now"), gettext("true date:")
    return mark_safe(  # noqa: S308 (each row is escaped)
        "".join(
            format_html(
                TIMELINE_ROW,
                item.state,
                " dates__stage" if item.entry.kind == TimelineEntry.Kind.STAGE else "",
                item.entry.pk,
                dates_of(item),
                format_html(TRUE_DATE, true_date, true_dates_of(item)) if with_true_dates else "",
                web.translated(item.entry, "title"),
                _updates_of_row(updates.get(item.entry.pk, ())),
                " chip--progressive" if item.is_now else "",
                f"{item.kind_words} · {now}" if item.is_now else item.kind_words,
            )
            for item in entries
        )
    )


def _updates_of_row(updates):
    return format_html_join(
        "",
        UPDATE_OF_ROW,
        ((update.get_absolute_url(), web.translated(update, "title")) for update in updates),
    )


@register.filter
def plain_day(moment) -> str:
    """The day in the reader's language without markup, for plain text."""
    return web.day_text(timezone.localdate(moment))


@register.simple_tag
def written_in(language) -> str:
    """``<p {% written_in report.language %}>``: ``lang`` and ``dir`` of text in a ``Language``.

    Without a valid tag ``lang`` is empty: "not known", rather than the language of the page.
    """
    return format_html('lang="{}" dir="{}"', language.bcp47, language.direction)


@register.filter
def is_web_address(address: str) -> bool:
    """What may become a link, however it came into the database."""
    return (address or "").startswith(("https://", "http://"))
