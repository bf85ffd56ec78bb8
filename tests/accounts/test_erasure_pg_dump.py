"""After an account is deleted, ``pg_dump`` and Redis hold nothing of the person.

The same question as in ``test_erasure_dump.py``, asked from outside: of what a backup would hold,
with all that is packed, hashed or beside the tables. It needs committed rows, so it runs alone.
"""

import base64
import hashlib

import pytest
from celery import current_app
from django.core import mail
from django.test import Client
from django.urls import reverse

from liaisons import retention
from liaisons.accounts import erasure
from liaisons.data_exports import making
from liaisons.letters import keeping
from liaisons.models import Letter, User
from mailing import deliver, nudges
from mailing.addresses import address_hash
from mailing.models import Suppression

from . import whole_dump
from .canaries import ADDRESS, MARK
from .conftest import code_in
from .test_erasure_dump import STAYS

pytestmark = [pytest.mark.serial, pytest.mark.django_db(transaction=True)]

# Where the address may stand as a keyed hash, which says nothing without the key.
REMEMBERS = {"public.mailing_suppression", "public.liaisons_blockedsender"}
WORDS_STAY = {f"public.{name}" for name in STAYS}


def traces() -> dict[str, str]:
    """What may not be found, by what it is: each as PostgreSQL or a program would write it."""
    plain = ADDRESS.encode()
    return {
        "words": MARK,
        "words in hexadecimal": MARK.encode().hex(),
        "address in base64": base64.b64encode(plain).decode().rstrip("=")[:-1],
        **{f"{name} of the address": hashlib.new(name, plain).hexdigest()
           for name in ("md5", "sha1", "sha224", "sha256", "sha512")},
        "keyed hash of the address": address_hash(ADDRESS),
    }  # fmt: skip


def found() -> set[tuple[str, str]]:
    """(what, where) of every trace in the dump and in Redis, beyond what may stay."""
    places = {
        **whole_dump.by_table(whole_dump.of_postgres()),
        "redis": whole_dump.of_redis(),
    }
    return {
        (what, where)
        for what, trace in traces().items()
        for where, text in places.items()
        if trace.lower() in text.lower()
        if not (what == "words" and where in WORDS_STAY)
        if not (what == "keyed hash of the address" and where in REMEMBERS)
    }


@pytest.fixture
def signed_in(leaving):
    """The person is signed in with a code, as anybody is; tasks wait in Redis for a worker."""
    browser = Client()
    mail.outbox.clear()
    browser.post(reverse("account_login"), {"email": ADDRESS})
    code = code_in(mail.outbox[-1])
    browser.post(reverse("account_confirm_login_code"), {"code": code})
    assert browser.get(reverse("liaisons:settings")).status_code == 200
    nudges.nudge(making.TASK)
    return browser


@pytest.fixture
def nothing_waits():
    """What is left in the queue of this process by this test does not wait for the next."""
    yield
    current_app.control.purge()


@pytest.mark.parametrize("called", ["", "pseudonym"])
def test_nothing_of_the_person_is_in_a_dump_of_the_services(
    leaving, signed_in, nothing_waits, called
):
    Suppression.objects.create(address_hash=address_hash(ADDRESS), reason="complaint")
    before = found()
    assert {
        ("words", "public.liaisons_user"),
        ("words", "public.account_emailaddress"),
        ("words", "public.liaisons_session"),
        ("words", "public.liaisons_letter"),
        ("keyed hash of the address", "public.mailing_recipient"),
    } <= before
    assert whole_dump.ZIP in whole_dump.of_postgres()
    assert making.TASK in whole_dump.of_redis()

    answer = signed_in.post(
        reverse("liaisons:settings_delete"), {"is_sure": "on", "called": called}
    )
    assert answer.status_code == 302
    gone = User.objects.get(pk=leaving.pk)
    assert gone.erased_at
    assert bool(gone.pseudonym) == (called == "pseudonym")
    assert found() == set()
    assert whole_dump.ZIP not in whole_dump.of_postgres()

    # What the jobs write afterwards names nobody either.
    deliver.send_due()
    keeping.tell_senders()
    retention.forget_what_is_old()
    assert found() == set()
    dump = whole_dump.of_postgres()
    assert "lo_create" not in dump, "large objects are not looked into"
    assert address_hash(ADDRESS) in whole_dump.by_table(dump)["public.mailing_suppression"]
    assert Letter.objects.exists()


def test_the_search_looks_into_what_redis_holds(leaving, nothing_waits):
    """A task that were given an address would be found, though Celery packs what it is given."""
    erasure.erase(leaving)
    assert ("words", "redis") not in found()
    current_app.send_task(making.TASK, [ADDRESS])
    assert ("words", "redis") in found()
