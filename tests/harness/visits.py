"""How somebody asks for a page of the world.

``SAMPLES`` gives for each address with parameters an example of them; a new address without one
fails ``test_every_address_can_be_opened``.
"""

import copy
import time

import pytest
from allauth.account.internal.flows.login import (
    _AUTHENTICATION_METHODS_USER_SESSION_KEY,
    AUTHENTICATION_METHODS_SESSION_KEY,
)
from allauth.account.internal.userkit import user_id_to_str
from django.db import transaction
from django.test import Client
from django.urls import NoReverseMatch, reverse

from liaisons import mandates
from liaisons.data_exports import links
from liaisons.models import Mandate
from mailing import subscriptions
from strategy.models import TranslationRequest
from tests.cast import pass_second_step

from .addresses import Address
from .world import World


@pytest.fixture
def browser(world, as_person):
    """``browser("liaison")``: somebody of that role, who signed in a moment ago."""

    def opened(role: str) -> Client:
        person = world.people[role]
        if person is None:
            return Client()
        client = as_person(person)
        if person.is_staff:
            pass_second_step(client, person, ago=0)
            return client
        session = client.session
        session[AUTHENTICATION_METHODS_SESSION_KEY] = [{"method": "password", "at": time.time()}]
        session[_AUTHENTICATION_METHODS_USER_SESSION_KEY] = user_id_to_str(person)
        session.save()
        return client

    return opened


def undone(client: Client, method: str, *args, **kwargs):
    """One request whose effects are taken back, in the database and in the browser.

    ``method`` is one of the test client's, with what it takes. Gives the response and, where
    ``look`` is given, what it returns before all is taken back.
    """
    look = kwargs.pop("look", None)
    cookies = copy.deepcopy(client.cookies)
    with transaction.atomic():
        response = getattr(client, method)(*args, **kwargs)
        seen = look() if look else None
        transaction.set_rollback(True)
    client.cookies = cookies
    return (response, seen) if look else response


SAMPLES = {
    "strategy:update_detail": lambda w: {"slug": w.update.slug},
    "strategy:update_in_language": lambda w: {"slug": w.update.slug, "language": "ka"},
    "strategy:topic_in_language": lambda w: {"slug": w.topic.slug, "language": "ka"},
    "strategy:translation_ask": lambda w: {"kind": "update", "pk": w.update.pk},
    "strategy:translation_request_withdraw": lambda w: {
        "pk": TranslationRequest.objects.get(person=w.people["liaison"], kind="update").pk
    },
    "strategy:translation_edit": lambda w: {
        "language": "hi",
        "kind": "update",
        "pk": w.update.pk,
    },
    "strategy:topic_detail": lambda w: {"slug": w.topic.slug},
    "strategy:update_open": lambda w: {"slug": w.update.slug},
    "strategy:update_changes": lambda w: {"slug": w.update.slug},
    "strategy:update_kit": lambda w: {"slug": w.update.slug},
    "strategy:update_print": lambda w: {"slug": w.update.slug},
    "strategy:update_version": lambda w: {"slug": w.update.slug, "number": 2},
    "strategy:update_short": lambda w: {"number": w.update.number},
    "admin:strategy_relay_nudge": lambda w: {"slug": w.update.slug},
    "admin:strategy_translation_file": lambda w: {"language": "hi"},
    "admin:strategy_update_audience": lambda w: {"pk": w.update.pk},
    "admin:strategy_update_withdraw": lambda w: {"pk": w.update.pk},
    "strategy:topic_feed": lambda w: {"slug": w.topic.slug},
    "strategy:relay_edit": lambda w: {"pk": w.relay.pk},
    "strategy:relay_withdraw": lambda w: {"pk": w.relay.pk},
    "strategy:report_edit": lambda w: {"pk": w.draft_report.pk},
    "strategy:report_correct": lambda w: {"pk": w.report.pk},
    "strategy:report_discard": lambda w: {"pk": w.draft_report.pk},
    "strategy:report_detail": lambda w: {"number": w.report.number},
    "strategy:report_version": lambda w: {"number": w.report.number, "version": 1},
    "strategy:report_short": lambda w: {"number": w.report.number},
    "strategy:statement_detail": lambda w: {"report": w.report.number, "number": 1},
    "strategy:statement_short": lambda w: {"report": w.report.number, "number": 1},
    "outreach_map:group_detail": lambda w: {"slug": w.group.slug},
    "liaisons:letter_new": lambda w: {"slug": w.group.slug},
    "liaisons:letter_code": lambda w: {"slug": w.group.slug},
    "liaisons:letter_sent": lambda w: {"slug": w.group.slug},
    "liaisons:letter": lambda w: {"pk": w.letter.pk},
    "liaisons:settings_data_get": lambda w: {"token": links.token_of(w.export)},
    "liaisons:mandate": lambda w: {"pk": w.mandate.pk},
    "liaisons:mandate_end": lambda w: {"pk": w.mandate.pk},
    "liaisons:mandate_renew": lambda w: {"pk": w.ending.pk},
    "liaisons:mandate_again": lambda w: {"pk": w.mandate.pk},
    "liaisons:mandate_answer": lambda w: {"pk": w.application.pk},
    "liaisons:mandate_add": lambda w: {"pk": w.application.pk},
    "liaisons:mandate_ask": lambda w: {"pk": w.application.pk},
    "liaisons:mandate_successor": lambda w: {"pk": w.mandate.pk},
    "liaisons:mandate_notes": lambda w: {"pk": w.mandate.pk},
    "liaisons:mandate_share": lambda w: {"pk": w.mandate.pk},
    "liaisons:succeed": lambda w: {"token": w.handover},
    "liaisons:endorse": lambda w: {
        "token": mandates.share_token(Mandate.objects.get(pk=w.mandate.pk))
    },
    "liaisons:mandate_withdraw": lambda w: {"pk": w.application.pk},
    "mfa_edit_webauthn": lambda w: {"pk": w.passkey.pk},
    "mfa_remove_webauthn": lambda w: {"pk": w.passkey.pk},
    "admin:mailing_edition_talk_pages": lambda w: {"pk": w.talk_edition.pk},
    "mailing:events": lambda w: {"provider": "postmark"},
    "mailing:unsubscribe": lambda w: {"token": w.token},
    "liaisons:subscribe_confirm": lambda w: {"token": subscriptions.request_token(w.asked)},
    "liaisons:subscription": lambda w: {"token": subscriptions.manage_token(w.subscriber)},
    "liaisons:subscription_sample": lambda w: {"token": subscriptions.manage_token(w.subscriber)},
    "liaisons:subscription_delete": lambda w: {"token": subscriptions.manage_token(w.subscriber)},
    "mailing:unsubscribe_without_slash": lambda w: {"token": w.token},
    "admin:liaisons_user_second_step": lambda w: {"object_id": w.people["editor"].pk},
    "admin:liaisons_user_story": lambda w: {"object_id": w.people["liaison"].pk},
    "strategy:image_file": lambda w: {"name": w.update.images.get().file_id},
    "sitemap_section": lambda w: {"section": "pages"},
}

