"""The archive itself: one ZIP with the same twice, for programs and for reading."""

import io
import json
import zipfile

from django.core.serializers.json import DjangoJSONEncoder
from django.utils import timezone, translation

from liaisons import personal_data
from liaisons.models import User

from . import readable

FILE_NAME = "strategy-liaisons-my-data.zip"
JSON_NAME = "my-data.json"
HTML_NAME = "my-data.html"


def of(person: User) -> bytes:
    """Everything held on this person: JSON, and an HTML page in their language and time zone."""
    with translation.override(person.language), timezone.override(person.time_zone):
        held = personal_data.held_on(person)
        page = readable.page(person, held)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            JSON_NAME, json.dumps(held, cls=DjangoJSONEncoder, indent=2, ensure_ascii=False)
        )
        archive.writestr(HTML_NAME, page)
    return packed.getvalue()
