"""Give mandates that ended before the reasons were kept the reason their history tells."""

from django.db import migrations

FILL = """
UPDATE liaisons_mandate AS mandate SET end_reason = CASE
    WHEN last.kind = 'lapsed' THEN 'expired'
    WHEN person.erased_at IS NOT NULL AND last.actor_id = mandate.person_id THEN 'person_left'
    WHEN last.actor_id = mandate.person_id THEN 'stepped_down'
    ELSE 'ended_by_core_team'
END
FROM liaisons_user AS person, liaisons_mandate AS ended
LEFT JOIN LATERAL (
    SELECT kind, actor_id FROM liaisons_mandateevent
    WHERE mandate_id = ended.id AND kind IN ('ended', 'lapsed') ORDER BY id DESC LIMIT 1
) AS last ON true
WHERE ended.id = mandate.id AND person.id = mandate.person_id AND mandate.status = 'ended';
"""


class Migration(migrations.Migration):
    dependencies = [("liaisons", "0005_living_mandates")]

    operations = [migrations.RunSQL(FILL, "UPDATE liaisons_mandate SET end_reason = ''")]
