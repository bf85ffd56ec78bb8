"""Administrators may reset the second step of somebody who lost it."""

from django.db import migrations

from config.role_operations import give


class Migration(migrations.Migration):
    dependencies = [("config", "0001_roles"), ("liaisons", "0012_second_step_resets")]
    operations = [give({"Core Team administrator": ["liaisons.reset_second_step"]})]
