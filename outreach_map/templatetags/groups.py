"""Groups as items of a list and as rows of a table.

Pages show them by the hundred; written here at once they take a tenth of the time that a template
takes for each. That is why every value is escaped by hand; what a row has in words of ours
(``kind_words``, ``state_words``) comes escaped.
"""

from collections.abc import Iterable
from html import escape

from django import template
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

from outreach_map.directory import Row

register = template.Library()

ITEM = (
    '<li class="state state--{}"><span><a href="{}"><bdi>{}</bdi></a>'
    ' <span class="visually-hidden">({})</span>{}</span></li>\n'
)
ROW = (
    '<tr><th scope="row"><a href="{}"><bdi>{}</bdi></a>{}</th><td>{}</td><td>{}</td><td>{}</td>'
    '<td><span class="state state--{}">{}</span>{}</td></tr>\n'
)
OWN_NAME = '<br><bdi class="meta">{}</bdi>'
LIAISON = ' <bdi class="who">{}</bdi>'


@register.simple_tag
def group_items(groups: Iterable[Row]) -> SafeString:
    """``<ul class="groups">{% group_items groups %}</ul>``: each with the mark of its state."""
    return mark_safe(  # noqa: S308 (escaped below)
        "".join(
            ITEM.format(
                group.state,
                escape(group.url),
                escape(group.name),
                group.state_words,
                _each(LIAISON, group.liaisons),
            )
            for group in groups
        )
    )


@register.simple_tag
def group_rows(groups: Iterable[Row]) -> SafeString:
    """``<tbody>{% group_rows groups %}</tbody>``: group, kind, where, languages, liaison."""
    return mark_safe(  # noqa: S308 (escaped below)
        "".join(
            ROW.format(
                escape(group.url),
                escape(group.name),
                _each(OWN_NAME, [group.local_name] if group.local_name else []),
                group.kind_words,
                conditional_escape(group.where),
                escape(group.languages),
                group.state,
                group.state_words,
                _each(LIAISON, group.liaisons),
            )
            for group in groups
        )
    )


def _each(markup: str, names: list[str]) -> str:
    return "".join(markup.format(escape(name)) for name in names)
