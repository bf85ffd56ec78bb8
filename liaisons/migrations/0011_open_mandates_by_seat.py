"""A deputy may apply for the primary seat that is handed over to them."""

from django.db import migrations, models

OPEN = models.Q(status__in=["draft", "submitted", "more_asked", "confirmed"])
MESSAGE = "This person already has an open mandate for this group."


class Migration(migrations.Migration):
    dependencies = [("liaisons", "0010_address_dates")]

    operations = [
        migrations.RemoveConstraint(
            model_name="mandate", name="one_open_mandate_per_person_and_group"
        ),
        migrations.AddConstraint(
            model_name="mandate",
            constraint=models.UniqueConstraint(
                fields=("person", "group", "seat"),
                condition=OPEN,
                name="one_open_mandate_per_person_group_and_seat",
                violation_error_message=MESSAGE,
            ),
        ),
    ]
