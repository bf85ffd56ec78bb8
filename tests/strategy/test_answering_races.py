"""Many of the Core Team at the same moment: one answer, everyone else reads what happened."""

import pytest

from liaisons.errors import AlreadyDone
from mailing.models import Notice
from strategy import responses
from strategy.models import Response, Statement
from strategy.notices import ANSWERED
from tests.factories import MandateFactory, UserFactory
from tests.liaisons.test_races import all_at_once, version_row, winners_and_others

from .factories import reported

pytestmark = pytest.mark.django_db(transaction=True)
__all__ = ["version_row"]


def test_twenty_answer_the_same_statements_at_once():
    report = reported(MandateFactory(confirmed=True), "One.", "Two.")
    statements = list(report.statements.all())
    editors = UserFactory.create_batch(20, admin=True)

    def answering(editor, number):
        # Half of them chose the statements in the other order: nobody waits for nobody for ever.
        chosen = statements if number % 2 else statements[::-1]
        return lambda: responses.answer(
            statements=chosen, texts={"text_en": f"Answer {number}."}, by=editor
        )

    won, refused = winners_and_others(
        all_at_once([answering(editor, number) for number, editor in enumerate(editors)])
    )
    assert len(won) == 1
    assert {type(error) for error in refused} == {AlreadyDone}
    assert Response.objects.get() == won[0]
    assert Statement.objects.filter(response=won[0]).count() == 2
    assert Notice.objects.filter(kind=ANSWERED).count() == 1


def test_ten_mark_the_same_statements_as_received_at_once():
    report = reported(MandateFactory(confirmed=True), "One.", "Two.")
    editors = UserFactory.create_batch(10, admin=True)
    marked = all_at_once(
        [
            lambda editor=editor: responses.receive(statements=report.statements.all(), by=editor)
            for editor in editors
        ]
    )
    # "done" stands for none: somebody else was faster.
    assert sorted(marked, key=str) == [2] + ["done"] * 9
    assert len(set(Statement.objects.values_list("received_by", flat=True))) == 1
