"""Of the history of mandates one thing may change: a message may be emptied, with an account."""

from django.db import migrations

ALLOW_BLANKING = """
CREATE OR REPLACE FUNCTION liaisons_refuse_to_change_history() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.message = ''
        AND to_jsonb(NEW) - 'message' = to_jsonb(OLD) - 'message' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'The history of mandates is append-only.'
        USING ERRCODE = 'restrict_violation';
END
$$;
"""

REFUSE_ALL = """
CREATE OR REPLACE FUNCTION liaisons_refuse_to_change_history() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'The history of mandates is append-only.'
        USING ERRCODE = 'restrict_violation';
END
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("liaisons", "0002_history_is_append_only")]

    operations = [migrations.RunSQL(ALLOW_BLANKING, REFUSE_ALL)]
