"""Who of the Core Team becomes the contact of a liaison: the rules by region and language.

The rule that names more wins; where two name as much, the one for the language does: people ask
more easily in a language of their own. While a contact is away the stand-in takes their place, for
new liaisons and for those they have already, and where nobody of a rule is there the next rule is
asked.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.db.models import Q

from .models import ContactRule, Group, LanguageSkill, Mandate, User

# What a mandate needs, so that a list of them asks no more than one.
WITH_LANGUAGES = "person__language_skills"


def contact_for(mandate: Mandate) -> User | None:
    """The contact the rules name for this mandate today; None where they name nobody."""
    return Rules().contact_for(mandate)


class Rules:
    """All rules as they are now, read once. ``without`` is somebody who is to get nobody new."""

    def __init__(self, *, without: User | None = None):
        self._without = without.pk if without else None
        self._by_place = {
            (rule.region_id, rule.language_id): rule
            for rule in ContactRule.objects.select_related("contact", "stand_in")
        }

    def contact_for(self, mandate: Mandate) -> User | None:
        """Whom the most specific rule names who is there; nobody is their own contact."""
        for rule in self._fitting(mandate):
            person = answering(rule, without={self._without, mandate.person_id})
            if person:
                return person
        return None

    def stand_in_for(self, mandate: Mandate) -> User | None:
        """Who answers a liaison while their contact is not there; None where nobody is named.

        The stand-in of the contact's own rule: the one that fits the liaison first, then any other
        (a contact may have been given by hand). Else whom the rules name.
        """
        contact = mandate.contact
        if contact is None or is_there(contact):
            return None
        own = [rule for rule in self._by_place.values() if rule.contact_id == contact.pk]
        fitting = [rule for rule in self._fitting(mandate) if rule in own]
        for rule in [*fitting, *own]:
            person = rule.stand_in
            if person and is_there(person) and person.pk not in (self._without, mandate.person_id):
                return person
        return self.contact_for(mandate)

    def _fitting(self, mandate: Mandate) -> Iterator[ContactRule]:
        region = mandate.group.region_id if mandate.group else None
        languages = languages_of(mandate.person)
        places = [
            *((region, language) for language in languages if region),
            *((None, language) for language in languages),
            (region, None),
            (None, None),
        ]
        for place in dict.fromkeys(places):
            if place in self._by_place:
                yield self._by_place[place]


def answering(rule: ContactRule, *, without: Iterable[int | None] = ()) -> User | None:
    """Who answers by this rule today: the contact, or the stand-in where the contact is not there.

    None where neither is of the Core Team, at work, and somebody else than those ``without``.
    """
    for person in (rule.contact, rule.stand_in):
        if person and is_there(person) and person.pk not in without:
            return person
    return None


@dataclass(frozen=True)
class Contact:
    """Somebody's contact, and who answers in their place while they are away."""

    person: User
    stand_in: User | None = None

    @property
    def answering(self) -> User:
        """Who answers today; the contact themselves where nobody stands in."""
        return self.stand_in or self.person


def contacts_of(mandates: Iterable[Mandate]) -> list[Contact]:
    """The contacts of a person's mandates, each once; the rules are read where one is away.

    Nothing is written down: when the contact is back, everything is as before.
    """
    rules = None
    found: dict[int, Contact] = {}
    for mandate in mandates:
        contact = mandate.contact
        if contact is None or contact.pk in found:
            continue
        if is_there(contact):
            found[contact.pk] = Contact(contact)
        else:
            rules = rules or Rules()
            found[contact.pk] = Contact(contact, rules.stand_in_for(mandate))
    return list(found.values())


def contact_of(mandate: Mandate) -> Contact | None:
    """The contact of one mandate, and who answers today; None where it has none."""
    return next(iter(contacts_of([mandate])), None)


def is_there(person: User) -> bool:
    """True for somebody of the Core Team who is not away."""
    return person.is_active and person.is_staff and not person.is_away


def languages_of(person: User) -> list[str]:
    """The languages a person works in, as they listed them, then that of their mails."""
    listed = [skill.language_id for skill in person.language_skills.all()]
    return list(dict.fromkeys([*listed, person.language]))


@dataclass(frozen=True)
class Overlap:
    """Two rules that both fit some people; the first one is taken."""

    taken: ContactRule
    other: ContactRule


@dataclass(frozen=True)
class Coverage:
    """What the rules leave open. Regions and languages are ids of what liaisons have today."""

    regions_without: list[str]
    languages_without: list[str]
    overlaps: list[Overlap]
    nobody_there: list[ContactRule]
    has_one_for_everybody: bool


def coverage() -> Coverage:
    """Regions of groups and languages of liaisons without a rule, and where two rules fit.

    Four queries, however many groups and liaisons there are.
    """
    rules = list(
        ContactRule.objects.select_related("region", "language", "contact", "stand_in").order_by(
            "region", "language"
        )
    )
    regions = (
        Group.objects.listed().filter(region__isnull=False).order_by("region").values("region")
    )
    spoken = (
        LanguageSkill.objects.filter(person__in=Mandate.objects.active().values("person"))
        .order_by("language")
        .values_list("language", flat=True)
        .distinct()
    )
    named_regions = {rule.region_id for rule in rules}
    named_languages = {rule.language_id for rule in rules}
    return Coverage(
        regions_without=[
            pk
            for pk in regions.values_list("region", flat=True).distinct()
            if pk not in named_regions
        ],
        languages_without=[pk for pk in spoken if pk not in named_languages],
        overlaps=list(_overlaps(rules)),
        nobody_there=[rule for rule in rules if answering(rule) is None],
        has_one_for_everybody=any(not rule.region_id and not rule.language_id for rule in rules),
    )


def _overlaps(rules: list[ContactRule]) -> Iterator[Overlap]:
    """A rule for a language and one for a region, where people there use the language today."""
    both = {(rule.region_id, rule.language_id) for rule in rules}
    for_regions = {rule.region_id: rule for rule in rules if not rule.language_id}
    for_languages = {rule.language_id: rule for rule in rules if not rule.region_id}
    pairs = (
        Mandate.objects.active()
        .filter(
            Q(group__region__in=[pk for pk in for_regions if pk]),
            Q(person__language_skills__language__in=[pk for pk in for_languages if pk]),
        )
        .order_by("group__region", "person__language_skills__language")
        .values_list("group__region", "person__language_skills__language")
        .distinct()
    )
    for region, language in pairs:
        taken, other = for_languages[language], for_regions[region]
        if (region, language) not in both and taken.contact_id != other.contact_id:
            yield Overlap(taken, other)
