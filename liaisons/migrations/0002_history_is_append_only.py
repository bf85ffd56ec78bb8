"""The history of mandates can be added to, never changed or deleted: held by the database."""

from django.db import migrations

REFUSE = """
CREATE FUNCTION liaisons_refuse_to_change_history() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'The history of mandates is append-only.'
        USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER mandate_history_is_append_only
    BEFORE UPDATE OR DELETE ON liaisons_mandateevent
    FOR EACH ROW EXECUTE FUNCTION liaisons_refuse_to_change_history();
"""

ALLOW = """
DROP TRIGGER mandate_history_is_append_only ON liaisons_mandateevent;
DROP FUNCTION liaisons_refuse_to_change_history();
"""


class Migration(migrations.Migration):
    dependencies = [("liaisons", "0001_initial")]

    operations = [migrations.RunSQL(REFUSE, ALLOW)]
