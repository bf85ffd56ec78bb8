"""The banner on the pages of the admin."""

from django import template

from web import alerts

register = template.Library()


@register.inclusion_tag("admin/_alerts.html", takes_context=True)
def alerts_for_core_team(context):
    """What is wrong now, for who is signed in to the admin; nothing for anybody else."""
    user = getattr(context.get("request"), "user", None)
    is_core_team = bool(user and user.is_active and user.is_staff)
    return {
        "alerts": [
            (alert, bool(alert.url) and user.has_perm(alert.permission))
            for alert in (alerts.current() if is_core_team else [])
        ]
    }
