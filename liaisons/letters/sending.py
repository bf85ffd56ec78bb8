"""What can be done with a letter: send it, answer it, report it, and decide on the report.

Each verb takes keyword arguments, asks for authority when it acts, and locks what it acts on. It
raises an ``errors.Refused`` whose message is for the acting person.
"""

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from mailing.addresses import address_hash
from web import rate_limits

from ..errors import AlreadyDone, Incomplete, NotAllowed, Refused
from ..models import BlockedSender, Group, Letter, Mandate, User
from . import notices, ways

A_DAY = 86_400


class TooMany(Refused):
    """A limit was reached; the letter can be sent tomorrow."""


class SomebodyElse(Refused):
    """Meanwhile another person speaks for the group, or the liaison takes no letters here."""


class AnotherLetter(Refused):
    """A different letter was already sent from this form."""


@transaction.atomic
def send(
    *,
    group: Group,
    mandate_id: int,
    sender: User | None,
    address: str,
    name: str,
    language: str,
    body: str,
    key: str,
    network: str,
) -> Letter:
    """Send a letter to the liaison the form named. ``address`` is proved.

    ``key`` is the form's own, ``network`` where it came from. Raises ``AlreadyDone`` where this
    very letter was sent before.
    """
    _refuse_the_same(key, body)
    _lock_both_sides(sender, mandate_id)
    mandate = _still_the_way(group, mandate_id)
    _refuse_blocked(sender, address)
    _count(sender, address, mandate.person, network)
    try:
        with transaction.atomic():
            letter = Letter.objects.create(
                group=group,
                mandate=mandate,
                sender=sender,
                sender_name=name,
                sender_address=address,
                language=language,
                body=body,
                form_key=key,
            )
    except IntegrityError:
        # The same form arrived twice at once; the other request was faster.
        _refuse_the_same(key, body)
        raise
    notices.tell_received(letter)
    return letter


def _refuse_the_same(key, body):
    before = Letter.objects.filter(form_key=key).first()
    if before is None:
        return
    if before.body == body:
        raise AlreadyDone(_("This letter has already been sent."))
    raise AnotherLetter(
        _("From this page another letter was sent. Press the button again to send this one too.")
    )


def _lock_both_sides(sender, mandate_id):
    """Lock the accounts, as deleting one does first: a letter goes with it, or is refused."""
    liaison = Mandate.objects.filter(pk=mandate_id).values("person")
    both = User.objects.filter(Q(pk=sender.pk if sender else None) | Q(pk__in=liaison))
    locked = both.select_for_update(of=("self",), no_key=True).order_by("pk")
    if sender and any(one.erased_at for one in locked if one.pk == sender.pk):
        raise Refused(_("This account is closed."))


def _still_the_way(group, mandate_id) -> Mandate:
    # Locked, so that it cannot end in between.
    locked = Mandate.objects.active().select_for_update(of=("self",), no_key=True)
    there = locked.filter(pk=mandate_id, group=group).exists()
    way = ways.of_group(Group.objects.get(pk=group.pk))
    if not there or way is None or not way.is_form or way.mandate.pk != mandate_id:
        raise SomebodyElse(
            _("Something changed while you wrote. Please read to whom you write before you send.")
        )
    return way.mandate


def _refuse_blocked(sender, address):
    if BlockedSender.objects.filter(sender_hash__in=_hashes(sender, address)).exists():
        raise NotAllowed(
            _("You can write no more letters here, because one of yours was reported.")
        )


def _count(sender, address, liaison, network):
    """Letters that are sent count; those that are refused are rolled back with the rest."""
    limits = [(f"letters-of:{address.lower()}", settings.LETTERS_FROM_ADDRESS_A_DAY)]
    if sender:
        limits.append((f"letters-by:{sender.pk}", settings.LETTERS_FROM_PERSON_A_DAY))
    limits.append((f"letters-from:{network}", settings.LETTERS_FROM_NETWORK_A_DAY))
    limits.append((f"letters-to:{liaison.pk}", settings.LETTERS_TO_LIAISON_A_DAY))
    for key, limit in limits:
        if not rate_limits.allow(key, limit=limit, seconds=A_DAY):
            raise TooMany(
                _("Too many letters were sent today. Please send yours tomorrow, or save it.")
            )


