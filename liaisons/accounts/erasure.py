"""Delete my account: what goes, what stays, and how.

What stays is that somebody held a mandate, and when: the group's history belongs to the group.
The row of the person stays with it, without anything that says who they were. Histories store
ids and no names, so the person disappears everywhere at once, or is called by a pseudonym where
they asked for one. What the person wrote into a mandate's history, and what was written to them,
goes too: only that it was said stays, and when.
"""

import secrets

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from liaisons import mandates, personal_data
from liaisons.models import Endorsement, Handover, Mandate, MandateEvent, User
from liaisons.models.people import new_username
from mailing import recipients
from web import content_version

# No vowels, so that no word comes out, and nothing that is taken for something else.
CODE_LETTERS = "BCDFGHJKLMNPQRSTVWXZ2345679"
CODE_LENGTH = 4


@transaction.atomic
def erase(person: User, *, with_pseudonym: bool = False) -> User:
    """Delete an account for good, by its owner. Safe to call twice.

    ``with_pseudonym``: histories and published texts call the person by a made-up name, which says
    that all of these were the same person and no more.
    """
    # Not the key too: who holds one of the mandates may be about to write an event of the person.
    person = User.objects.select_for_update(of=("self",), no_key=True).get(pk=person.pk)
    if person.erased_at:
        return person
    personal_data.forget(person)
    # A reviewer may be deciding on one of them right now. Also those that change hands with this.
    mandates.lock_several(
        Q(person=person)
        | Q(contact=person, status__in=Mandate.OPEN)
        | Q(reviewer=person, status__in=Mandate.WAITING)
    )
    _leave_groups(person)
    _leave_the_core_team(person)
    recipients.forget_user(person)
    EmailAddress.objects.filter(user=person).delete()
    SocialAccount.objects.filter(user=person).delete()
    Authenticator.objects.filter(user=person).delete()
    person.language_skills.all().delete()
    person.data_exports.all().delete()
    person.groups.clear()
    person.user_permissions.clear()
    _unname_in_admin_log(person)
    _empty(person)
    if with_pseudonym:
        person.pseudonym = new_pseudonym()
        person.save(update_fields=["pseudonym"])
    content_version.bump()
    return person


def _leave_groups(person):
    own = Mandate.objects.filter(person=person).order_by("pk")
    # Before they end: the reason given below is ours.
    MandateEvent.objects.filter(Q(actor=person) | Q(mandate__person=person)).exclude(
        message=""
    ).update(message="")
    for mandate in own:
        if mandate.status == Mandate.Status.CONFIRMED:
            mandates.end_mandate(
                mandate=mandate,
                by=person,
                reason=_("The account was deleted."),
                why=Mandate.EndReason.PERSON_LEFT,
            )
        elif mandate.status in (Mandate.Status.DRAFT, *Mandate.WAITING):
            mandates.withdraw(mandate=mandate, by=person)
    # What the person wrote about how the group agreed may name them. Notes that were handed over
    # are with the successor already.
    Mandate.objects.filter(person=person).update(
        evidence_url="", evidence_text="", private_notes="", share_nonce=""
    )
    Endorsement.objects.filter(Q(person=person) | Q(mandate__person=person)).delete()
    Handover.objects.filter(mandate__person=person, used_at=None).delete()


def _leave_the_core_team(person):
    """Somebody else has to act on what is still open; liaisons get the contacts the rules name."""
    mandates.hand_on_liaisons(of=person, by=person)
    Mandate.objects.waiting().filter(reviewer=person).update(reviewer=None)
    Mandate.objects.open().filter(contact=person).update(contact=None)


def new_pseudonym() -> str:
    """A code that no other erased person has."""
    while True:
        code = _any_code()
        if not User.objects.filter(pseudonym=code).exists():
            return code


def _any_code():
    return "".join(secrets.choice(CODE_LETTERS) for _place in range(CODE_LENGTH))


def _unname_in_admin_log(person):
    """The admin's own log keeps what a thing was called; of a person only the number stays."""
    about = LogEntry.objects.filter(
        content_type=ContentType.objects.get_for_model(User), object_id=str(person.pk)
    )
    about.update(object_repr=str(person.pk))


def _empty(person):
    """A new password hash also ends every session of the account, on whatever device."""
    person.username = new_username()
    person.wiki_username = person.display_name = person.email = ""
    person.country = None
    person.language, person.time_zone = "en", "UTC"
    person.is_public_by_name = False
    person.prefers_talk_page = False
    person.away_until = None
    person.contact_by = User.ContactBy.NONE
    person.address_since = person.address_used_at = None
    person.wiki_checked_at = person.wiki_locked_at = person.wiki_suppressed_at = None
    person.is_active = person.is_staff = person.is_superuser = False
    person.last_login = None
    person.erased_at = timezone.now()
    person.set_unusable_password()
    person.save()
