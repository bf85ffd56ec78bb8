"""Verbs on topics: one that opens gets its place in the order of everything published."""

from django.db import transaction
from django.utils import timezone

from mailing import positions
from web import content_version

from .models import Topic


@transaction.atomic
def save(topic: Topic) -> Topic:
    """Save what a person wrote. A deadline that moves is news: digests carry the topic again."""
    if topic.pk:
        before = Topic.objects.select_for_update().get(pk=topic.pk)
        topic.position = before.position if before.closes_at == topic.closes_at else None
    topic.save()
    content_version.bump()
    return topic


def announce_due() -> int:
    """Give every newly opened topic its place, so that digests carry it; returns how many.

    Safe to run twice at once: what another run holds is left to it.
    """
    now = timezone.now()
    return sum(
        _announce_if_due(pk, now)
        for pk in Topic.objects.to_announce(now).values_list("pk", flat=True)
    )


@transaction.atomic
def _announce_if_due(pk, now) -> bool:
    topic = Topic.objects.to_announce(now).select_for_update(skip_locked=True).filter(pk=pk).first()
    if topic is None:
        return False
    topic.position = positions.next_position()
    topic.save(update_fields=["position"])
    content_version.bump()
    return True
