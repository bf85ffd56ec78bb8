"""What single messages said is kept for a while, and then only that they were sent."""

from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.core import mail
from django.utils import timezone

from mailing import claims, deliver, notices, tasks
from mailing.models import Notice
from tests.mailing.people import person

pytestmark = pytest.mark.django_db

LATER = timedelta(days=settings.MAIL_NOTICE_DAYS + 1)


def test_old_notices_are_emptied_and_stay_counted(receipt):
    notices.send("a_receipt", person().user, {"thing": "letter"})
    notices.send("a_receipt", "someone@example.org", {"thing": "parcel"})
    deliver.send_due()
    tasks.forget_old_notices()
    assert {notice.context["thing"] for notice in Notice.objects.all()} == {"letter", "parcel"}

    with time_machine.travel(timezone.now() + LATER, tick=False):
        notices.send("a_receipt", "someone@example.org", {"thing": "new one"})
        tasks.forget_old_notices()
    kept = Notice.objects.order_by("pk").values_list("state", "address", "context")
    assert list(kept) == [
        ("sent", "", {}),
        ("sent", "", {}),
        ("pending", "someone@example.org", {"thing": "new one"}),
    ]


def test_what_still_waits_is_not_emptied(receipt):
    notices.send("a_receipt", "someone@example.org", {"thing": "letter"})
    assert notices.forget_old(timezone.now() + LATER) == 0
    assert Notice.objects.get().context == {"thing": "letter"}


def test_an_emptied_notice_is_never_sent_again(receipt):
    reader = person()
    notice = notices.send("a_receipt", reader.user, {"thing": "letter"})
    claims.fail(claimed(notice), "refused", "554 no")
    with time_machine.travel(timezone.now() + LATER, tick=False):
        assert notices.forget_old() == 1
        notice.refresh_from_db()
        assert claims.send_again(notice, "Erin")
        deliver.send_due()
    notice.refresh_from_db()
    assert (notice.state, notice.reason) == ("skipped", "not_eligible")
    assert mail.outbox == []


def claimed(notice):
    claims.claim(Notice)
    notice.refresh_from_db()
    return notice
