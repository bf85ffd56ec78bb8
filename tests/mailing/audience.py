"""Many people to whom a digest is owed, for tests with real workers."""

from datetime import timedelta

from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils import timezone

from mailing import editions, positions
from mailing.addresses import address_hash
from mailing.models import Edition, Preference, Recipient

# What the mail server does with each of every twenty addresses; see smtp_sink.py.
MISBEHAVING = ["ok"] * 10 + [
    "slow",
    "slow",
    "busy",
    "busy",
    "closing",
    "mid",
    "lost",
    "gone",
    "full",
    "spam",
]


def owe(number: int, words: list[str]) -> Edition:
    """Freeze one daily edition for so many people, the addresses taking the words in turn."""
    users = get_user_model().objects.bulk_create(
        get_user_model()(username=f"kill-{index}") for index in range(number)
    )
    addresses = [f"{words[index % len(words)]}.{index}@example.org" for index in range(number)]
    readers = Recipient.objects.bulk_create(
        Recipient(user=user, address=address, address_hash=address_hash(address), is_verified=True)
        for user, address in zip(users, addresses, strict=True)
    )
    long_ago = timezone.now() - timedelta(days=9)
    Preference.objects.bulk_create(
        Preference(recipient=reader, rhythm="daily", effective_at=long_ago) for reader in readers
    )
    with transaction.atomic():
        assert positions.next_position() == 1
    [frozen] = editions.make_editions()
    assert frozen.figures["pending"] == number
    return frozen.edition
