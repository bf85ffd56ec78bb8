"""Urgent updates have a section of their own: whoever was told of updates was told of these, too."""

from django.db import migrations


def begin_where_updates_are(apps, schema_editor):
    schema_editor.execute(
        "INSERT INTO mailing_sectioncursor (recipient_id, section, position, owed) "
        "SELECT recipient_id, 'urgent', position, '{}' FROM mailing_sectioncursor "
        "WHERE section = 'updates' ON CONFLICT (recipient_id, section) DO NOTHING"
    )


def take_away(apps, schema_editor):
    schema_editor.execute("DELETE FROM mailing_sectioncursor WHERE section = 'urgent'")


class Migration(migrations.Migration):
    dependencies = [
        ("strategy", "0019_images_in_updates"),
        ("mailing", "0012_urgent_editions"),
    ]

    operations = [migrations.RunPython(begin_where_updates_are, take_away)]
