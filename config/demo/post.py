"""The demo's post: digests and notices of the past weeks, each with its fate, none of them sent.

Editions are frozen by the product itself at the hours at which they were due. Then, in place of a
mail server, the answers below decide what becomes of each message. What worked and what went
wrong can so be looked at in the admin, and nobody is owed a mail about the past.
"""

import uuid
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from django.conf import settings
from django.utils import timezone

from mailing import claims, editions, eligibility, kinds, recipients, talk_pages
from mailing.addresses import address_hash
from mailing.due_hours import due_hour, falls_on
from mailing.eligibility import Decision
from mailing.fates import Fates
from mailing.models import (
    Delivery,
    Edition,
    FailReason,
    Message,
    Notice,
    Preference,
    Rhythm,
    SkipReason,
    State,
    Suppression,
)

from .clock import start_of_today
from .people import LIAISONS

# How far back the editions of each rhythm reach: long enough for a monthly one and for each thing
# that can go wrong, and no longer, because they are most of what filling a demo takes.
REACH = {
    Rhythm.DAILY: timedelta(days=10),
    Rhythm.WEEKLY: timedelta(weeks=3),
    Rhythm.MONTHLY: timedelta(weeks=5),
}
# Near the present a server that is in trouble is asked again every so many hours.
ASK_AGAIN_HOURS = 2
ASK_AGAIN_DAYS = 1

# The connection breaks after the last dot; the person ends the digest while it waits.
LOST, LEFT = "lost", "left"
UNKNOWN = "550 5.1.1 No such user here"
REFUSED = "554 5.7.1 Message refused by policy"
BUSY = "421 4.3.2 Too many connections, try again later"
GREYLISTED = "451 4.7.1 Greylisted, please try again"
FULL = "452 4.2.2 The mailbox is full"

# What the mail server says to each try for one person, one after the other; then it takes all.
DIGESTS = {
    "demo-liaison-5@example.org": [REFUSED],
    "demo-liaison-10@example.org": ["", UNKNOWN],
    "demo-liaison-12@example.org": ["", BUSY],
    "demo-liaison-18@example.org": [GREYLISTED, BUSY],
    "demo-liaison-21@example.org": [LOST],
    "demo-liaison-23@example.org": ["", LOST],
    "demo-liaison-24@example.org": ["", LEFT],
}
# This person's mailbox has been full since so many days, and still is.
FULL_MAILBOX, FULL_FOR_DAYS = "demo-liaison-37@example.org", 8
NOTICES = {
    "demo-applicant-9@example.org": ["", UNKNOWN],
    "demo-applicant-21@example.org": [GREYLISTED],
    "demo-liaison-28@example.org": ["", "", REFUSED],
    "demo-liaison-31@example.org": ["", LOST],
    "demo-liaison-43@example.org": ["", "", REFUSED],
}


def due_hours(now: datetime) -> list[datetime]:
    """Every hour of the last weeks in which a digest of a demo liaison was due, oldest first."""
    now = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    today = now.date()
    wanted = {(one.rhythm, one.time_zone) for one in LIAISONS}
    hours = {
        hour
        for rhythm, zone in wanted
        if rhythm in Edition.BY_THE_CLOCK
        for day in _days(today, REACH[rhythm])
        if falls_on(rhythm, day) and now - REACH[rhythm] <= (hour := due_hour(zone, day)) <= now
    }
    asked_again = {
        now - timedelta(hours=hours) for hours in range(0, ASK_AGAIN_DAYS * 24 + 1, ASK_AGAIN_HOURS)
    }
    return sorted(hours | asked_again)


def _days(today: date, reach: timedelta) -> Iterator[date]:
    for back in range(-1, reach.days + 1):
        yield today - timedelta(days=back)


class Post:
    """The post of one run. ``is_first``: no edition was ever made, so a past can be given."""

    def __init__(self):
        self.is_first = not Edition.objects.exists()
        self._tries: Counter = Counter()
        newest = Notice.objects.order_by("-pk").values_list("pk", flat=True).first()
        self._newest_notice = newest or 0

    def make_round(self) -> None:
        """Freeze the digests that are due now, and hand over what waits."""
        self.hand_over_notices()
        if self.is_first:
            editions.make_editions()
            post_on_talk_pages()
            self._work(Delivery.objects.all(), DIGESTS)

    def hand_over_notices(self) -> None:
        """Decide the fate of every notice of this run that is due now."""
        self._work(Notice.objects.filter(pk__gt=self._newest_notice), NOTICES)

    def _work(self, letters, answers) -> None:
        due = letters.due(timezone.now()).select_related("recipient__user")
        for letter in due:
            claim(letter)
            self._decide(letter, answers)

    def _decide(self, letter: Delivery | Notice, answers) -> None:
        recipient, address = letter.recipient, address_of(letter)
        decision = _decision(letter)
        if decision.waits:
            claims.hold(letter, decision.until, decision.reason)
            return
        if decision.reason:
            claims.skip(letter, decision.reason)
            return
        given = answers.get(address, [])
        number = self._tries[type(letter), address]
        self._tries[type(letter), address] += 1
        said = given[number] if number < len(given) else ""
        is_recent = timezone.now() > start_of_today() - timedelta(days=FULL_FOR_DAYS)
        if address == FULL_MAILBOX and is_recent:
            said = FULL
        if said == LEFT:
            by_link = Preference.Source.UNSUBSCRIBE_LINK
            recipients.set_rhythm(recipient.user, Rhythm.NONE, source=by_link)
            claims.skip(letter, SkipReason.RHYTHM_NONE)
            return
        if not said:
            Fates().sent(letter)
        elif said == LOST:
            claims.set_aside(letter, "The connection was lost after the last dot")
        elif said == UNKNOWN:
            Suppression.objects.get_or_create(
                address_hash=address_hash(address),
                defaults={"reason": Suppression.Reason.BOUNCED, "detail": said},
            )
            claims.fail(letter, FailReason.BAD_ADDRESS, said)
        elif said.startswith("5"):
            claims.fail(letter, FailReason.REFUSED, said)
        else:
            claims.retry(letter, said)


def _decision(letter: Delivery | Notice) -> Decision:
    """The one rule, as a worker asks it."""
    if isinstance(letter, Notice):
        return eligibility.decide([letter], take_place=True)[0]
    person = letter.recipient_id
    return Decision(eligibility.obstacles(kinds.DIGEST, [person])[person])


def post_on_talk_pages() -> None:
    """Mark what went to talk pages as posted, but for the newest, which waits for the Core Team."""
    made = Edition.objects.filter(channel=Preference.Channel.TALK_PAGE).order_by("-hour", "-pk")
    for edition in made[1:]:
        owed = edition.deliveries.filter(state=State.TO_POST).values_list("pk", flat=True)
        talk_pages.mark_posted(edition, list(owed), by="the demo")


def claim(letter: Message) -> None:
    """Take one message as a worker does."""
    letter.claim = uuid.uuid4()
    type(letter).objects.filter(pk=letter.pk).update(
        state=State.CLAIMED,
        claim=letter.claim,
        lease_until=timezone.now() + timedelta(seconds=settings.MAIL_LEASE),
    )


def address_of(letter: Delivery | Notice) -> str:
    """Where a message goes; some notices go to people without an account."""
    return letter.recipient.address if letter.recipient else letter.address
