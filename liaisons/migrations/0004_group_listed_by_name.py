"""An index in the order of the directory, so that a page of it costs the same at any size."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("liaisons", "0003_erasure_blanks_messages"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="group",
            index=models.Index(
                condition=models.Q(("status", "active")),
                fields=["name", "id"],
                name="group_listed_by_name",
            ),
        ),
    ]
