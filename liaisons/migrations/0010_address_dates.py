"""Since when an address belongs to an account, and when it was last used to come in."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("liaisons", "0009_session")]

    operations = [
        migrations.AddField(
            model_name="user",
            name="address_since",
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name="user",
            name="address_used_at",
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
    ]
