"""From now on each ended mandate says why; apart, because the rows were changed just before."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("liaisons", "0006_why_mandates_ended")]

    operations = [
        migrations.AddConstraint(
            model_name='mandate',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('status', 'ended'), models.Q(('end_reason', ''), _negated=True)), models.Q(models.Q(('status', 'ended'), _negated=True), ('end_reason', '')), _connector='OR'), name='an_ended_mandate_says_why'),
        ),
    ]
