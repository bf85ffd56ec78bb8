"""What this app holds on a person, for the download of one's own data."""

from .models import Update, UpdateEvent


def held_on(person) -> dict:
    """The updates a person wrote and what they did with updates; empty for almost everyone."""
    return {
        "updates_written": list(Update.objects.filter(author=person).values("slug", "created_at")),
        "updates_handled": list(
            UpdateEvent.objects.filter(actor=person).values("update__slug", "kind", "at")
        ),
    }
