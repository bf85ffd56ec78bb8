"""Template tags that know how things are shown, and no subject.

Dates, names of languages and countries come from CLDR in the reader's language.
"""

import functools
import re
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from html import escape
from zoneinfo import ZoneInfo

from babel import Locale, dates, numbers
from django import template
from django.conf import settings
from django.template import loader
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, get_language_info, gettext
from modeltranslation.utils import build_localized_fieldname, resolution_order

from web import built_assets, markdown, names
from web.kept_figures import kept

register = template.Library()

# Nearer than three weeks is said in days, nearer than three months in weeks, and so on.
COUNT_SMALLER_UNITS_UP_TO = 3
SKELETONS = {
    "short": "MMMd",
    "month": "yMMMM",
    "year": "y",
    "medium": "yMMMd",
    "full": "yMMMMEEEEd",
}


def _locale():
    code = get_language() or settings.LANGUAGE_CODE
    # "3 July", not "July 3": our readers are everywhere.
    return names.babel_locale("en-001" if code == "en" else code)


def _local_day(value: date) -> date:
    if isinstance(value, datetime):
        return (timezone.localtime(value) if timezone.is_aware(value) else value).date()
    return value


def _time(value: date, text: str, title: str = "") -> SafeString:
    if title:
        return format_html(
            '<time datetime="{}" title="{}">{}</time>', value.isoformat(), title, text
        )
    return format_html('<time datetime="{}">{}</time>', value.isoformat(), text)


def _first_of_month(text: str) -> str:
    """The same with the first day as French writes it, "1er juillet", which CLDR leaves out."""
    return re.sub(r"(?<!\d)1(?!\d)", "1er", text) if _locale().language == "fr" else text


@register.filter
def day_text(value: date, style: str = "long") -> str:
    """A day in the reader's language; ``style`` is ``long`` or one of ``SKELETONS``.

    As a filter, ``{{ mandate.last_day|day_text }}``, for plain text.
    """
    return _first_of_month(_day_text(value, style, _locale()))


# Lists show the same days again and again, and CLDR's patterns take long to fill in.
@functools.lru_cache(maxsize=5_000)
def _day_text(value: date, style: str, locale: Locale) -> str:
    if style in SKELETONS:
        return dates.format_skeleton(SKELETONS[style], value, locale=locale)
    return dates.format_date(value, "long", locale=locale)


@functools.lru_cache(maxsize=5_000)
def _days_text(start: date, end: date, style: str, locale: Locale) -> str:
    return dates.format_interval(start, end, SKELETONS[style], locale=locale)


@register.filter
def day(value: date | None, style: str = "long") -> str:
    """``{{ update.published_at|day }}``: the day in the reader's language, in a ``<time>``."""
    if not value:
        return ""
    value = _local_day(value)
    return _time(value, day_text(value, style))


