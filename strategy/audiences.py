"""For whom an update is: everyone, or readers who are what it names.

Everything that asks "is this update for this person?" asks here: digests of every kind, the
dashboard, next steps, mails that ask to pass an update on, the Core Team's count beforehand. What
an update names of one sort is joined by "or" (in Africa or in Asia), of different sorts by "and"
(in Africa, and reads in French). Why it is so: ``docs/decisions/updates.md``.

Languages are those a person gets mail in. Topics are followed by who ticked their Working Group, or
ticked none and so hears of all. Of kinds of group and regions one and the same mandate counts. A
region is also that of who speaks for no group and lives there, and of who asked to hear of it.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Self

from django.conf import settings
from django.db.models import (
    BooleanField,
    Exists,
    ExpressionWrapper,
    Model,
    OuterRef,
    Q,
    QuerySet,
    Value,
)
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from modeltranslation.utils import build_localized_fieldname, resolution_order

from liaisons.models import Group, Mandate, Region, User
from mailing.audiences import Narrowed, was_told
from mailing.models import Preference, Rhythm
from web.names import language_name, listed

from .models import Update, WorkingGroup
from .region_reports import REGIONS
from .topic_choices import TOPICS

# The sorts of which several can be named, as ``Update.audience`` calls them.
SORTS = ("regions", "kinds", "languages", "topics")
LIAISONS = "liaisons_only"


@dataclass(frozen=True)
class Audience:
    """Whom an update is for; of what is empty anybody will do. Codes, and slugs of topics."""

    liaisons_only: bool = False
    regions: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()

    @classmethod
    def of(cls, kept: dict[str, Any]) -> Self:
        """What ``Update.audience``, or a version's, says."""
        named = {sort: tuple(sorted(set(kept.get(sort, ())))) for sort in SORTS}
        return cls(liaisons_only=bool(kept.get(LIAISONS)), **named)

    @property
    def kept(self) -> dict[str, Any]:
        """How ``Update.audience`` keeps it: the same people in one way only, everyone as {}."""
        named: dict[str, Any] = {
            sort: sorted(set(getattr(self, sort))) for sort in SORTS if getattr(self, sort)
        }
        # Who speaks for a group of some kind is a liaison anyway.
        return named | ({LIAISONS: True} if self.liaisons_only else {})

    @property
    def is_everyone(self) -> bool:
        return not self.kept

    def is_within(self, other: "Audience") -> bool:
        """Whether certainly nobody belongs to it who does not belong to the other one."""

        def narrower(mine, theirs):
            return not theirs or (bool(mine) and set(mine) <= set(theirs))

        if other.liaisons_only and not (self.liaisons_only or self.kinds):
            return False
        return all(narrower(getattr(self, sort), getattr(other, sort)) for sort in SORTS)


# --- Who belongs to it, as conditions for the database -----------------------------------------


@dataclass(frozen=True)
class Reader:
    """Where a query finds the person: the path to the account, and the one to the recipient."""

    account: str
    recipient: str

    @property
    def user(self) -> OuterRef:
        return OuterRef(f"{self.account}id" if self.account else "pk")

    @property
    def preferences(self) -> QuerySet[Preference]:
        """What they chose of the digest, by whichever way it comes."""
        digests = Preference.objects.filter(kind=Preference.Kind.DIGEST).exclude(rhythm=Rhythm.NONE)
        if self.recipient.endswith("mail_recipient__"):
            return digests.filter(recipient__user=self.user)
        return digests.filter(recipient=OuterRef(f"{self.recipient}id" if self.recipient else "pk"))


def recipient_at(path: str) -> Reader:
    """The reader for a query from which ``path``, such as ``recipient__``, leads to a recipient."""
    return Reader(f"{path}user__", path)


def person_at(path: str = "") -> Reader:
    """The same where the path leads to an account; empty for a query of accounts."""
    return Reader(path, f"{path}mail_recipient__")


def is_for(audience: Audience, reader: Reader) -> Q:
    """Whether an update is for a reader: the one question behind all others."""
    return _place(audience, reader) & _reading(audience, reader)


