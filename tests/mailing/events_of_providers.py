"""Events as mail providers post them, by the fields they document, and signed where they sign."""

import base64
import hashlib
import hmac
import json

from django.urls import reverse

from tests.mailing.provider_events import SECRET

KEY = "a-key-for-tests"
KEYS = {
    "WEBHOOK_SECRET": SECRET,
    "MAILERSEND_SIGNING_SECRET": KEY,
    "MAILGUN_WEBHOOK_SIGNING_KEY": KEY,
    "MANDRILL_WEBHOOK_KEY": KEY,
    "UNISENDER_GO_API_KEY": KEY,
}
AT = 1_783_929_600


def _signed(text, made=hashlib.sha256):
    return hmac.new(KEY.encode(), text.encode(), made)


def brevo(to, event, reason):
    return {"event": event, "email": to, "id": 1, "ts_epoch": AT * 1000, "reason": reason}


def mailersend(to, event, reason):
    return {
        "type": f"activity.{event}",
        "created_at": "2026-07-13T08:00:00.000000Z",
        "data": {
            "object": "activity",
            "id": "activity-1",
            "type": event,
            "created_at": "2026-07-13T08:00:00.000000Z",
            "email": {"object": "email", "message": {"id": "m1"}, "recipient": {"email": to}},
            "morph": {"object": "recipient_bounce", "reason": reason},
        },
    }


def mailgun(to, severity, reason, code=550, status=""):
    return {
        "signature": {
            "timestamp": str(AT),
            "token": "t",
            "signature": _signed(f"{AT}t").hexdigest(),
        },
        "event-data": {
            "event": "failed",
            "id": "x",
            "timestamp": AT,
            "severity": severity,
            "reason": "bounce" if severity == "permanent" else "generic",
            "recipient": to,
            "delivery-status": {"code": code, "message": reason, "enhanced-code": status},
        },
    }


def mailjet(to, error, is_hard, event="bounce", reply=""):
    return [
        {"event": event, "time": AT, "MessageID": 1, "email": to, "hard_bounce": is_hard,
         "blocked": event == "blocked", "error": error, "smtp_reply": reply}
    ]  # fmt: skip


def mailtrap(to, event, reason):
    return {
        "events": [
            {"event": event, "email": to, "timestamp": AT, "message_id": "m1", "event_id": "e1",
             "response": reason, "sending_stream": "bulk"}
        ]
    }  # fmt: skip


def mandrill(to, event, reason="", **others):
    return [
        {"event": event, "_id": "m1", "ts": AT, **others,
         "msg": {"_id": "m1", "email": to, "ts": AT, "diag": reason, "state": "bounced"}}
    ]  # fmt: skip


def postmark(to, kind, reason, record="Bounce"):
    return {"RecordType": record, "ID": 1, "Type": kind, "Email": to, "Details": reason,
            "BouncedAt": "2026-07-13T08:00:00Z"}  # fmt: skip


def sendgrid(to, event, reason, **others):
    return [{"event": event, "email": to, "timestamp": AT, "sg_event_id": "e1", "reason": reason,
             **others}]  # fmt: skip


def sparkpost(to, bounce_class, reason, kind="bounce"):
    return [
        {"msys": {"message_event": {
            "type": kind, "bounce_class": bounce_class, "raw_rcpt_to": to, "timestamp": str(AT),
            "event_id": "1", "transmission_id": "2", "raw_reason": reason, "error_code": "550",
        }}}
    ]  # fmt: skip


def unisender_go(to, status, said):
    event = {
        "email": to, "status": status, "event_time": "2026-07-13 08:00:00", "job_id": "j1",
        "delivery_info": {"delivery_status": said, "destination_response": ""},
    }  # fmt: skip
    return {
        "auth": KEY,
        "events_by_user": [
            {"user_id": 1, "events": [
                {"event_name": "transactional_email_status", "event_data": event}
            ]}
        ],
    }  # fmt: skip


def tell(client, provider, event):
    """Post an event as the provider does, with its signature."""
    url = reverse("mailing:events", args=[provider])
    body = json.dumps(event).encode()
    headers = {"authorization": f"Basic {base64.b64encode(SECRET.encode()).decode()}"}
    if provider == "mandrill":
        posted = {"mandrill_events": body.decode()}
        # It signs the whole address with name and password, and what it posts.
        text = f"http://{SECRET}@testserver{url}mandrill_events{body.decode()}"
        seal = base64.b64encode(_signed(text, hashlib.sha1).digest()).decode()
        return client.post(url, posted, headers={**headers, "x-mandrill-signature": seal})
    if provider == "unisender_go":
        seal = hashlib.md5(body, usedforsecurity=False).hexdigest()
        body = body.replace(KEY.encode(), seal.encode())
    headers["signature"] = _signed(body.decode()).hexdigest()
    return client.post(url, body, content_type="application/json", headers=headers)