# What a page is asked, where without it there is nothing to show.
QUERIES = {
    "admin:liaisons_mandate_together": lambda w: f"?act=take&ids={w.application.pk},{w.mandate.pk}",
    "admin:mailing_delivery_preview": lambda w: f"?person={w.people['liaison'].mail_recipient.pk}",
    "admin:mailing_delivery_preview_mail": lambda w: (
        f"?format=text&person={w.people['liaison'].mail_recipient.pk}"
    ),
    "admin:liaisons_user_translation_help": lambda w: "?language=sw",
}

# Pages of one person's own things, which nobody else can open.
READERS = {
    "liaisons:settings_queue_summary": "superuser",
    "mfa_deactivate_totp": "superuser",
    "mfa_edit_webauthn": "superuser",
    "mfa_remove_webauthn": "superuser",
    "liaisons:mandate_renew": "other liaison",
    "liaisons:mandate_answer": "applicant",
    "liaisons:mandate_add": "applicant",
    "liaisons:mandate_ask": "applicant",
    "liaisons:endorse": "member",
    "liaisons:succeed": "member",
    "liaisons:mandate_withdraw": "applicant",
    "liaisons:join_done": "applicant",
}


def path_of(address: Address, world: World) -> str:
    """A real path for an address. Raises ``LookupError`` where no sample is known."""
    values = SAMPLES[address.name](world) if address.name in SAMPLES else {}
    query = QUERIES[address.name](world) if address.name in QUERIES else ""
    try:
        return reverse(address.name, kwargs=values) + query
    except NoReverseMatch as error:
        raise LookupError(
            f"{address.name}: give an example of {', '.join(address.parameters)} in SAMPLES"
        ) from error


def reader_of(address: Address) -> str:
    """A role for which the page is meant."""
    return READERS.get(address.name) or {
        "signed_in": "liaison",
        "liaison": "liaison",
        "core_team": "superuser",
        "translator": "translator",
    }.get(address.policy or "", "anonymous")
