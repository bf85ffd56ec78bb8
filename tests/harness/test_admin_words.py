"""The Core Team reads the admin in its own language too: every string in it is marked.

Django makes a label out of a field's name where none is given, and that is English for ever.
"""

import re

import pytest

from . import pseudo
from .walk import admin_pages

pytestmark = pytest.mark.django_db

# What Django draws without marking it: the other words of icons, and of its own search field.
OF_DJANGO = ["True", "False", "Search"]
# People of the tests have a number, which depends on how many tests ran before.
MADE_UP = re.compile(r"\bPerson \d+\b")
# Shown as they are kept: names of roles and of people, codes, parts of addresses, Markdown.
KEPT = ["Core Team administrator", "Core Team editor", "Reviewer", "Translator",
        "Working Group member", "Armenia", "Tanzania", "CEECA", "SSA", "Geor",
        "zh-hans", "advocacy", "swahili", "first", "meta.example.org",
        "![](image:1)"]  # fmt: skip


def is_ours(page) -> bool:
    """False for Django's own pages about roles: they list permissions, which have English names."""
    return not page.name.startswith("admin:auth_")


def is_unmarked(text: str) -> bool:
    """True where a Latin word is left when all that is shown as it is kept is taken away."""
    if text in OF_DJANGO:
        return False
    text = MADE_UP.sub("", text)
    for kept in KEPT:
        text = text.replace(kept, "")
    return bool(pseudo.LATIN_WORD.search(text))


@pytest.mark.long
def test_every_string_of_the_admin_is_marked(world, as_person, monkeypatch):
    client = as_person(world.people["superuser"])
    pages = [page for page in admin_pages(world, client) if is_ours(page)]
    pseudo.install(monkeypatch)
    unmarked = {}
    for page in pages:
        html = client.get(page.path, headers={"Accept-Language": "ru"}).content.decode()
        assert '<html lang="ru"' in html, page.name
        if found := list(filter(is_unmarked, pseudo.latin_text(html, "ru"))):
            unmarked[page.name] = found
    assert len(pages) > 40
    assert unmarked == {}
