"""The demo's updates, by the verbs of the Core Team."""

from datetime import timedelta

from django.utils import timezone

from liaisons.models import User
from strategy import updates
from strategy.models import Update

from .people import CORE_TEAM
from .update_texts import DemoUpdate


def plan_update(one: DemoUpdate) -> list:
    """When an update is written and put out, in days before now."""
    return [(max(one.days_ago or 0, 0), lambda: put_out(one))]


def put_out(one: DemoUpdate) -> None:
    """Write an update, unless it is there, and publish or schedule it as it says."""
    if Update.objects.filter(slug=one.slug).exists():
        return
    author = User.objects.get(email=CORE_TEAM.address)
    update = Update(slug=one.slug)
    for language, text in one.texts.items():
        for name in ("title", "short", "body"):
            setattr(update, f"{name}_{language.replace('-', '_')}", getattr(text, name) or None)
    update = updates.save(update, actor=author)
    if one.days_ago is None:
        return
    if one.days_ago < 0:
        at = timezone.now() + timedelta(days=-one.days_ago)
        updates.schedule(update, at=at, actor=author)
    else:
        updates.publish(update, actor=author)
