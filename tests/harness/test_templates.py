"""Templates: each one is used, and each mail has both its halves."""

import re
from pathlib import Path

import allauth
import django
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
TEMPLATES = ROOT / "templates"
PACKAGES = ("config", "importing", "web", "mailing", "liaisons", "strategy", "outreach_map")


def own_templates() -> set[str]:
    return {str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*") if path.is_file()}


def overridden() -> set[str]:
    """Names that Django or allauth ask for themselves."""
    names = set()
    for package in (django, allauth):
        base = Path(package.__file__).parent
        for folder in base.rglob("templates"):
            names |= {str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file()}
    return names | {"400.html", "403.html", "404.html", "500.html", "admin/base_site.html"}


def test_every_template_is_used():
    text = "\n".join(
        path.read_text(encoding="utf-8")
        for path in [
            *TEMPLATES.rglob("*"),
            *(p for package in PACKAGES for p in (ROOT / package).rglob("*.py")),
        ]
        if path.is_file()
    )
    unused = [name for name in own_templates() - overridden() if not is_named_in(text, name)]
    unused = [name for name in unused if not _is_admin_override(name)]
    assert unused == []


def is_named_in(text: str, name: str) -> bool:
    """Whole, or built of a stem in quotes: f"liaisons/mail/{kind}" with "receipt" and ".txt"."""
    folder, _, file = name.rpartition("/")
    plain = re.sub(r"_subject$|_message$", "", file.split(".")[0])
    stem = re.escape(plain)
    is_built = re.search(rf"[\"']{re.escape(folder)}/(\{{|[\"'])", text)
    if name in text or f'"{folder}/{plain}"' in text:
        return True
    return bool(is_built and re.search(rf"[\"']{stem}[\"']", text))


def _is_admin_override(name: str) -> bool:
    """admin/<app>/<model>/change_form.html and the like are found by Django by their place."""
    return bool(
        re.fullmatch(
            r"admin/\w+/(\w+/)?(change_form|change_list|delete_confirmation|object_history|"
            r"submit_line|app_index)\.html",
            name,
        )
    )


def test_every_mail_has_a_text_and_an_html_half():
    """The halves are siblings: message.txt and message.html in a folder named mail or email."""
    halves = [n for n in own_templates() if re.search(r"(^|/)(mail|email|emails)/", n)]
    bodies = [n for n in halves if not re.search(r"(^|/)_|_?subject\.txt$|base\.\w+$", n)]
    stems = {name.rsplit(".", 1)[0] for name in bodies}
    missing = [
        f"{stem}.{kind}"
        for stem in stems
        for kind in ("txt", "html")
        if f"{stem}.{kind}" not in halves
    ]
    assert missing == []
