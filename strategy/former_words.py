"""What a report and its statements said before a correction, read from the versions kept."""

from dataclasses import dataclass
from datetime import date, datetime

from liaisons.models import Language

from .models import Report, ReportVersion, Statement, Topic


@dataclass(frozen=True)
class OldStatement:
    """One statement as a version has it."""

    report: Report
    number: int
    text: str
    withdrawn: bool

    @property
    def ref(self) -> str:
        return f"{self.report.ref}.{self.number}"


@dataclass(frozen=True)
class OldReport:
    """A report as one version has it; its parts are called as those of ``Report``."""

    report: Report
    version: ReportVersion
    topic: Topic | None
    language: Language
    place: str
    page_url: str
    held_on: date | None
    form: str
    people: int | None
    overview: str
    statements: list[OldStatement]

    @property
    def get_form_display(self) -> str:
        return str(dict(Report.Form.choices).get(self.form, ""))


@dataclass(frozen=True)
class Wording:
    """Words of a statement that a later version changed or withdrew."""

    version: int
    at: datetime
    text: str


def as_it_was(version: ReportVersion) -> OldReport:
    """The report as this version has it. Needs ``version.report``; two queries at most."""
    report, content = version.report, version.content
    day = content.get("held_on")
    return OldReport(
        report=report,
        version=version,
        topic=_same_or_found(report.topic, content.get("topic"), Topic),
        language=_same_or_found(report.language, content.get("language"), Language),
        place=content.get("place", ""),
        page_url=content.get("page_url", ""),
        held_on=date.fromisoformat(day) if day else None,
        form=content.get("form", ""),
        people=content.get("people"),
        overview=content.get("overview", ""),
        statements=[
            OldStatement(report, one["number"], one["text"], one["withdrawn"])
            for one in content.get("statements", [])
        ],
    )


def of_statement(statement: Statement) -> list[Wording]:
    """Former wordings of a statement, the newest first; of one withdrawn its last words too."""
    wordings: list[Wording] = []
    versions = ReportVersion.objects.filter(
        report=statement.report, number__gte=statement.added_in
    ).order_by("number")
    for version in versions:
        text = next(
            (
                one["text"]
                for one in version.content.get("statements", [])
                if one["number"] == statement.number and not one["withdrawn"]
            ),
            None,
        )
        if text is not None and (not wordings or wordings[-1].text != text):
            wordings.append(Wording(version.number, version.at, text))
    if not statement.withdrawn_in and wordings:
        wordings.pop()
    return wordings[::-1]


def _same_or_found(there, key, model):
    if key is None or (there is not None and there.pk == key):
        return there
    return model.objects.filter(pk=key).first() or there
