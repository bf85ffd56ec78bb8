"""The next steps of translators and of those who asked for a translation; mails tell them too."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from liaisons.models import User
from liaisons.next_steps import NextStep, StepsOfOne

from ..models import Translation
from . import telling

Told = Translation.Told


def offered(people: Sequence[User]) -> StepsOfOne:
    """What came back, ends soon, is over, or is there now, as asked for.

    One query for each table, and one for each kind of thing among them, however many people.
    """
    works = defaultdict(list)
    for line in telling.lines_of_work(telling.works_of(people)):
        works[line.work.person_id].append(line)
    requests = telling.done_for(people)
    lines = telling.lines_of_requests(requests)

    def of_one(person: User) -> Iterator[NextStep]:
        for line in works[person.pk]:
            yield _of_work(line)
        for request in requests:
            if request.person_id == person.pk and request.pk in lines:
                yield _of_request(request, lines[request.pk])

    return of_one


def _of_work(line: telling.Line) -> NextStep:
    work = line.work
    if line.situation == Told.BACK:
        title = _("Look at your translation again: its second reader wrote to you")
    elif line.situation == Told.ENDING:
        title = _("Go on with your translation, or give it back")
    else:
        title = _("Your time for a translation is over. Go on while nobody else takes it")
    return NextStep(
        key=f"translation-{work.pk}-{line.situation}",
        title=title,
        about=line.name,
        about_language=_other(line.name_language),
        detail=line.language_label,
        url=line.url,
        action=_("Go on"),
        due=work.claimed_until,
        weight=30,
        in_digest=False,
    )


def _of_request(request, line: telling.Line) -> NextStep:
    return NextStep(
        key=f"translated-{request.pk}",
        title=_("Read a translation you asked for"),
        about=line.name,
        about_language=_other(line.name_language),
        detail=line.language_label,
        url=line.url,
        action=_("Read"),
        since=request.done_at,
        weight=45,
        in_digest=False,
    )


def _other(code: str) -> str:
    """A language, where it is not the reader's own."""
    return "" if code == get_language() else code
