"""The roles: which permissions come with which job.

Django calls them groups; here *group* is always a group of people, so these are *roles*. They are
made by migrations (``config/migrations``), so that every database has them. To change what a role
may do, change it here and add a migration of one line with ``config/role_operations.py``; a test
compares both.

A role opens the admin only to accounts that a superuser let into it (``is_staff``). Members of
Working Groups and translators need not be: what their roles allow there is read-only, and public
or a count.
"""

from django.apps import apps
from django.contrib.auth.models import Permission

from .role_operations import give_now

EDITOR = "Core Team editor"
REVIEWER = "Reviewer"
WORKING_GROUP_MEMBER = "Working Group member"
TRANSLATOR = "Translator"
ADMINISTRATOR = "Core Team administrator"

_WRITES = ["add", "change", "view", "delete"]
_READS = ["view"]

# Role → model → actions; a plain word beside the four of Django is a permission of that model.
PERMISSIONS = {
    EDITOR: {
        "strategy.update": [*_WRITES, "publish"],
        "strategy.series": _WRITES,
        "strategy.topic": _WRITES,
        "strategy.topicquestion": _WRITES,
        "strategy.timelineentry": _WRITES,
        "strategy.workinggroup": ["change", "view"],
        "strategy.relay": _READS,
        "strategy.report": _READS,
        "strategy.statement": ["view", "answer"],
        "strategy.response": ["add", "change", "view"],
        "strategy.translation": _READS,
        "liaisons.region": ["change", "view"],
        "liaisons.group": _READS,
    },
    REVIEWER: {
        "liaisons.mandate": ["view", "review"],
        "liaisons.mandateevent": _READS,
        "liaisons.endorsement": _READS,
        "liaisons.contactrule": _READS,
        # Letters that a liaison reported; their words are shown nowhere else.
        "liaisons.letter": ["view", "change"],
        "liaisons.group": ["add", "change", "view"],
        "liaisons.user": _READS,
        "liaisons.languageskill": _READS,
        "liaisons.country": _READS,
        "liaisons.language": _READS,
        "liaisons.region": _READS,
        # Why somebody got a mail or not; no address and no words are shown.
        "mailing.recipient": _READS,
    },
    # What groups said and what became of it: all of it is public.
    WORKING_GROUP_MEMBER: {
        "strategy.topic": _READS,
        "strategy.report": _READS,
        "strategy.statement": _READS,
        "strategy.response": _READS,
    },
    # The translation queue; and where help is needed and offered, as counts without names.
    TRANSLATOR: {"liaisons.languageskill": _READS, "strategy.translation": ["write"]},
}
# The administrator has every permission of these apps; power is given by superusers alone.
ADMINISTERED = ("liaisons", "strategy", "mailing")


def needed(models) -> set[tuple[str, str]]:
    """(app, codename) of each permission of a role."""
    return {
        (model.split(".")[0], f"{action}_{model.split('.')[1]}")
        for model, actions in models.items()
        for action in actions
    }


def wanted() -> dict[str, set[tuple[str, str]]]:
    """Role → (app, codename) of all it has, the administrator among them."""
    found = Permission.objects.filter(content_type__app_label__in=ADMINISTERED)
    everything = set(found.values_list("content_type__app_label", "codename"))
    return {name: needed(models) for name, models in PERMISSIONS.items()} | {
        ADMINISTRATOR: everything
    }


def make_roles() -> None:
    """Make all roles in a database whose tables were emptied, as tests do."""
    give_now(
        {
            name: sorted(f"{app}.{codename}" for app, codename in keys)
            for name, keys in wanted().items()
        },
        apps,
    )
