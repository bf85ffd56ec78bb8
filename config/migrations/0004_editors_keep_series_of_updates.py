"""Editors keep the series in which updates are counted."""

from django.db import migrations

from config.role_operations import give

ACTIONS = ("add", "change", "view", "delete")


class Migration(migrations.Migration):
    dependencies = [
        ("config", "0003_reviewers_see_why_mails_came"),
        ("strategy", "0008_numbers_kinds_and_versions"),
    ]
    operations = [
        give(
            {
                "Core Team editor": [f"strategy.{action}_series" for action in ACTIONS],
                "Core Team administrator": ["strategy.*"],
            }
        )
    ]
