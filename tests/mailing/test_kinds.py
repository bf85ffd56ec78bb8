"""Every kind of message says all that decides who gets it."""

import pytest
from django.template.loader import get_template
from django.template.loader_tags import BlockNode
from django.utils.functional import Promise

from mailing import kinds, preferences, reasons
from mailing.kinds import Category, Urgency
from mailing.models import Bounce, FailReason, Preference, SkipReason

KINDS = kinds.registered()


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_every_kind_says_what_decides_who_gets_it(kind):
    assert kind.name
    # Marked for translation, and more than a name.
    assert isinstance(kind.label, Promise)
    assert isinstance(kind.to_whom, Promise)
    assert len(str(kind.label)) > 3
    assert len(str(kind.to_whom)) > 8
    assert kind.category in Category
    assert kind.urgency in Urgency
    assert kind.channel in Preference.Channel
    assert isinstance(kind.can_switch_off, bool)
    assert isinstance(kind.is_unrequested, bool)
    assert kind.eligible is None or callable(kind.eligible)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_what_a_kind_says_fits_together(kind):
    if kind.category in (Category.RECEIPT, Category.ACCOUNT, Category.MANDATE):
        assert not kind.can_switch_off
    if kind.category in (Category.RECEIPT, Category.ACCOUNT, Category.DIGEST):
        assert not kind.is_unrequested, "asked for: it does not count"
    if kind.category in (Category.CALL, Category.REMINDER, Category.INVITATION):
        assert kind.is_unrequested
        assert kind.can_switch_off
    has_templates = bool(kind.subject_template and kind.text_template and kind.html_template)
    # Both are editions, made of sections.
    assert has_templates == (kind not in (kinds.DIGEST, kinds.URGENT))


def test_the_kinds_of_every_app_are_registered():
    categories = {kind.category for kind in KINDS}
    assert {"digest", "account", "receipt", "mandate", "reminder", "people", "answer", "work"} <= {
        category.value for category in categories
    }
    assert len(KINDS) == len({kind.name for kind in KINDS}) > 20


def test_a_name_is_given_once():
    with pytest.raises(ValueError, match="already"):
        kinds.register("digest", label="x", category=Category.DIGEST, to_whom="x")


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind.has_to_fit], ids=lambda k: k.name)
def test_what_may_wait_can_stand_in_a_digest(kind):
    """Its words are in the block "message", and no answer to them goes to somebody else."""
    assert kind.reply_to is None
    for name in (kind.text_template, kind.html_template):
        blocks = get_template(name).template.nodelist.get_nodes_by_type(BlockNode)
        assert "message" in [block.name for block in blocks]


def test_some_kinds_can_be_switched_off_and_the_digest_by_its_rhythm_only():
    switchable = preferences.switchable()
    assert switchable
    assert all(kind.can_switch_off and kind.label for kind in switchable)
    assert kinds.DIGEST not in switchable


@pytest.mark.parametrize("reason", [*SkipReason.values, *FailReason.values, *Bounce.Kind.values])
def test_each_reason_is_a_sentence_for_the_person_and_one_for_the_core_team(reason):
    for sentence in (reasons.to_person(reason), reasons.to_core_team(reason)):
        assert isinstance(sentence, Promise)
        text = str(sentence)
        assert text[0].isupper()
        assert text.endswith(".")
    assert str(reasons.to_person(reason)) != reason


@pytest.mark.parametrize("reason", [*SkipReason.values, *FailReason.values])
def test_each_reason_of_the_ledger_has_a_few_words_for_a_column(reason):
    assert str(reasons.short(reason)) != reason
