"""Each published update has its number, and its versions can be added to, never changed."""

from django.db import migrations, models

APPEND_ONLY = """
CREATE TRIGGER versions_of_updates_are_append_only
    BEFORE UPDATE OR DELETE ON strategy_updateversion
    FOR EACH ROW EXECUTE FUNCTION strategy_refuse_to_change_versions();
CREATE OR REPLACE FUNCTION strategy_refuse_to_change_versions() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Versions of what was published are append-only.'
        USING ERRCODE = 'restrict_violation';
END
$$;
"""
CHANGEABLE = "DROP TRIGGER versions_of_updates_are_append_only ON strategy_updateversion;"


class Migration(migrations.Migration):
    dependencies = [("strategy", "0009_number_what_is_published")]

    operations = [
        migrations.AddConstraint(
            model_name="update",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status__in", ["published", "withdrawn"]), _negated=True),
                    models.Q(
                        ("number__isnull", False),
                        ("position__isnull", False),
                        ("published_at__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="a_published_update_has_its_time",
            ),
        ),
        migrations.RunSQL(APPEND_ONLY, CHANGEABLE),
    ]
