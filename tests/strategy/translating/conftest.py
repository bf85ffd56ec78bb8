"""People who translate, and what they translate."""

import pytest
from django.contrib.auth.models import Permission

from liaisons.models import LanguageSkill
from strategy import updates
from strategy.models import Update
from tests.factories import LanguageFactory, UserFactory

from .desk import Desk


@pytest.fixture
def update(erin) -> Update:
    """A published update that Erin wrote in English and Arabic."""
    made = Update(
        slug="salons", title_en="Salons begin", short_en="Apply until May.",
        body_en="## How\n\nWrite to [us](https://meta.example.org/wiki/Salons).\n\n- One\n- Two",
        title_ar="تبدأ الصالونات", short_ar="قدموا حتى مايو.",
        body_ar="## كيف\n\nاكتبوا [لنا](https://meta.example.org/wiki/Salons).\n\n- واحد\n- اثنان",
    )  # fmt: skip
    updates.save(made, actor=erin)
    return updates.publish(made, actor=erin)


@pytest.fixture
def translator(db):
    """Tariq has the translator's role and knows Hindi."""
    person = UserFactory(by_name=True, display_name="Tariq", email="tariq@example.org")
    person.user_permissions.set(Permission.objects.filter(codename="write_translation"))
    LanguageSkill.objects.create(person=person, language=LanguageFactory(code="hi"))
    return person


@pytest.fixture
def helper(alice):
    """Alice, a liaison who offered to translate from English into Hindi and Arabic."""
    for code in ("hi", "ar"):
        LanguageSkill.objects.create(
            person=alice, language=LanguageFactory(code=code), offers_help_from_english=True
        )
    return alice


@pytest.fixture
def desk(as_person):
    """``desk(alice, update, "hi")``: a window of hers on the page of this thing."""

    def opened(person, thing, language="hi"):
        return Desk(as_person(person), thing, language)

    return opened
