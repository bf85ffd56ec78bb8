"""The daily mail on what waits: who wants it, and when it was last sent."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("liaisons", "0012_second_step_resets")]

    operations = [
        migrations.CreateModel(
            name="QueueSummary",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "is_wanted",
                    models.BooleanField(default=True, verbose_name="summary of what waits"),
                ),
                ("looked_at", models.DateTimeField(blank=True, null=True)),
                ("told_at", models.DateTimeField(blank=True, null=True)),
                (
                    "person",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="queue_summary",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "daily summary of the queue",
                "verbose_name_plural": "daily summaries of the queue",
                "default_permissions": (),
            },
        ),
    ]
