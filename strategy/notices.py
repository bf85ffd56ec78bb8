"""Mails about reports: the receipt when one is published, and that the Core Team answered.

A notice stores ids only; texts and addresses are looked up when it is sent.
"""

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from liaisons.models import Mandate, User
from mailing import notices

from .models import Report, ReportVersion, Response, Statement

PUBLISHED = "report_published"
ANSWERED = "statements_answered"
KINDS = {
    PUBLISHED: _("Receipt of a report"),
    ANSWERED: _("The Core Team answered statements"),
}
# So many statements stand in a mail; the pages have them all.
MOST_SHOWN = 20


def register_all() -> None:
    """Make the kinds known to mailing; called once, when the app is ready."""
    contexts = {PUBLISHED: _of_report, ANSWERED: _of_answer}
    for kind, label in KINDS.items():
        stem = f"strategy/mail/{kind}"
        notices.register(
            kind,
            f"{stem}.subject.txt",
            f"{stem}.txt",
            f"{stem}.html",
            label=label,
            still_holds=_still_has_account,
            more_context=contexts[kind],
        )


def tell_published(report: Report, version: ReportVersion, *, by: User) -> None:
    """Owe the writer a receipt, in the caller's transaction."""
    notices.send(PUBLISHED, by, {"report_id": report.pk, "version": version.number})


def tell_answered(response: Response) -> None:
    """Owe one mail to each liaison of the groups whose statements this answers.

    Who published the report hears of it too, even when their mandate has ended.
    """
    statements = response.statements.public()
    groups = statements.values("report__group")
    liaisons = Mandate.objects.active().filter(group__in=groups).values("person")
    writers = statements.values("report__person")
    people = User.objects.filter(is_active=True, erased_at=None)
    people = people.filter(pk__in=liaisons) | people.filter(pk__in=writers)
    for person in people.distinct().order_by("pk"):
        notices.send(ANSWERED, person, {"response_id": response.pk})


def _still_has_account(notice) -> bool:
    person = notice.recipient.user
    return bool(person and person.is_active and not person.erased_at)


def _of_report(notice) -> dict:
    report = Report.objects.select_related("group", "topic").get(pk=notice.context["report_id"])
    return {
        "report": report,
        "is_correction": notice.context["version"] > 1,
        "statements": report.statements.public().count(),
        "report_url": settings.BASE_URL + report.get_absolute_url(),
        "group_url": settings.BASE_URL + _group_page(report),
    }


def _of_answer(notice) -> dict:
    response = Response.objects.get(pk=notice.context["response_id"])
    person = notice.recipient.user
    own = Statement.objects.public().filter(response=response)
    groups = Mandate.objects.active().filter(person=person).values("group")
    own = own.filter(report__group__in=groups) | own.filter(report__person=person)
    own = own.select_related("report__group").distinct().in_order()
    statements = list(own[: MOST_SHOWN + 1])
    return {
        "response": response,
        "statements": statements[:MOST_SHOWN],
        "has_more": len(statements) > MOST_SHOWN,
        "pages": [
            {"group": group, "url": settings.BASE_URL + url}
            for group, url in {
                one.report.group: _group_page(one.report) for one in statements
            }.items()
        ],
    }


def _group_page(report: Report) -> str:
    return reverse("outreach_map:group_detail", args=[report.group.slug])
