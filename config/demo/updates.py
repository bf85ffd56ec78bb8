"""The demo's updates, by the verbs of the Core Team.

In its file an update has ``days_ago`` (published then) or ``in_days`` (scheduled); one with
neither stays a draft. Each language is a table of its own with ``title``, ``short`` and perhaps
``body``; its ``added_after`` are the days after which that translation came. ``correction`` holds
words that were wrong at first: ``before`` by field, and ``days_after``. Digests in the languages of
``waits_for`` hold it back until it is translated, for ``waits_days`` at most. ``kind`` is one of
``Update.Kind`` (a call to act has ``deadline_in`` days from today, an urgent one is agreed to by
the reviewer), ``topics`` names topics by their slugs, ``in_series`` counts it in the demo's series.
``withdrawn_after`` are the days after which it was withdrawn, for the reasons in ``withdrawal``.
``audience`` says for whom it is, as ``Update.audience`` does, where not for everyone.
``image`` names one of ``pictures.py``, which stands where a body has ``![](image:1)``; ``alt`` says
in each language what it shows.
"""

from collections.abc import Iterator
from datetime import timedelta
from functools import partial

from django.conf import settings
from django.utils import timezone

from liaisons.models import User
from mailing.models import Rhythm
from strategy import images, updates
from strategy.image_files import sizes_of
from strategy.models import Image, Series, Topic, Update

from . import clock, pictures
from .people import CORE_TEAM, REVIEWER
from .post import REACH, Post
from .text_files import read_all

FIELDS = ("title", "short", "body")
# When on its day an update is published (UTC).
HOUR = 9
MINUTE = 1 / (24 * 60)
SERIES = {
    "ar": "تحديث الاستراتيجية",
    "de": "Strategie-Nachricht",
    "en": "Strategy update",
    "es": "Actualización de la estrategia",
    "fr": "Actualité de la stratégie",
    "hi": "रणनीति अपडेट",
    "ja": "戦略アップデート",
    "pt": "Atualização da estratégia",
    "ru": "Новость о стратегии",
    "zh-hans": "战略动态",
}
DEMO_NOTE = {
    "ar": "كُتب هذا التحديث للعرض التجريبي. لم يرسله أحد.",
    "de": "Dieser Text wurde für die Demo geschrieben. Niemand hat ihn verschickt.",
    "en": "This update was written for the demo. Nobody sent it.",
    "es": "Este texto se escribió para la demostración. Nadie lo envió.",
    "fr": "Ce texte a été écrit pour la démonstration. Personne ne l’a envoyé.",
    "hi": "यह पाठ डेमो के लिए लिखा गया है। इसे किसी ने नहीं भेजा।",
    "ja": "この文章はデモのために書かれました。実際には送られていません。",
    "pt": "Este texto foi escrito para a demonstração. Ninguém o enviou.",
    "ru": "Этот текст написан для демонстрации. Его никто не рассылал.",
    "zh-hans": "本文为演示而写，没有任何人发送过。",
}


def plan_updates(post: Post) -> clock.Plan:
    """What the Core Team does with each update, and when; ``post`` carries it to people."""
    plan: clock.Plan = []
    for slug, texts in read_all("updates").items():
        days_ago = max(texts.get("days_ago", 0), 0)
        hour = HOUR if days_ago else -2
        at_first = [code for code in _languages(texts) if not texts[code].get("added_after")]
        first_words = texts.get("correction", {}).get("before", {})
        written: list[Update] = []
        act = partial(put_out, slug, texts, at_first, first_words, written)
        plan.append((clock.on(days_ago, hour), act))
        if days_ago < REACH[Rhythm.MONTHLY].days:
            plan.append((clock.on(days_ago, hour) - MINUTE, post.make_round))
        if "withdrawn_after" in texts:
            act = partial(take_back, written, texts["withdrawal"])
            plan.append((clock.on(days_ago - texts["withdrawn_after"], 14), act))
        for days, fields in _later(texts):
            plan.append((clock.on(days_ago - days, 14), partial(change, written, fields)))
    return plan


