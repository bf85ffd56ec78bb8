"""What a liaison needs to be supported well: languages, mail, and the choice about the name."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from babel.core import get_global
from django.db import transaction
from django.utils.translation import gettext as _

from mailing import recipients
from mailing.due_hours import is_time_zone
from mailing.models import Preference
from web import content_version

from .accounts.people import sync_recipient
from .errors import Refused
from .languages import speak
from .models import Country, Language, User

# What an account starts with.
UNKNOWN_ZONE = "UTC"


@transaction.atomic
def save_answers(
    *,
    person: User,
    country: Country | None,
    languages: list[Language],
    help_from_english: bool,
    help_to_english: bool,
    mail_language: str,
    rhythm: str,
    prefers_talk_page: bool,
    display_name: str,
    is_public_by_name: bool,
) -> User:
    """Keep the support step's answers with the person; they hold for all their mandates.

    Translation help is noted for the languages but English (see ``languages.speak``). Nobody gets
    the digest by mail who prefers the talk page. Raises ``Refused`` where the account was
    deleted meanwhile.
    """
    person = User.objects.select_for_update(of=("self",), no_key=True).get(pk=person.pk)
    if person.erased_at:
        raise Refused(_("This account is closed."))
    was_shown_as = person.public_name
    person.country = country
    person.language = mail_language
    person.prefers_talk_page = prefers_talk_page
    if person.time_zone == UNKNOWN_ZONE:
        person.time_zone = time_zone_of(country)
    person.display_name = display_name
    person.is_public_by_name = is_public_by_name
    person.save()
    speak(
        person=person,
        languages=languages,
        help_from_english=help_from_english,
        help_to_english=help_to_english,
    )
    sync_recipient(person)
    recipients.set_channel(person, channel_for(prefers_talk_page), rhythm)
    if person.public_name != was_shown_as:
        content_version.bump()
    return person


def channel_for(prefers_talk_page: bool) -> str:
    """By which way somebody gets the digest."""
    return Preference.Channel.TALK_PAGE if prefers_talk_page else Preference.Channel.EMAIL


@dataclass(frozen=True)
class Answers:
    """A person's support answers in words, for them to check."""

    country: str
    languages: list[str]
    help_from_english: bool
    help_to_english: bool
    mail_language: str
    rhythm: str
    time_zone: str
    prefers_talk_page: bool
    name: str
    is_public_by_name: bool | None


def answers_of(person: User) -> Answers:
    """What the person answered, in the reader's language."""
    skills = list(person.language_skills.select_related("language"))
    return Answers(
        country=person.country.name if person.country else "",
        languages=[skill.language.name for skill in skills],
        help_from_english=any(skill.needs_help_from_english for skill in skills),
        help_to_english=any(skill.needs_help_to_english for skill in skills),
        mail_language=person.get_language_display(),
        rhythm=recipients.preference_of(person).get_rhythm_display(),
        time_zone=person.time_zone.replace("_", " "),
        prefers_talk_page=person.prefers_talk_page,
        name=person.display_name or person.wiki_username,
        is_public_by_name=person.is_public_by_name,
    )


def time_zone_of(country: Country | None) -> str:
    """The time zone of a country that has one hour everywhere, else UTC: the person may set it."""
    zones = [
        zone
        for zone in get_global("territory_zones").get(country.iso2 if country else "", [])
        if is_time_zone(zone)
    ]
    clocks = {
        tuple(datetime(2026, month, 1, tzinfo=ZoneInfo(zone)).utcoffset() for month in (1, 7))
        for zone in zones
    }
    return zones[0] if len(clocks) == 1 else UNKNOWN_ZONE
