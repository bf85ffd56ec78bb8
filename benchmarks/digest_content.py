"""What the measured digests say, and to whom: updates and topics in ten languages."""

from datetime import timedelta
from secrets import token_hex

from django.conf import settings
from django.db import connection
from django.utils import timezone
from modeltranslation.utils import build_localized_fieldname

from strategy import topics, updates
from strategy.models import Topic, Update, WorkingGroup

NEW_UPDATES, NEW_TOPICS = 3, 2

# One sentence in each language; a short version repeats it to the length people write.
SENTENCES = {
    "ar": "نشرت مجموعات العمل مسوداتها الأولى وتسأل المجتمعات عمّا ينقصها.",
    "de": "Die Arbeitsgruppen haben erste Entwürfe veröffentlicht und fragen, was noch fehlt.",
    "en": "The Working Groups published their first drafts and ask what is still missing.",
    "es": "Los grupos de trabajo publicaron sus primeros borradores y preguntan qué falta.",
    "fr": "Les groupes de travail ont publié leurs premières ébauches et demandent ce qui manque.",
    "hi": "कार्य समूहों ने अपने पहले मसौदे प्रकाशित किए हैं और पूछते हैं कि क्या छूट गया है।",
    "ja": "作業グループが最初の草案を公開し、足りない点を尋ねています。",
    "pt": "Os grupos de trabalho publicaram os primeiros rascunhos e perguntam o que falta.",
    "ru": "Рабочие группы опубликовали первые проекты и спрашивают, чего в них не хватает.",
    "zh-hans": "各工作组发布了第一批草案，并询问还缺少什么。",
}
SHORT = 500  # characters of a short version

_PEOPLE = """
WITH person AS (
    INSERT INTO mailing_recipient (address, address_hash, is_verified, language, time_zone,
                                   joined_position, created_at)
    SELECT rhythm || number || '@example.org',
           encode(sha256(convert_to(rhythm || number || '@example.org', 'UTF8')), 'hex'),
           TRUE, (%s::text[])[1 + number %% %s], 'UTC', 0, now()
    FROM (SELECT %s::text AS rhythm, generate_series(1, %s) AS number) AS numbers
    RETURNING id
)
INSERT INTO mailing_preference (recipient_id, kind, channel, rhythm, language, time_zone, source,
                                effective_at)
SELECT id, 'digest', 'email', %s, '', '', 'person', '2020-01-01' FROM person
"""


def have_people(rhythm: str, number: int) -> None:
    """So many recipients of one rhythm, evenly in the ten site languages."""
    languages = sorted(SENTENCES)
    with connection.cursor() as cursor:
        cursor.execute(_PEOPLE, [languages, len(languages), rhythm, number, rhythm])


def publish_news() -> None:
    """Publish the updates and open the topics, each as the Core Team would."""
    names = {build_localized_fieldname("name", code): text for code, text in SENTENCES.items()}
    group, _made = WorkingGroup.objects.get_or_create(slug="bench", defaults=names)
    for number in range(NEW_UPDATES):
        update = Update.objects.create(slug=f"bench-{token_hex(8)}", **_texts(number))
        updates.publish(update)
    for number in range(NEW_TOPICS):
        Topic.objects.create(
            slug=f"bench-{token_hex(8)}",
            working_group=group,
            opens_at=timezone.now() - timedelta(hours=1),
            closes_at=timezone.now() + timedelta(days=10 + number),
            **_texts(number),
        )
    assert topics.announce_due() == NEW_TOPICS


def _texts(number):
    texts = {}
    for code, sentence in SENTENCES.items():
        texts[build_localized_fieldname("title", code)] = f"{number + 1}. {sentence}"[:120]
        whole = f"{sentence} " * (SHORT // len(sentence) + 1)
        texts[build_localized_fieldname("short", code)] = whole[:SHORT].strip()
    assert set(SENTENCES) == {code for code, _name in settings.LANGUAGES}
    return texts
