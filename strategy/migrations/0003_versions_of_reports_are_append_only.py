"""A published version of a report can be added to, never changed or deleted."""

from django.db import migrations

REFUSE = """
CREATE FUNCTION strategy_refuse_to_change_versions() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'The versions of reports are append-only.'
        USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER versions_of_reports_are_append_only
    BEFORE UPDATE OR DELETE ON strategy_reportversion
    FOR EACH ROW EXECUTE FUNCTION strategy_refuse_to_change_versions();
"""

ALLOW = """
DROP TRIGGER versions_of_reports_are_append_only ON strategy_reportversion;
DROP FUNCTION strategy_refuse_to_change_versions();
"""


class Migration(migrations.Migration):
    dependencies = [("strategy", "0002_relays_and_reports")]

    operations = [migrations.RunSQL(REFUSE, ALLOW)]
