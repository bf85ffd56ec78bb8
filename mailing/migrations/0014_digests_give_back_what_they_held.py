from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('mailing', '0013_no_index_twice'),
    ]

    operations = [
        migrations.AddField(
            model_name='delivery',
            name='given_back_at',
            field=models.DateTimeField(editable=False, null=True),
        ),
        # What failed or was skipped so far is past: nobody is told of it anew.
        migrations.RunSQL(
            "UPDATE mailing_delivery SET given_back_at = finished_at "
            "WHERE state IN ('failed', 'skipped') AND finished_at IS NOT NULL",
            migrations.RunSQL.noop,
        ),
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(condition=models.Q(models.Q(('reason', 'empty'), _negated=True), ('finished_at__isnull', False), ('given_back_at__isnull', True), ('state__in', ['failed', 'skipped'])), fields=['recipient'], name='delivery_unreached'),
        ),
    ]
