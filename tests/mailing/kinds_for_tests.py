"""Kinds of message that exist for one test only."""

from contextlib import contextmanager

from mailing import kinds


@contextmanager
def a_kind(name="a_call", *, category=kinds.Category.CALL, **terms):
    """A kind with templates of the product's own frame, taken away at the end."""
    kind = kinds.register(
        name,
        label=f"Kind {name}",
        category=category,
        to_whom="Whoever the test wants",
        subject_template="tests/call.subject.txt",
        text_template="tests/call.txt",
        html_template="tests/call.html",
        **terms,
    )
    try:
        yield kind
    finally:
        kinds.unregister(name)


TEMPLATES = {
    "tests/call.subject.txt": "{% autoescape off %}Subject {{ thing }}{% endautoescape %}",
    "tests/call.txt": (
        '{% extends "mailing/notice.txt" %}{% block message %}'
        "Please look & act: {{ thing }}.{% endblock message %}"
    ),
    "tests/call.html": (
        '{% extends "mailing/notice.html" %}{% block message %}'
        "<p>Please look: {{ thing }}.</p>{% endblock message %}"
    ),
}
