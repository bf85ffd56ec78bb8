"""What people answer in the steps of sign-up."""

from django.urls import reverse

SUPPORT = {
    "languages": ["sw"],
    "other_languages": "",
    "channel": "email",
    "rhythm": "monthly",
    "mail_language": "fr",
    "country": "TZ",
    "display_name": "Dave",
    "is_public_by_name": "no",
}


def at(name, **kwargs):
    return reverse(f"liaisons:{name}", **kwargs)


def answers_of(draft, **changes):
    return {
        "draft": draft.pk,
        "group": draft.group_id,
        "role": "board",
        "seat": "deputy",
        "evidence": "link",
        "evidence_url": "https://meta.example.org/wiki/Decision",
        "agreed_on": "2026-01-31",
        "evidence_text": "",
        "is_attested": "on",
    } | changes


def send(browser, draft):
    page = browser.get(at("join_check"))
    return browser.post(at("join_check"), {"draft": draft.pk, "seen": page.context["seen"]})
