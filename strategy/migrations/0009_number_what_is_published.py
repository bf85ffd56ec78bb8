"""What was published before gets its number, its first version and its words to search by."""

from django.db import migrations

from liaisons.group_search import fold

LANGUAGES = ("ar", "de", "en", "es", "fr", "hi", "ja", "pt", "ru", "zh_hans")


def number_and_keep(apps, schema_editor):
    """Number what is published in its order, and keep its texts as its first version.

    What was corrected before has one version only, of when it was corrected.
    """
    update_model = apps.get_model("strategy", "Update")
    version_model = apps.get_model("strategy", "UpdateVersion")
    for update in update_model.objects.order_by("pk").iterator(chunk_size=200):
        texts = (
            getattr(update, f"{name}_{code}")
            for name in ("title", "short", "body")
            for code in LANGUAGES
        )
        words = "\n".join(fold(text) for text in texts if text)
        update_model.objects.filter(pk=update.pk).update(search_text=words)
    published = update_model.objects.filter(status="published").order_by("position")
    for number, update in enumerate(published.iterator(chunk_size=200), start=1):
        update_model.objects.filter(pk=update.pk).update(number=number)
        content = {
            name: {
                code.replace("_", "-"): text
                for code in LANGUAGES
                if (text := getattr(update, f"{name}_{code}"))
            }
            for name in ("title", "short", "body")
        }
        version_model.objects.create(
            update=update,
            number=1,
            at=update.corrected_at or update.published_at,
            content=content,
        )


class Migration(migrations.Migration):
    dependencies = [("strategy", "0008_numbers_kinds_and_versions")]

    operations = [migrations.RunPython(number_and_keep, migrations.RunPython.noop)]