def _hashes(sender: User | None, address: str) -> list[str]:
    hashes = [address_hash(address)] if address else []
    return [*hashes, address_hash(f"account {sender.pk}")] if sender else hashes


@transaction.atomic
def answer(*, letter: Letter, by: User, text: str) -> Letter:
    """Answer through the site: the sender gets a mail that does not show the liaison's address."""
    letter = _received(letter, by)
    _require_open(letter)
    letter.answer = text.strip()
    if not letter.answer:
        raise Incomplete(_("Please write your answer."))
    letter.answered_at = timezone.now()
    letter.save(update_fields=["answer", "answered_at"])
    notices.tell_answered(letter)
    return letter


@transaction.atomic
def mark_answered(*, letter: Letter, by: User) -> Letter:
    """The liaison answered by mail, or needs no answer: nothing is left to do."""
    letter = _received(letter, by)
    _require_open(letter)
    letter.answered_at = timezone.now()
    letter.save(update_fields=["answered_at"])
    return letter


def _require_open(letter):
    if letter.answered_at:
        raise AlreadyDone(_("This letter has already been answered."))
    if not letter.body:
        raise Refused(_("The words of this letter are no longer kept."))
    if not letter.mandate.is_active:
        raise NotAllowed(_("Only a liaison of this group can do this."))


@transaction.atomic
def report(*, letter: Letter, by: User, note: str) -> Letter:
    """Show a letter to the Core Team, and say what is wrong with it."""
    letter = _received(letter, by)
    if letter.reported_at:
        raise AlreadyDone(_("This letter has already been reported."))
    if not letter.body:
        raise Refused(_("The words of this letter are no longer kept."))
    letter.report_note = note.strip()
    if not letter.report_note:
        raise Incomplete(_("Please say what is wrong with it."))
    letter.reported_at = timezone.now()
    letter.save(update_fields=["report_note", "reported_at"])
    return letter


def _received(letter, by) -> Letter:
    """The locked letter, where it was written to the acting person."""
    letter = (
        Letter.objects.select_for_update(of=("self",))
        .select_related("mandate", "group", "sender")
        .get(pk=letter.pk)
    )
    if letter.mandate.person_id != by.pk:
        raise NotAllowed(_("Only the person it was written to can do this."))
    return letter


def may_decide(person: User) -> bool:
    """True for people of the Core Team whose role includes what is reported about letters."""
    return bool(person.is_active and person.is_staff and person.has_perm("liaisons.change_letter"))


def _was_sent_by(letter, person) -> bool:
    """Signed in, or with the address of the account."""
    own = set(_hashes(person, person.email))
    return not own.isdisjoint(_hashes(letter.sender, letter.sender_address))


@transaction.atomic
def close_report(*, letter: Letter, by: User, outcome: str) -> Letter:
    """Decide on a report; the liaison is told. ``outcome`` is one of ``Letter.Outcome``."""
    letter = (
        Letter.objects.select_for_update(of=("self",))
        .select_related("mandate__person", "sender")
        .get(pk=letter.pk)
    )
    by = User.objects.get(pk=by.pk)
    if not may_decide(by) or by.pk == letter.mandate.person_id or _was_sent_by(letter, by):
        raise NotAllowed(_("Somebody else of the Core Team decides this."))
    if letter.reported_at is None:
        raise NotAllowed(_("Only a letter that was reported can be read here."))
    if letter.report_closed_at:
        raise AlreadyDone(_("This report is already closed."))
    if Letter.Outcome(outcome) == Letter.Outcome.BLOCKED:
        hashes = _hashes(letter.sender, letter.sender_address)
        if not hashes:
            raise Refused(_("It is no longer kept who sent it, so nobody can be blocked."))
        for sender_hash in hashes:
            BlockedSender.objects.get_or_create(
                sender_hash=sender_hash, defaults={"letter": letter}
            )
    letter.report_closed_at = timezone.now()
    letter.report_outcome = outcome
    letter.save(update_fields=["report_closed_at", "report_outcome"])
    notices.tell_decided(letter)
    return letter
