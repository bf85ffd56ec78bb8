"""Reviewers may see why somebody got a mail or not."""

from django.db import migrations

from config.role_operations import give


class Migration(migrations.Migration):
    dependencies = [
        ("config", "0002_administrators_reset_second_steps"),
        ("mailing", "0008_kinds_and_the_contact_budget"),
    ]
    operations = [give({"Reviewer": ["mailing.view_recipient"]})]
