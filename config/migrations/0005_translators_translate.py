"""Translators may write translations, and editors see how far they are."""

from django.db import migrations

from config.role_operations import give


class Migration(migrations.Migration):
    dependencies = [
        ("config", "0004_editors_keep_series_of_updates"),
        ("strategy", "0015_translations_into_other_languages"),
    ]
    operations = [
        give(
            {
                "Core Team editor": ["strategy.view_translation"],
                "Translator": ["strategy.write_translation"],
                "Core Team administrator": ["strategy.*"],
            }
        )
    ]
