"""Whoever chose news on the talk page gets the digest there every week."""

from django.db import migrations


def begin(apps, schema_editor):
    Recipient = apps.get_model("mailing", "Recipient")
    Preference = apps.get_model("mailing", "Preference")
    for recipient in Recipient.objects.filter(user__prefers_talk_page=True).iterator():
        Preference.objects.get_or_create(
            recipient=recipient,
            kind="digest",
            channel="talk_page",
            defaults={"rhythm": "weekly", "source": "default"},
        )


def end(apps, schema_editor):
    apps.get_model("mailing", "Preference").objects.filter(channel="talk_page").delete()


class Migration(migrations.Migration):

    dependencies = [
        ("liaisons", "0013_queue_summaries"),
        ("mailing", "0009_digests_on_talk_pages"),
    ]

    operations = [migrations.RunPython(begin, end)]
