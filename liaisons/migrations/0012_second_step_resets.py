"""Resets of second steps; a row says once that its code was used, and otherwise never changes."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

REFUSE = """
CREATE FUNCTION liaisons_refuse_to_change_resets() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE'
        AND to_jsonb(NEW) - 'reason' - 'used_at' = to_jsonb(OLD) - 'reason' - 'used_at'
        AND (NEW.reason = OLD.reason OR NEW.reason = '')
        AND (NEW.used_at IS NOT DISTINCT FROM OLD.used_at OR OLD.used_at IS NULL) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'The history of resets is append-only.'
        USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER second_step_resets_are_append_only
    BEFORE UPDATE OR DELETE ON liaisons_secondstepreset
    FOR EACH ROW EXECUTE FUNCTION liaisons_refuse_to_change_resets();
"""

ALLOW = """
DROP TRIGGER second_step_resets_are_append_only ON liaisons_secondstepreset;
DROP FUNCTION liaisons_refuse_to_change_resets();
"""


class Migration(migrations.Migration):
    dependencies = [("liaisons", "0011_open_mandates_by_seat")]

    operations = [
        migrations.CreateModel(
            name="SecondStepReset",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("reason", models.TextField(blank=True, max_length=500, verbose_name="reason")),
                ("code_hash", models.CharField(blank=True, editable=False, max_length=64)),
                ("expires_at", models.DateTimeField()),
                ("used_at", models.DateTimeField(blank=True, null=True)),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="second_step_resets",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "reset of a second step",
                "verbose_name_plural": "resets of second steps",
                "ordering": ["-at", "-pk"],
                "permissions": [("reset_second_step", "Can reset the second step of others")],
                "default_permissions": (),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("by__isnull", True),
                            models.Q(("by", models.F("person")), _negated=True),
                            _connector="OR",
                        ),
                        name="nobody_resets_their_own_second_step",
                        violation_error_message=(
                            "Nobody resets their own second step. "
                            "Please ask another administrator."
                        ),
                    )
                ],
            },
        ),
        migrations.RunSQL(REFUSE, ALLOW),
    ]
