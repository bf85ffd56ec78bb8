"""Makers of people, places, groups and mandates for tests. Traits name situations."""

import datetime

import factory
from django.utils import timezone

from liaisons.models import Country, Group, Language, Mandate, MandateEvent, Region, User


class RegionFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Region
        django_get_or_create = ("code",)

    code = "SSA"
    name_en = factory.LazyAttribute(lambda region: f"Region {region.code}")


class CountryFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Country
        django_get_or_create = ("iso2",)

    class Params:
        protected = factory.Trait(iso2="BY", english_name="Belarus", is_protected=True)

    iso2 = "TZ"
    english_name = "Tanzania"
    region = factory.SubFactory(RegionFactory)


class LanguageFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Language
        django_get_or_create = ("code",)

    code = "sw"
    autonym = factory.LazyAttribute(lambda language: f"Autonym {language.code}")
    english_name = factory.LazyAttribute(lambda language: f"Language {language.code}")


class UserFactory(factory.django.DjangoModelFactory):
    """A plain member account with a confirmed address; not public by name."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    class Params:
        by_name = factory.Trait(is_public_by_name=True)
        core_team = factory.Trait(is_staff=True)
        admin = factory.Trait(is_staff=True, is_superuser=True)

    display_name = factory.Sequence(lambda n: f"Person {n}")
    email = factory.Sequence(lambda n: f"person{n}@example.org")
    is_public_by_name = False

    @factory.post_generation
    def confirmed_address(user, create, extracted, **kwargs):
        if create and user.email and extracted is not False:
            user.emailaddress_set.create(email=user.email, verified=True, primary=True)


class GroupFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Group
        skip_postgeneration_save = True

    class Params:
        proposed = factory.Trait(
            status=Group.Status.PROPOSED, proposed_by=factory.SubFactory(UserFactory)
        )
        archived = factory.Trait(status=Group.Status.ARCHIVED)
        worldwide = factory.Trait(scope=Group.Scope.WORLDWIDE, country=None)
        project_community = factory.Trait(
            kind=Group.Kind.PROJECT_COMMUNITY,
            country=None,
            dbname=factory.Sequence(lambda n: f"wiki{n}"),
            host=factory.Sequence(lambda n: f"wiki{n}.example.org"),
        )

    slug = factory.Sequence(lambda n: f"group-{n}")
    name = factory.Sequence(lambda n: f"Group {n}")
    kind = Group.Kind.USER_GROUP
    country = factory.SubFactory(CountryFactory)
    region = factory.LazyAttribute(lambda group: group.country.region if group.country else None)

    @factory.post_generation
    def languages(group, create, extracted, **kwargs):
        if create and extracted:
            group.languages.set(extracted)


def _a_year_from_today():
    return timezone.localdate() + datetime.timedelta(days=365)


class MandateFactory(factory.django.DjangoModelFactory):
    """A submitted application with a link as evidence; traits for the other states."""

    class Meta:
        model = Mandate
        skip_postgeneration_save = True

    class Params:
        draft = factory.Trait(
            status=Mandate.Status.DRAFT,
            group=None,
            seat="",
            role="",
            evidence="",
            evidence_url="",
            agreed_on=None,
            is_attested=False,
            support_answered=False,
            submitted_at=None,
        )
        complete_draft = factory.Trait(status=Mandate.Status.DRAFT, submitted_at=None)
        more_asked = factory.Trait(
            status=Mandate.Status.MORE_ASKED, reviewer=factory.SubFactory(UserFactory, admin=True)
        )
        confirmed = factory.Trait(
            status=Mandate.Status.CONFIRMED,
            decided_at=factory.LazyFunction(timezone.now),
            last_day=factory.LazyFunction(_a_year_from_today),
            reviewer=factory.SubFactory(UserFactory, admin=True),
            contact=factory.SelfAttribute("reviewer"),
        )
        declined = factory.Trait(
            status=Mandate.Status.DECLINED,
            decided_at=factory.LazyFunction(timezone.now),
            reviewer=factory.SubFactory(UserFactory, admin=True),
        )
        withdrawn = factory.Trait(status=Mandate.Status.WITHDRAWN)
        ended = factory.Trait(
            status=Mandate.Status.ENDED,
            decided_at=factory.LazyFunction(timezone.now),
            ended_at=factory.LazyFunction(timezone.now),
            end_reason=Mandate.EndReason.STEPPED_DOWN,
            last_day=factory.LazyFunction(timezone.localdate),
            reviewer=factory.SubFactory(UserFactory, admin=True),
        )
        deputy = factory.Trait(seat=Mandate.Seat.DEPUTY)
        explained = factory.Trait(
            evidence=Mandate.Evidence.EXPLANATION,
            evidence_url="",
            agreed_on=None,
            evidence_text="We spoke about it at our monthly meeting and all agreed.",
        )

    person = factory.SubFactory(UserFactory)
    group = factory.SubFactory(GroupFactory)
    status = Mandate.Status.SUBMITTED
    seat = Mandate.Seat.PRIMARY
    role = Mandate.Role.MEMBER
    evidence = Mandate.Evidence.LINK
    evidence_url = "https://meta.example.org/wiki/Our_decision"
    agreed_on = factory.LazyFunction(lambda: timezone.localdate() - datetime.timedelta(days=10))
    is_attested = True
    support_answered = True
    submitted_at = factory.LazyFunction(timezone.now)

    @factory.post_generation
    def history(mandate, create, extracted, **kwargs):
        """The events a mandate in this state has behind it."""
        if not create:
            return
        for kind in HISTORIES[mandate.status]:
            actor = mandate.person
            if kind in ("more_asked", "confirmed", "declined"):
                actor = mandate.reviewer
            MandateEvent.objects.create(mandate=mandate, kind=kind, actor=actor)


HISTORIES = {
    "draft": ["started"],
    "submitted": ["started", "submitted"],
    "more_asked": ["started", "submitted", "more_asked"],
    "confirmed": ["started", "submitted", "confirmed"],
    "declined": ["started", "submitted", "declined"],
    "withdrawn": ["started", "submitted", "withdrawn"],
    "ended": ["started", "submitted", "confirmed", "ended"],
}
