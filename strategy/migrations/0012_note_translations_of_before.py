"""Note the translations there are: as made from the English text of today, nobody knows when."""

import hashlib

from django.conf import settings
from django.db import migrations

# Kind of row, its model, its texts; as they were when this was written.
ROWS = (
    ("update", "Update", ("title", "short", "body")),
    ("topic", "Topic", ("title", "short")),
    ("question", "TopicQuestion", ("text",)),
    ("response", "Response", ("text",)),
    ("series", "Series", ("name",)),
    ("working_group", "WorkingGroup", ("name", "scope")),
    ("entry", "TimelineEntry", ("title",)),
)
ENDINGS = {code: code.replace("-", "_") for code, _name in settings.LANGUAGES if code != "en"}


def note_all(apps, schema_editor):
    for kind, name, fields in ROWS:
        for row in apps.get_model("strategy", name)._base_manager.iterator(chunk_size=200):
            for field in fields:
                note(apps, kind, row, field)


def note(apps, kind, row, field):
    SourceText = apps.get_model("strategy", "SourceText")
    TranslationState = apps.get_model("strategy", "TranslationState")
    english = getattr(row, f"{field}_en") or ""
    translated = {
        code: text for code, ending in ENDINGS.items() if (text := getattr(row, f"{field}_{ending}"))
    }
    if not (english or translated):
        return
    of_text = {"kind": kind, "object_id": row.pk, "field": field}
    source = SourceText.objects.create(**of_text, number=1, text=english)
    TranslationState.objects.bulk_create(
        TranslationState(
            **of_text, language=code, source=source, at=None,
            text_hash=hashlib.sha256(text.encode()).hexdigest()[:20],
        )
        for code, text in translated.items()
    )


class Migration(migrations.Migration):
    dependencies = [("strategy", "0011_states_of_translations")]
    operations = [migrations.RunPython(note_all, migrations.RunPython.noop)]