def concerns_group(audience: Audience, group: str = "") -> Q:
    """Whether what an update says of groups fits one, for the path to it, such as ``group__``."""
    fits = Q()
    if audience.kinds:
        fits &= Q(**{f"{group}kind__in": audience.kinds})
    if audience.regions:
        of_country = {f"{group}region": None, f"{group}country__region__in": audience.regions}
        fits &= Q(**{f"{group}region__in": audience.regions}) | Q(**of_country)
    return fits


def concerns_mandate(audience: Audience) -> Q:
    """Whether an update is for the liaison of a mandate as the liaison of that group."""
    return concerns_group(audience, "group__") & _reading(audience, person_at("person__"))


def _place(audience, reader) -> Q:
    held = Mandate.objects.active().filter(person=reader.user)
    fitting = Q(Exists(held.filter(concerns_group(audience, "group__"))))
    if audience.liaisons_only or audience.kinds:
        return fitting
    if not audience.regions:
        return Q()
    asked = reader.preferences.filter(choices__has_key=REGIONS).filter(
        **{f"choices__{REGIONS}__has_any_keys": list(audience.regions)}
    )
    lives_there = Q(**{f"{reader.account}country__region__in": audience.regions})
    return fitting | Q(Exists(asked)) | (lives_there & ~Q(Exists(held)))


def _reading(audience, reader) -> Q:
    belongs = Q()
    if audience.languages:
        chosen = reader.preferences.exclude(language="")
        usual = Q(**{f"{reader.recipient}language__in": audience.languages})
        if reader.recipient.endswith("mail_recipient__"):
            usual |= Q(
                **{
                    f"{reader.recipient}language": None,
                    f"{reader.account}language__in": audience.languages,
                }
            )
        belongs &= Q(Exists(chosen.filter(language__in=audience.languages))) | (
            usual & ~Q(Exists(chosen))
        )
    if audience.topics:
        ticked = reader.preferences.filter(choices__has_key=TOPICS)
        some = ticked.filter(**{f"choices__{TOPICS}__has_any_keys": list(audience.topics)})
        belongs &= Q(Exists(some)) | ~Q(Exists(ticked))
    return belongs


# --- Asked for pages and mails -----------------------------------------------------------------


def meant_for(person: User, updates: QuerySet[Update]) -> QuerySet[Update]:
    """Those of the updates that are for a person with an account; two queries where one is not."""
    kept = list(
        updates.order_by().exclude(audience={}).values_list("audience", flat=True).distinct()
    )
    if not kept:
        return updates
    asked = {f"is_for_{number}": Audience.of(one) for number, one in enumerate(kept)}
    answers = User.objects.filter(pk=person.pk).annotate(
        **{
            name: ExpressionWrapper(is_for(audience, person_at()), BooleanField())
            for name, audience in asked.items()
        }
    )
    found = answers.values(*asked).get()
    return updates.exclude(
        audience__in=[audience.kept for name, audience in asked.items() if not found[name]]
    )


def unconcerned(
    mandates: QuerySet[Mandate], updates: Iterable[Update]
) -> set[tuple[int, int, int]]:
    """Which updates these liaisons need not pass on to which of their groups.

    Gives (person, group, update), by their ids; one query where an update is not for everyone.
    """
    narrowed = {update.pk: Audience.of(update.audience) for update in updates if update.audience}
    if not narrowed:
        return set()
    questions = {
        f"for_{pk}": ExpressionWrapper(concerns_mandate(audience), BooleanField())
        for pk, audience in narrowed.items()
    }
    rows = mandates.order_by().annotate(**questions).values("person", "group", *questions)
    return {
        (row["person"], row["group"], pk) for row in rows for pk in narrowed if not row[f"for_{pk}"]
    }


def has_liaison_for(audience: Audience) -> Q:
    """For a query of groups: whether somebody should pass an update on to the group."""
    held = Mandate.objects.active().filter(group=OuterRef("pk"))
    return Q(Exists(held.filter(concerns_mandate(audience))))


def narrowed(update: Update, section: str) -> Iterator[Narrowed]:
    """For the digest: the places of an update of which not everyone is told."""
    audience = Audience.of(update.audience)
    if not audience.is_everyone:
        yield Narrowed(update.position, audience, lambda path: is_for(audience, recipient_at(path)))
    before = [update.position]
    for position in update.further_positions:
        yield Narrowed(position, (update.pk, position), _untold(audience, section, tuple(before)))
        before.append(position)


