"""What the measured digests say, and to whom.

Four shared sections, the product's own, in ten languages: what closes soon, three updates, what
opened, what closed. And two of each person's own, in the product's looks, which no one shares.
"""

from datetime import timedelta
from secrets import token_hex

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import connection
from django.template import Context, Template
from django.utils import timezone
from modeltranslation.utils import build_localized_fieldname

from mailing import positions, sections
from mailing.models import Preference
from mailing.sections import Block, PersonalSection
from strategy import topics, updates
from strategy.models import Topic, Update, WorkingGroup

User = get_user_model()
NEW_UPDATES = 3
# When the topics of a round close, in days from now.
NEW_TOPICS = (40, 50, 2, -1)

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
    INSERT INTO mailing_recipient (user_id, address, address_hash, is_verified, language,
                                   time_zone, joined_position, created_at)
    SELECT id, username || '@example.org',
           encode(sha256(convert_to(username || '@example.org', 'UTF8')), 'hex'),
           TRUE, (%s::text[])[1 + id %% %s], 'UTC', 0, now()
    FROM liaisons_user WHERE username LIKE %s
    RETURNING id
)
INSERT INTO mailing_preference (recipient_id, kind, channel, rhythm, language, time_zone, source,
                                effective_at)
SELECT id, 'digest', 'email', %s, '', '', 'person', '2020-01-01' FROM person
"""


class Own(PersonalSection):
    """Two things for each reader in each round, told once."""

    is_news = False

    def __init__(self, key, label):
        self.key, self.label = key, label

    def load(self, readers):
        """What the database is asked for a whole batch: here their names."""
        ids = [reader.user_id for reader in readers]
        names = dict(User.objects.filter(pk__in=ids).values_list("pk", "username"))
        number = positions.current()
        return {
            reader.delivery_id: own_things(self.key, number, names[reader.user_id], reader.language)
            for reader in readers
        }

    def render(self, things, language):
        """In the looks of the product's own."""
        context = {"items": things}
        return Block(
            html=_OWN_HTML.render(Context(context)),
            text=_OWN_TEXT.render(Context(context)),
            count=len(things),
        )


def own_things(key: str, position: int, name: str, language: str) -> dict[str, dict]:
    """By its name what one person is told in one section, new at each position."""
    return {
        f"{key}-{position}-{number}": {
            "title": f"{name}: {SENTENCES[language][:60]}",
            "url": f"{settings.BASE_URL}/{language}/{key}/{position}/{name}/{number}/",
        }
        for number in range(2)
    }


OWN_HTML = """{% for item in items %}<p style="margin:0 0 16px;font-size:16px;line-height:1.5">
<a href="{{ item.url }}" style="color:#3366cc">{{ item.title }}</a></p>{% endfor %}"""
OWN_TEXT = """{% autoescape off %}{% for item in items %}{{ item.title }}
{{ item.url }}

{% endfor %}{% endautoescape %}"""
_OWN_HTML, _OWN_TEXT = Template(OWN_HTML), Template(OWN_TEXT)
OWN = {"replies": "Answers to you", "next_steps": "Your next steps"}


def use_own_sections() -> None:
    """Put the two in the place of the product's, for which each person would need a history."""
    for section in sections.registered_personal():
        sections.unregister(section.key)
    for key, label in OWN.items():
        sections.register_personal(Own(key, label))


def have_people(rhythm: str, number: int) -> None:
    """So many recipients of one rhythm, evenly in the ten site languages."""
    languages = sorted(SENTENCES)
    User.objects.bulk_create(
        (User(username=f"{rhythm}-{one}") for one in range(number)), batch_size=5000
    )
    with connection.cursor() as cursor:
        cursor.execute(_PEOPLE, [languages, len(languages), f"{rhythm}-%", rhythm])


def only_so_many(number: int) -> None:
    """Let only the first so many get the digest at once."""
    readers = Preference.objects.filter(recipient__user__username__startswith="at_once-")
    chosen = list(readers.order_by("recipient_id").values_list("pk", flat=True)[:number])
    readers.update(rhythm="none")
    readers.filter(pk__in=chosen).update(rhythm="at_once")


def publish_news() -> None:
    """Publish the updates and open the topics, each as the Core Team would."""
    names = {build_localized_fieldname("name", code): text for code, text in SENTENCES.items()}
    group, _made = WorkingGroup.objects.get_or_create(slug="bench", defaults=names)
    for number in range(NEW_UPDATES):
        update = Update.objects.create(slug=f"bench-{token_hex(8)}", **_texts(number))
        updates.publish(update)
    for number, days in enumerate(NEW_TOPICS):
        Topic.objects.create(
            slug=f"bench-{token_hex(8)}",
            working_group=group,
            opens_at=timezone.now() - timedelta(days=30),
            closes_at=timezone.now() + timedelta(days=days),
            **_texts(number),
        )
    topics.announce_due()


def _texts(number):
    texts = {}
    for code, sentence in SENTENCES.items():
        texts[build_localized_fieldname("title", code)] = f"{number + 1}. {sentence}"[:120]
        whole = f"{sentence} " * (SHORT // len(sentence) + 1)
        texts[build_localized_fieldname("short", code)] = whole[:SHORT].strip()
    assert set(SENTENCES) == {code for code, _name in settings.LANGUAGES}
    return texts
