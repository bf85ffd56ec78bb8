"""Verbs on topics: what happens to one gets a place in the order of everything published.

It opens, it is in its last days, it closes: each is news once, with a place of its own.
"""

from collections.abc import Collection, Iterable

from django.db import transaction
from django.utils import timezone

from mailing import positions
from web import content_version

from .models import Topic, TopicQuestion
from .translating import states

# What happens to a topic: which topics it is due for, and where its place is kept.
HAPPENINGS = {
    "position": "to_announce",
    "closing_position": "to_announce_closing",
    "closed_position": "to_announce_closed",
}


@transaction.atomic
def save(topic: Topic, *, actor, meaning_is_same=False, translated: Collection[str] = ()) -> Topic:
    """Save what a person wrote. A deadline that moves is news: digests carry the topic again.

    ``meaning_is_same`` and ``translated`` as in ``updates.save``.
    """
    if topic.pk:
        before = Topic.objects.select_for_update().get(pk=topic.pk)
        for place in HAPPENINGS:
            is_same = before.closes_at == topic.closes_at
            setattr(topic, place, getattr(before, place) if is_same else None)
    topic.save()
    states.record(topic, by=actor, meaning_is_same=meaning_is_same, confirmed=translated)
    content_version.bump()
    return topic


@transaction.atomic
def save_questions(
    questions: Iterable[TopicQuestion],
    *,
    actor,
    meaning_is_same=False,
    translated: Collection[str] = (),
) -> None:
    """Save questions of one topic, likewise."""
    questions = list(questions)
    for question in questions:
        question.save()
    states.record_all(questions, by=actor, meaning_is_same=meaning_is_same, confirmed=translated)
    content_version.bump()


def announce_due() -> int:
    """Give every topic to which something happened its place, so that digests carry it.

    Returns how many. Safe to run twice at once: what another run holds is left to it.
    """
    now = timezone.now()
    return sum(
        _announce_if_due(pk, place, now)
        for place in HAPPENINGS
        for pk in _due(place, now).values_list("pk", flat=True)
    )


def _due(place: str, now):
    return getattr(Topic.objects, HAPPENINGS[place])(now)


@transaction.atomic
def _announce_if_due(pk, place, now) -> bool:
    topic = _due(place, now).select_for_update(skip_locked=True).filter(pk=pk).first()
    if topic is None:
        return False
    setattr(topic, place, positions.next_position())
    topic.save(update_fields=[place])
    content_version.bump()
    return True