def put_out(slug: str, texts: dict, languages: list[str], words: dict, made: list) -> None:
    """Write an update, unless it is there, and publish or schedule it as its file says.

    ``words`` stand in place of those of the file; the update goes into ``made``.
    """
    if Update.objects.filter(slug=slug).exists():
        return
    author = User.objects.get(email=CORE_TEAM.address)
    kind, audience = texts.get("kind", Update.Kind.NEWS), texts.get("audience", {})
    update = Update(slug=slug, kind=kind, audience=audience)
    if "deadline_in" in texts:
        days = texts["deadline_in"] + 1
        update.deadline = clock.start_of_today() + timedelta(days=days) - timedelta(minutes=1)
    if texts.get("in_series"):
        update.series = _series()
    for code in languages:
        for name, text in _fields(texts, code).items():
            setattr(update, name, words.get(name, text))
    if "waits_for" in texts:
        update.waits_for = texts["waits_for"]
        update.waits_until = timezone.now() + timedelta(days=texts["waits_days"])
    update = updates.save(update, actor=author)
    made.append(update)
    if "image" in texts:
        illustrate(update, texts, languages, author)
    update.topics.set(Topic.objects.filter(slug__in=texts.get("topics", [])))
    if update.kind == Update.Kind.URGENT:
        updates.agree(update, actor=User.objects.get(email=REVIEWER.address))
    if "in_days" in texts:
        at = clock.start_of_today() + timedelta(days=texts["in_days"], hours=HOUR)
        updates.schedule(update, at=at, actor=author)
    elif "days_ago" in texts:
        updates.publish(update, actor=author)


def illustrate(update: Update, texts: dict, languages: list[str], author: User) -> None:
    """Give an update its picture, with what it says in these languages."""
    image = Image(update=update, credit="Strategy Liaisons", licence=Image.Licence.ZERO)
    for code in languages:
        setattr(image, f"alt_{code.replace('-', '_')}", texts[code]["alt"])
    images.add(image, sizes_of(pictures.file_of(texts["image"])), by=author)


def change(made: list[Update], fields: dict[str, str]) -> None:
    """Add a translation, or correct what was wrong, to an update of this run."""
    for update in made:
        update.refresh_from_db()
        for name, text in fields.items():
            setattr(update, name, text)
        updates.save(update, actor=User.objects.get(email=CORE_TEAM.address))


def take_back(made: list[Update], why: dict[str, str]) -> None:
    """Withdraw an update of this run."""
    for update in made:
        updates.withdraw(update, why=why, actor=User.objects.get(email=CORE_TEAM.address))


def _series() -> Series:
    names = {f"name_{code.replace('-', '_')}": name for code, name in SERIES.items()}
    return Series.objects.get_or_create(name_en=SERIES["en"], defaults=names)[0]


def _later(texts: dict) -> Iterator[tuple[int, dict[str, str]]]:
    for code in _languages(texts):
        if texts[code].get("added_after"):
            yield texts[code]["added_after"], _fields(texts, code)
    if "correction" in texts:
        before = texts["correction"]["before"]
        fields = {name: text for name, text in _fields(texts, "en").items() if name in before}
        yield texts["correction"]["days_after"], fields


def _fields(texts: dict, code: str) -> dict[str, str]:
    ending = code.replace("-", "_")
    fields = {f"{name}_{ending}": texts[code].get(name, "").strip() for name in FIELDS}
    if fields[f"body_{ending}"]:
        fields[f"body_{ending}"] += f"\n\n*{DEMO_NOTE[code]}*"
    return {name: text or None for name, text in fields.items()}


def _languages(texts: dict) -> list[str]:
    return [code for code, _name in settings.LANGUAGES if code in texts]