@register.filter
def day_as_known(text: str) -> str:
    """``{{ group.founded|day_as_known }}``: a year, month or day of ISO 8601, for the reader.

    Whatever else somebody wrote stays as it is.
    """
    parts = re.fullmatch(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?", text)
    if parts is None:
        return text
    year, month, day_of_month = parts.groups()
    try:
        value = date(int(year), int(month or 1), int(day_of_month or 1))
    except ValueError:
        return text
    return day_text(value, "long" if day_of_month else "month" if month else "year")


@register.filter
def moment(value: datetime | None) -> str:
    """``{{ edition.cut_off|moment }}``: day and time with the zone, in a ``<time>``."""
    return _time(timezone.localtime(value), moment_text(value)) if value else ""


@register.filter
def minute(value: datetime | None) -> str:
    """``{{ event.at|minute }}``: the same without the zone, where the page names it."""
    return _time(timezone.localtime(value), _day_and_time(value, "short")) if value else ""


@register.filter
def until(value: datetime) -> SafeString:
    """``{{ topic.closes_at|until }}``: the end of something, with the zone, in a ``<time>``."""
    return _time(timezone.localtime(value), until_text(value))


@register.filter
def until_text(value: datetime) -> str:
    """The same for plain text.

    Midnight is said as the last minute before it: "20 July, 00:00" reads like that day's end.
    """
    is_midnight = timezone.localtime(value).time() == time.min
    return moment_text(value - timedelta(minutes=1) if is_midnight else value)


def moment_text(value: datetime) -> str:
    """Day and time with the zone, for plain text."""
    long_time = dates.get_time_format("long", locale=_locale()).pattern
    return _day_and_time(value, re.sub(r"[:.]ss", "", long_time))


def _day_and_time(value: datetime, time_format: str) -> str:
    local = timezone.localtime(value)
    locale = _locale()
    # CLDR's own way of saying both: "{1}, {0}".
    pattern = str(dates.get_datetime_format("medium", locale=locale)).replace("'", "")
    clock = dates.format_time(local, time_format, tzinfo=local.tzinfo, locale=locale)
    return pattern.replace("{0}", clock).replace("{1}", day_text(local.date()))


@register.filter
def moment_in(value: datetime | None, zone: str) -> str:
    """``{{ next.at|moment_in:zone }}``: day and time in a time zone, which is named."""
    if not value:
        return ""
    local = value.astimezone(ZoneInfo(zone))
    date_text = dates.format_date(local, "full", locale=_locale())
    time_text = dates.format_time(local, "short", tzinfo=local.tzinfo, locale=_locale())
    zone_text = dates.get_timezone_name(local, locale=_locale())
    return _time(local, f"{_first_of_month(date_text)}, {time_text} ({zone_text})")


@register.filter
def zone_name(zone: str) -> SafeString:
    """``{{ zone|zone_name }}``: a time zone as people read it, apart from words of any script."""
    return format_html('<bdi dir="ltr">{}</bdi>', zone.replace("_", " "))


@register.filter
def in_days(value: date | None) -> str:
    """``{{ topic.closes_on|in_days }}``: "in 12 days", "yesterday", with the day as a title."""
    if not value:
        return ""
    value = _local_day(value)
    away = (value - timezone.localdate()).days
    if away == 0:
        text = gettext("today")
    elif away == 1:
        text = gettext("tomorrow")
    elif away == -1:
        text = gettext("yesterday")
    else:
        text = dates.format_timedelta(
            away * 86_400,
            granularity="day",
            threshold=COUNT_SMALLER_UNITS_UP_TO,
            add_direction=True,
            locale=_locale(),
        )
    return _time(value, text, title=day_text(value))


@register.simple_tag
def duration(length: timedelta) -> str:
    """``{% duration column.first_after %}``: "3 hours", "2 days", in the reader's language."""
    return dates.format_timedelta(length, granularity="hour", threshold=2, locale=_locale())


@register.simple_tag
def days(start: date, end: date | None = None, style: str = "medium") -> str:
    """``{% days stage.start stage.end %}``: "29–31 March 2019"; one day where there is no end."""
    start = _local_day(start)
    if not end or _local_day(end) == start:
        return day(start, style)
    text = _days_text(start, _local_day(end), style, _locale())
    return format_html("<bdi>{}</bdi>", _first_of_month(text))


@register.filter
def number(value) -> str:
    """``{{ count|number }}``: digits grouped as the reader's language does."""
    return "" if value is None else numbers.format_decimal(value, locale=_locale())


@register.simple_tag
def fraction(part: int, whole: int) -> str:
    """``{% fraction 11 30 %}``: "11 / 30", in this order in right-to-left text too."""
    return format_html('<bdi class="fraction" dir="ltr">{} / {}</bdi>', number(part), number(whole))


@register.filter
def mail_link(address: str) -> str:
    """``{{ address|mail_link }}``: an e-mail address one can touch, kept in one piece."""
    return format_html('<a href="mailto:{0}">{0}</a>', address)


@register.simple_tag
def bar(part: int, whole: int) -> str:
    """``{% bar 11 30 %}``: that share as a bar. Say the figure beside it; the bar is decoration."""
    share = round(100 * part / whole, 1) if whole else 0
    return format_html(
        '<svg class="bar" viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true">'
        '<rect width="{}" height="1"/></svg>',
        share,
    )


@register.simple_tag
def language_name(code: str, default: str = "") -> str:
    """``{% language_name "sw" %}``: the language in the reader's language."""
    return names.language_name(code, default=default or code)


@register.simple_tag
def country_name(iso2: str, default: str = "") -> str:
    """``{% country_name "TZ" %}``: the country in the reader's language."""
    return names.country_name(iso2, default=default or iso2)


@register.simple_tag
def icon(name: str, label: str = "") -> str:
    """``{% icon "search" %}``: a Codex icon, drawn in the page.

    ``name`` is Codex's in lower case with hyphens (``cdxIconArrowNext`` → ``arrow-next``).
    Directional icons turn round in right-to-left text. An icon without ``label`` is decoration.
    """
    data = built_assets.read("icons.json")[name]
    code = (get_language() or settings.LANGUAGE_CODE).split("-")[0]
    is_rtl = get_language_info(code)["bidi"] if code in dict(settings.LANGUAGES) else False
    paths = data.get("languages", {}).get(code) or (is_rtl and data.get("rtl")) or data["paths"]
    return format_html(
        '<svg class="icon{}" viewBox="0 0 20 20" {}>{}</svg>',
        " icon--flips" if data.get("flips") else "",
        format_html('role="img" aria-label="{}"', label)
        if label
        else mark_safe('aria-hidden="true"'),
        mark_safe(paths),  # noqa: S308 (built from the icon package)
    )


@register.simple_tag
def translated(thing, field: str, *, as_markdown: bool = False, label: bool = True) -> str:
    """``{% translated update "title" %}``: the text in the reader's language, or honestly not.

    Text in a fallback language carries its ``lang`` and ``dir`` and names its language, unless
    ``label=False`` (where the label stands elsewhere already). ``as_markdown=True`` renders it.
    """
    wanted = get_language() or settings.LANGUAGE_CODE
    for code in resolution_order(wanted):
        text = getattr(thing, build_localized_fieldname(field, code), None)
        if text:
            break
    else:
        return ""
    content = markdown.render(text) if as_markdown else text
    if code == wanted:
        return content if as_markdown else format_html("{}", content)
    return format_html(
        "<{0} {1}>{2}</{0}>{3}" if not as_markdown else "{3}<{0} {1}>{2}</{0}>",
        "div" if as_markdown else "span",
        language_attributes(code),
        content,
        language_label(code) if label else "",
    )


@register.simple_tag
def language_attributes(code: str) -> str:
    """``<p {% language_attributes "ar" %}>``: ``lang`` and ``dir`` for text in that language."""
    return format_html('lang="{}" dir="{}"', code, names.language_direction(code))


@register.simple_tag
def language_url(code: str, name: str, *args) -> str:
    """``{% language_url "ar" "strategy:update_print" slug %}``: a page in another language."""
    with translation.override(code):
        return reverse(name, args=args)


@register.simple_tag
def language_label(code: str) -> str:
    """A small label that names the language a text is in, for text not in the reader's."""
    # Translators: read out before the name of a language, for a text that is not translated.
    said = gettext("Language of this text:")
    return format_html(
        ' <span class="fallback"><span class="visually-hidden">{} </span>{}</span>',
        said,
        language_name(code),
    )


@register.simple_tag
def small_world(points=()) -> str:
    """``{% small_world points %}``: all land with a dot for each point, as a decoration.

    A point has ``lat``, ``lon`` (degrees) and ``state`` (``has``, ``lapsed`` or ``none``), as
    attributes or as keys. Dots of those with a liaison lie on top.
    """
    frame = built_assets.read("small_world.json")
    order = {"none": 0, "lapsed": 1, "has": 2}
    radius = {"none": "5", "lapsed": "5.5", "has": "6.5"}
    dots = []
    for point in points:
        lat, lon, state = (_part(point, key) for key in ("lat", "lon", "state"))
        x = ((float(lon) - frame["west"]) % 360) * frame["scale"]
        y = (frame["north"] - float(lat)) * frame["scale"]
        dots.append((order[state], state, round(x), round(y), radius[state]))
    circles = format_html_join(
        "", '<circle class="{}" cx="{}" cy="{}" r="{}"/>', (dot[1:] for dot in sorted(set(dots)))
    )
    return format_html(
        '<svg viewBox="0 0 {} {}" aria-hidden="true"><path class="land" d="{}"/>{}</svg>',
        frame["width"],
        frame["height"],
        frame["land"],
        circles,
    )


def _part(point, key):
    return point[key] if isinstance(point, dict) else getattr(point, key)


CURRENT = ' aria-current="true"'


@register.simple_tag
def language_items(links: Iterable[dict]) -> SafeString:
    """``<ul>{% language_items language_links %}</ul>``: a link to this page in each language."""
    # On every page, so each link is escaped once and by hand; codes and names are settings.
    return mark_safe(  # noqa: S308
        "".join(
            f'<li><a href="{escape(link["url"])}" lang="{link["code"]}" hreflang="{link["code"]}"'
            f"{CURRENT if link['is_current'] else ''}>{link['name']}</a></li>"
            for link in links
        )
    )


@register.simple_tag
def alternate_links(links: Iterable[dict], base_url: str) -> SafeString:
    """``{% alternate_links language_links base_url %}``: the same, for the head of the page."""
    return mark_safe(  # noqa: S308 (as above)
        "\n  ".join(
            f'<link rel="alternate" hreflang="{link["code"]}"'
            f' href="{base_url}{escape(link["url"])}">'
            for link in links
        )
    )


@register.simple_tag(takes_context=True)
def current(context, *view_names: str) -> str:
    """``<a href="…" {% current "strategy:update_list" "strategy:update_detail" %}>``.

    ``aria-current="page"`` on the first view itself, ``"true"`` inside its section.
    """
    shown = context.get("view_name")
    if not shown or shown not in view_names:
        return ""
    return format_html('aria-current="{}"', "page" if shown == view_names[0] else "true")


@register.simple_tag(takes_context=True)
def frame_part(context, template_name: str) -> SafeString:
    """``{% frame_part "web/_links.html" %}``: a part that all pages have around what they say.

    It knows the language and which view is shown, and nothing else: public pages keep it.
    """
    return _frame_part(template_name, context.get("view_name") or "")


@kept
def _frame_part(template_name: str, view_name: str) -> SafeString:
    return loader.render_to_string(
        template_name, {"view_name": view_name, "source_url": settings.SOURCE_URL}
    )


CONTROL_CLASSES = {
    "textarea": "cdx-text-area__textarea",
    "select": "cdx-select",
    "selectmultiple": "cdx-select",
    "nullbooleanselect": "cdx-select",
    "checkbox": "cdx-checkbox__input",
    "clearablefile": "field__file",
    "file": "field__file",
}


@register.simple_tag
def control(field, **attributes) -> str:
    """A form field's own control with Codex's class; used by ``web/_field.html``."""
    classes = [CONTROL_CLASSES.get(field.widget_type, "cdx-text-input__input")]
    if field.errors and classes[0] == "cdx-select":
        classes.append("cdx-select--error")
    classes.append(field.field.widget.attrs.get("class", ""))
    given = {name.replace("_", "-"): value for name, value in attributes.items()}
    return field.as_widget(attrs={"class": " ".join(filter(None, classes)), **given})
