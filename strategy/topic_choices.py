"""The topics that a reader follows, chosen by their Working Groups."""

from .models import WorkingGroup

# The name under which a reader's choice of topics is kept.
TOPICS = "topics"


def topic_options() -> list[tuple[str, str]]:
    """What a reader chooses topics by: the Working Groups, which stay while topics come and go."""
    named = [(group.slug, group.name or group.slug) for group in WorkingGroup.objects.all()]
    return sorted(named, key=lambda option: option[1])
