"""Mails as mail servers send them back, after what real servers write."""

from email.utils import format_datetime

from django.utils import timezone

POSTFIX = """\
Return-Path: <>
Date: {date}
From: MAILER-DAEMON@mx.example.org (Mail Delivery System)
Subject: Undelivered Mail Returned to Sender
To: liaisons@example.org
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status;
\tboundary="9B095B5ADSN.1/mx.example.org"
Message-Id: <{number}@mx.example.org>

This is a MIME-encapsulated message.

--9B095B5ADSN.1/mx.example.org
Content-Description: Notification
Content-Type: text/plain; charset=us-ascii

This is the mail system at host mx.example.org.

--9B095B5ADSN.1/mx.example.org
Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.org
X-Postfix-Queue-ID: 9B095B5ADSN
Arrival-Date: {date}

Final-Recipient: rfc822; {address}
Original-Recipient: rfc822;{address}
Action: {action}
Status: {status}
Remote-MTA: dns; mail.example.org
Diagnostic-Code: smtp; {said}

--9B095B5ADSN.1/mx.example.org
Content-Description: Undelivered Message
Content-Type: {returned}

Received: from app.example.org
From: Strategy Liaisons <liaisons@example.org>
To: {to}
Subject: What is new
Message-ID: {message_id}

{body}
--9B095B5ADSN.1/mx.example.org--
"""

COMPLAINT = """\
From: <abuse@provider.example.org>
Date: {date}
Subject: FW: What is new
To: <liaisons@example.org>
Message-ID: <{number}@provider.example.org>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="part1"

--part1
Content-Type: text/plain; charset="US-ASCII"

This is an email abuse report.
--part1
Content-Type: message/feedback-report

Feedback-Type: {kind}
User-Agent: SomeGenerator/1.0
Version: 1
{recipient}

--part1
Content-Type: message/rfc822
Content-Disposition: inline

From: <liaisons@example.org>
To: {to}
Subject: What is new
Message-ID: {message_id}

Hello
--part1--
"""

GONE = "550 5.1.1 <{address}>: Recipient address rejected: User unknown"
FULL = "452 4.2.2 <{address}>: mailbox is full"


def bounce(letter, *, number=1, said=GONE, status="5.1.1", action="failed", **others) -> bytes:
    """The report of a Postfix about one message."""
    address = others.pop("address", letter.recipient.address)
    given = {
        "date": format_datetime(timezone.now()),
        "number": number,
        "message_id": letter.message_id,
        "address": address,
        "to": letter.recipient.address,
        "said": said.format(address=address),
        "status": status,
        "action": action,
        "returned": "text/rfc822-headers",
        "body": "",
        **others,
    }
    return POSTFIX.format(**given).replace("\n", "\r\n").encode()


def soft(letter, number) -> bytes:
    """Given up after days of a full mailbox."""
    return bounce(letter, number=number, said=FULL, status="4.2.2")


def complaint(letter, *, number=1, kind="abuse", recipient=None) -> bytes:
    """What a provider forwards when a reader pressed "this is spam"."""
    to = letter.recipient.address
    return (
        COMPLAINT.format(
            date=format_datetime(timezone.now()),
            number=number,
            kind=kind,
            to=to,
            message_id=letter.message_id,
            recipient=f"Original-Rcpt-To: <{to}>" if recipient is None else recipient,
        )
        .replace("\n", "\r\n")
        .encode()
    )
