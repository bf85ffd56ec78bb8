"""Write the files for translation platforms."""

from pathlib import Path

from django.core.management.base import BaseCommand

from strategy.translating import files, texts


class Command(BaseCommand):
    help = (
        "Writes all public texts as JSON for a translation platform: one file for each language, "
        "en.json as the source, and qqq.json with what each message is."
    )

    def add_arguments(self, parser):
        parser.add_argument("folder", type=Path)

    def handle(self, *, folder, verbosity, **options):
        folder.mkdir(parents=True, exist_ok=True)
        for language in (
            texts.ENGLISH,
            files.DOCUMENTATION,
            *texts.LANGUAGES,
            *texts.other_languages(),
        ):
            (folder / f"{language}.json").write_bytes(files.as_json(language))
            if verbosity:
                self.stdout.write(f"{language}.json")
