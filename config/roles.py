"""The roles of the Core Team: which permissions come with which job.

Django calls them groups; here *group* is always a group of people, so these are *roles*.
"""

from django.contrib.auth.models import Group as Role
from django.contrib.auth.models import Permission

EDITOR = "Core Team editor"
REVIEWER = "Reviewer"
ADMINISTRATOR = "Core Team administrator"

_WRITES = ["add", "change", "view", "delete"]
_READS = ["view"]

# Role → model → actions; a plain word beside the four of Django is a permission of that model.
PERMISSIONS = {
    EDITOR: {
        "strategy.update": [*_WRITES, "publish"],
        "strategy.topic": _WRITES,
        "strategy.topicquestion": _WRITES,
        "strategy.timelineentry": _WRITES,
        "strategy.workinggroup": ["change", "view"],
        "strategy.relay": _READS,
        "strategy.report": _READS,
        "strategy.statement": ["view", "answer"],
        "strategy.response": ["add", "change", "view"],
        "liaisons.region": ["change", "view"],
        "liaisons.group": _READS,
    },
    REVIEWER: {
        "liaisons.mandate": ["view", "review"],
        "liaisons.mandateevent": _READS,
        "liaisons.group": ["add", "change", "view"],
        "liaisons.user": _READS,
        "liaisons.languageskill": _READS,
        "liaisons.country": _READS,
        "liaisons.language": _READS,
        "liaisons.region": _READS,
    },
}


def make_roles() -> list[str]:
    """Make each role, and give it every permission it needs; returns the roles' names.

    A permission that an operator added to a role stays.
    """
    wanted = {name: needed(models) for name, models in PERMISSIONS.items()}
    wanted[ADMINISTRATOR] = _everything_of("liaisons", "strategy", "mailing", "outreach_map")
    for name, keys in wanted.items():
        permissions = _permissions(keys)
        role, _made = Role.objects.get_or_create(name=name)
        role.permissions.add(*permissions.values())
    return list(wanted)


def needed(models):
    return {
        (model.split(".")[0], f"{action}_{model.split('.')[1]}")
        for model, actions in models.items()
        for action in actions
    }


def _everything_of(*apps):
    found = Permission.objects.filter(content_type__app_label__in=apps)
    return set(found.values_list("content_type__app_label", "codename"))


def _permissions(keys):
    found = Permission.objects.filter(
        content_type__app_label__in={app for app, _codename in keys},
        codename__in={codename for _app, codename in keys},
    ).select_related("content_type")
    by_key = {(one.content_type.app_label, one.codename): one for one in found}
    return {key: by_key[key] for key in keys if key in by_key}
