"""Mails about reports: the receipt when one is published, and that the Core Team answered.

A notice stores ids only; texts and addresses are looked up when it is sent.
"""

from collections import defaultdict
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from modeltranslation.utils import build_localized_fieldname, resolution_order

from liaisons.models import Mandate, User
from mailing import notices
from mailing.kinds import Category, one_by_one
from web import markdown

from . import response_times, update_rhythm
from .models import Report, ReportVersion, Response, Statement
from .models.reports import StatementQuerySet

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
    notices.register(
        update_rhythm.NOTICE,
        "strategy/mail/update_rhythm.subject.txt",
        "strategy/mail/update_rhythm.txt",
        "strategy/mail/update_rhythm.html",
        label=_("No update for too long"),
        category=Category.WORK,
        to_whom=_("Those of the Core Team who may write updates"),
        eligible=one_by_one(update_rhythm.still_holds),
        more_context=update_rhythm.more_context,
    )
    contexts = {PUBLISHED: _of_report, ANSWERED: _of_answer}
    terms: dict[str, dict[str, Any]] = {
        PUBLISHED: {
            "category": Category.RECEIPT,
            "to_whom": _("Whoever published the report"),
            "eligible": one_by_one(_still_has_account),
        },
        ANSWERED: {
            "category": Category.ANSWER,
            "to_whom": _("The liaisons of the groups whose statements are answered"),
            "eligible": _still_speak,
        },
    }
    for kind, label in KINDS.items():
        stem = f"strategy/mail/{kind}"
        notices.register(
            kind,
            f"{stem}.subject.txt",
            f"{stem}.txt",
            f"{stem}.html",
            label=label,
            more_context=contexts[kind],
            **terms[kind],
        )


def tell_published(report: Report, version: ReportVersion, *, by: User) -> None:
    """Owe the writer a receipt, in the caller's transaction."""
    notices.send(PUBLISHED, by, {"report_id": report.pk, "version": version.number})


def tell_answered(response: Response) -> None:
    """Owe one mail to each liaison of the groups whose statements this answers."""
    people = liaisons_of(response.statements.public()).order_by("pk")
    notices.send_many(ANSWERED, [(person, {"response_id": response.pk}) for person in people])


def liaisons_of(statements: QuerySet[Statement]) -> QuerySet[User]:
    """Who speaks today for the groups that made these statements, each person once."""
    active = Mandate.objects.active().filter(group__in=statements.values("report__group"))
    return User.objects.filter(is_active=True, erased_at=None, pk__in=active.values("person"))


def _still_has_account(notice) -> bool:
    person = notice.recipient.user
    return bool(person and person.is_active and not person.erased_at)


def _still_speak(asked) -> list[bool]:
    """Asked again right before sending: who left meanwhile gets no mail."""
    active = Mandate.objects.active().filter(
        person__in=[notice.recipient.user_id for notice in asked]
    )
    answered = Statement.objects.public().filter(
        response__in={notice.context["response_id"] for notice in asked}
    )
    groups = defaultdict(set)
    for person, group in active.values_list("person", "group"):
        groups[person].add(group)
    concerned = defaultdict(set)
    for response, group in answered.values_list("response", "report__group"):
        concerned[response].add(group)
    return [
        _still_has_account(notice)
        and not groups[notice.recipient.user_id].isdisjoint(
            concerned[notice.context["response_id"]]
        )
        for notice in asked
    ]


def _answered_for(notice) -> StatementQuerySet:
    """The statements that the answer of this mail is for, of the groups its reader speaks for."""
    active = Mandate.objects.active().filter(person=notice.recipient.user)
    return Statement.objects.public().filter(
        response=notice.context["response_id"], report__group__in=active.values("group")
    )


def _of_report(notice) -> dict:
    report = Report.objects.select_related("group", "topic").get(pk=notice.context["report_id"])
    return {
        "report": report,
        "is_correction": notice.context["version"] > 1,
        "statements": report.statements.public().count(),
        "usual": response_times.usual(),
        "report_url": settings.BASE_URL + report.get_absolute_url(),
        "group_url": settings.BASE_URL + _group_page(report),
    }


def _of_answer(notice) -> dict:
    response = Response.objects.get(pk=notice.context["response_id"])
    language = _readable(response)
    own = _answered_for(notice).select_related("report__group", "report__language").in_order()
    statements = list(own[: MOST_SHOWN + 1])
    groups = {one.report.group_id: one.report for one in statements}
    return {
        "response": response,
        "answer_language": language,
        "answer_is_fallback": language != (get_language() or settings.LANGUAGE_CODE),
        "answer_text": markdown.to_text(_text(response, language)),
        "answer_html": markdown.render(_text(response, language)),
        "statements": statements[:MOST_SHOWN],
        "has_more": len(statements) > MOST_SHOWN,
        "pages": [
            {"group": report.group, "url": settings.BASE_URL + _group_page(report)}
            for report in groups.values()
        ],
    }


def _readable(response: Response) -> str:
    """The language in which the reader of this mail gets the answer: theirs, or a fallback."""
    codes = resolution_order(get_language() or settings.LANGUAGE_CODE)
    return next((code for code in codes if _text(response, code)), settings.LANGUAGE_CODE)


def _text(response: Response, code: str) -> str:
    return getattr(response, build_localized_fieldname("text", code)) or ""


def _group_page(report: Report) -> str:
    return reverse("outreach_map:group_detail", args=[report.group.slug])
