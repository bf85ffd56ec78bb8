"""A mandate that lives: why it ended, renewal, handover, endorsements; letters, exports, rules."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('liaisons', '0004_group_listed_by_name'),
    ]

    operations = [
        migrations.CreateModel(
            name='ContactRule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
            ],
            options={
                'verbose_name': 'contact rule',
                'verbose_name_plural': 'contact rules',
            },
        ),
        migrations.CreateModel(
            name='DataExport',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('requested_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('ready_at', models.DateTimeField(blank=True, null=True)),
                ('expires_at', models.DateTimeField(blank=True, null=True)),
                ('token_hash', models.CharField(blank=True, editable=False, max_length=64)),
                ('archive', models.BinaryField(blank=True, null=True)),
            ],
            options={
                'ordering': ['-requested_at', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='Endorsement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('verdict', models.CharField(choices=[('confirms', 'Confirms'), ('contests', 'Contests')], max_length=10, verbose_name='what they say')),
                ('reason', models.TextField(blank=True, max_length=1000, verbose_name='reason')),
                ('said_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('withdrawn_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'verbose_name': 'endorsement or dispute',
                'verbose_name_plural': 'endorsements and disputes',
                'ordering': ['said_at', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='Handover',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('token_hash', models.CharField(editable=False, max_length=64, unique=True)),
                ('made_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('expires_at', models.DateTimeField()),
                ('revoked_at', models.DateTimeField(blank=True, null=True)),
                ('used_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'ordering': ['-made_at', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='Letter',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sender_name', models.CharField(blank=True, max_length=150, verbose_name='name')),
                ('sender_address', models.EmailField(blank=True, max_length=254, verbose_name='e-mail address')),
                ('language', models.CharField(choices=[('ar', 'العربية'), ('de', 'Deutsch'), ('en', 'English'), ('es', 'español'), ('fr', 'français'), ('hi', 'हिन्दी'), ('ja', '日本語'), ('pt', 'português'), ('ru', 'русский'), ('zh-hans', '简体中文')], default='en', max_length=10)),
                ('body', models.TextField(blank=True, max_length=4000, verbose_name='letter')),
                ('sent_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('answered_at', models.DateTimeField(blank=True, null=True)),
                ('reported_at', models.DateTimeField(blank=True, null=True)),
                ('report_note', models.TextField(blank=True, max_length=1000, verbose_name='what is wrong with it')),
                ('report_closed_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'verbose_name': 'letter to a liaison',
                'verbose_name_plural': 'letters to liaisons',
                'ordering': ['-sent_at', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='MandateReminder',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('last_day', models.DateField()),
                ('days_before', models.PositiveSmallIntegerField()),
                ('sent_at', models.DateTimeField(default=django.utils.timezone.now)),
            ],
        ),
        migrations.AddField(
            model_name='languageskill',
            name='level',
            field=models.CharField(blank=True, choices=[('basic', 'I understand it, slowly'), ('good', 'I work in it'), ('fluent', 'I write it well'), ('native', 'It is my own language')], max_length=6, verbose_name='level'),
        ),
        migrations.AddField(
            model_name='languageskill',
            name='offers_help_from_english',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='languageskill',
            name='offers_help_to_english',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='mandate',
            name='end_reason',
            field=models.CharField(blank=True, choices=[('stepped_down', 'The liaison stepped down'), ('expired', 'The term was over'), ('withdrawn_by_group', 'The group withdrew it'), ('replaced', 'Another person took over'), ('ended_by_core_team', 'The Core Team ended it'), ('person_left', 'The person deleted their account')], max_length=20, verbose_name='why it ended'),
        ),
        migrations.AddField(
            model_name='mandate',
            name='predecessor',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='successors', to='liaisons.mandate'),
        ),
        migrations.AddField(
            model_name='mandate',
            name='private_notes',
            field=models.TextField(blank=True, max_length=4000, verbose_name='private notes'),
        ),
        migrations.AddField(
            model_name='mandate',
            name='renewed_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='mandate',
            name='review_opened_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='mandate',
            name='share_nonce',
            field=models.CharField(blank=True, editable=False, max_length=22),
        ),
        migrations.AddField(
            model_name='user',
            name='away_until',
            field=models.DateField(blank=True, null=True, verbose_name='away until'),
        ),
        migrations.AddField(
            model_name='user',
            name='contact_by',
            field=models.CharField(choices=[('form', 'By a form on the group’s page'), ('wiki', 'By the wiki’s own e-mail page'), ('none', 'Not at all')], default='form', max_length=5, verbose_name='how the public can write'),
        ),
        migrations.AddField(
            model_name='user',
            name='pseudonym',
            field=models.CharField(blank=True, editable=False, max_length=60),
        ),
        migrations.AddField(
            model_name='user',
            name='wiki_checked_at',
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name='user',
            name='wiki_locked_at',
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name='user',
            name='wiki_suppressed_at',
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AlterField(
            model_name='mandateevent',
            name='kind',
            field=models.CharField(choices=[('started', 'Started'), ('submitted', 'Submitted'), ('more_asked', 'More information asked for'), ('answered', 'Answered'), ('confirmed', 'Confirmed'), ('declined', 'Declined'), ('withdrawn', 'Withdrawn'), ('ended', 'Ended'), ('lapsed', 'Lapsed'), ('contact_changed', 'Core Team contact changed'), ('taken', 'Taken by a reviewer'), ('added', 'The applicant added something'), ('asked', 'The applicant asked'), ('replied', 'The Core Team replied'), ('renewed', 'Renewed'), ('successor_named', 'A successor was named'), ('review_opened', 'A member of the group contested it'), ('review_closed', 'The Core Team looked at it again')], max_length=20),
        ),
        migrations.AddField(
            model_name='contactrule',
            name='contact',
            field=models.ForeignKey(limit_choices_to={'is_active': True, 'is_staff': True}, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='Core Team contact'),
        ),
        migrations.AddField(
            model_name='contactrule',
            name='language',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, to='liaisons.language', verbose_name='language'),
        ),
        migrations.AddField(
            model_name='contactrule',
            name='region',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, to='liaisons.region', verbose_name='region'),
        ),
        migrations.AddField(
            model_name='contactrule',
            name='stand_in',
            field=models.ForeignKey(blank=True, limit_choices_to={'is_active': True, 'is_staff': True}, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='stand-in while the contact is away'),
        ),
        migrations.AddField(
            model_name='dataexport',
            name='person',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='data_exports', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='endorsement',
            name='mandate',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='endorsements', to='liaisons.mandate'),
        ),
        migrations.AddField(
            model_name='endorsement',
            name='person',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='endorsements', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='handover',
            name='application',
            field=models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='came_by', to='liaisons.mandate'),
        ),
        migrations.AddField(
            model_name='handover',
            name='mandate',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='handovers', to='liaisons.mandate'),
        ),
        migrations.AddField(
            model_name='letter',
            name='group',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='letters', to='liaisons.group'),
        ),
        migrations.AddField(
            model_name='letter',
            name='mandate',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='letters', to='liaisons.mandate'),
        ),
        migrations.AddField(
            model_name='letter',
            name='sender',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='letters', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='mandatereminder',
            name='mandate',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='reminders', to='liaisons.mandate'),
        ),
        migrations.AddConstraint(
            model_name='contactrule',
            constraint=models.UniqueConstraint(fields=('region', 'language'), name='one_contact_rule_per_region_and_language', nulls_distinct=False, violation_error_message='There is a rule for this region and language already.'),
        ),
        migrations.AddConstraint(
            model_name='contactrule',
            constraint=models.CheckConstraint(condition=models.Q(('stand_in__isnull', True), models.Q(('stand_in', models.F('contact')), _negated=True), _connector='OR'), name='a_stand_in_is_somebody_else', violation_error_message='Choose somebody else as stand-in.'),
        ),
        migrations.AddConstraint(
            model_name='dataexport',
            constraint=models.UniqueConstraint(condition=models.Q(('ready_at__isnull', True)), fields=('person',), name='one_export_in_the_making_per_person'),
        ),
        migrations.AddConstraint(
            model_name='endorsement',
            constraint=models.UniqueConstraint(fields=('mandate', 'person'), name='one_endorsement_per_mandate_and_person'),
        ),
        migrations.AddConstraint(
            model_name='handover',
            constraint=models.UniqueConstraint(condition=models.Q(('revoked_at__isnull', True), ('used_at__isnull', True)), fields=('mandate',), name='one_open_handover_per_mandate'),
        ),
        migrations.AddConstraint(
            model_name='handover',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('application__isnull', True), ('used_at__isnull', True)), models.Q(('application__isnull', False), ('used_at__isnull', False)), _connector='OR'), name='a_used_handover_has_its_application'),
        ),
        migrations.AddIndex(
            model_name='letter',
            index=models.Index(fields=['mandate', '-sent_at'], name='letter_by_mandate'),
        ),
        migrations.AddConstraint(
            model_name='mandatereminder',
            constraint=models.UniqueConstraint(fields=('mandate', 'last_day', 'days_before'), name='one_reminder_per_term_and_day'),
        ),
    ]