def _untold(audience: Audience, section: str, before: tuple[int, ...]) -> Callable[[str], Q]:
    """For whom a further place of an update is: those who belong to it and were not told before."""

    def belongs(path: str) -> Q:
        told = Q()
        for position in before:
            told |= was_told(section, position, path)
        return is_for(audience, recipient_at(path)) & ~told

    return belongs


# --- In words ----------------------------------------------------------------------------------


def with_words(updates: Iterable[Update]) -> list[Update]:
    """The updates, each with ``for_whom``: sentences, none where it is for everyone.

    One query at most, however many there are.
    """
    found = list(updates)
    names = _names(Audience.of(update.audience) for update in found)
    for update in found:
        update.for_whom = _words(Audience.of(update.audience), names)
    return found


def words_of(kept: dict[str, Any]) -> list[str]:
    """The sentences that say for whom an update is, in the active language."""
    audience = Audience.of(kept)
    return _words(audience, _names([audience]))


def _names(audiences: Iterable[Audience]) -> dict[str, dict[str, str]]:
    """The names of all regions and topics that any of these mention; one query where any does."""
    mentioned = list(audiences)
    regions = {code for audience in mentioned for code in audience.regions}
    topics = {slug for audience in mentioned for slug in audience.topics}
    names: dict[str, dict[str, str]] = {"regions": {}, "topics": {}}
    if regions or topics:
        of_regions = _named("regions", Region, "code", regions)
        of_topics = _named("topics", WorkingGroup, "slug", topics)
        for sort, code, *known in of_regions.union(of_topics, all=True):
            names[sort][code] = next(filter(None, known), code)
    return names


def _named(sort: str, model: type[Model], key: str, codes: set[str]) -> QuerySet:
    """Rows of (sort, code, name in the active language, names shown where there is none)."""
    language = get_language() or settings.LANGUAGE_CODE
    names = [build_localized_fieldname("name", code) for code in resolution_order(language)]
    # Not the model's own: modeltranslation's query sets give columns in an order of their own.
    rows: QuerySet = QuerySet(model).filter(**{f"{key}__in": codes}).order_by()
    return rows.values_list(Value(sort), key, *names)


def _words(audience: Audience, names) -> list[str]:
    kinds = dict(Group.Kind.choices)
    named = {
        "regions": listed(sorted(names["regions"].get(one, one) for one in audience.regions)),
        "kinds": listed(sorted(str(kinds.get(one, one)) for one in audience.kinds)),
        "languages": listed(sorted(language_name(one) for one in audience.languages)),
        "topics": listed(sorted(names["topics"].get(one, one) for one in audience.topics)),
    }
    said = [str(text) for text in _of_place(audience)]
    # Translators: "it" is an update, and only people who get mail in these languages are told.
    if audience.languages:
        said.append(
            _("Only for those who read %(languages)s")
            if said
            else _("For those who read %(languages)s")
        )
    if audience.topics:
        said.append(
            _("Only for those who follow the topic: %(topics)s")
            if said
            else _("For those who follow the topic: %(topics)s")
        )
    return [text % named for text in said]


def _of_place(audience) -> list[Any]:
    if audience.kinds and audience.regions:
        # Translators: for whom an update is. "regions" and "kinds" are lists of names, such as
        # "Sub-Saharan Africa" and "Chapter".
        return [_("For liaisons in %(regions)s, of groups of this kind: %(kinds)s")]
    if audience.kinds:
        # Translators: for whom an update is. "kinds" is a list of names, such as "Chapter".
        return [_("For liaisons of groups of this kind: %(kinds)s")]
    if audience.liaisons_only and audience.regions:
        # Translators: for whom an update is. "regions" is a list of names.
        return [_("For liaisons in %(regions)s")]
    if audience.liaisons_only:
        # Translators: for whom an update is.
        return [_("For liaisons")]
    if audience.regions:
        # Translators: for whom an update is. "regions" is a list of names.
        return [_("For people in %(regions)s")]
    return []
