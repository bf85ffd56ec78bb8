"""Who translated what is published, as everyone may know it."""

from dataclasses import dataclass

from ..models import Translation
from . import texts


@dataclass(frozen=True)
class Credit:
    """Who translated a text into a language, and who read it before it was published.

    Names are empty where people are not public by name; then they are volunteers.
    """

    translator: str
    has_reader: bool
    reader: str


def of(thing, language: str) -> Credit | None:
    """The credit for a thing in a language; None where no volunteer translated it.

    One query, and none for the original.
    """
    if language == texts.source_code(thing):
        return None
    work = (
        Translation.objects.filter(
            kind=texts.kind_of(thing),
            object_id=thing.pk,
            language=language,
            translator__isnull=False,
        )
        .select_related("translator", "reader")
        .first()
    )
    if work is None:
        return None
    reader = work.reader.public_name if work.reader else ""
    return Credit(work.translator.public_name, work.reader is not None, reader)
