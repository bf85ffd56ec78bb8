"""The pages of what is seen before a digest goes out, as the Core Team asks for them."""

from datetime import timedelta

from django.urls import reverse

from mailing.models import (
    ContentClock,
    Delivery,
    Edition,
    Notice,
    SectionCursor,
    ToldItem,
)
from tests.mailing.test_editions import MONDAY

TUESDAY = MONDAY + timedelta(days=1)


def get(client, name, **query):
    response = client.get(reverse(f"admin:mailing_{name}"), query)
    assert response.status_code == 200
    return b"".join(response).decode("utf-8-sig")


def rows():
    """Everything that a dry run must leave as it was."""
    return [
        list(model.objects.order_by("pk").values())
        for model in (Edition, Delivery, SectionCursor, ContentClock, Notice, ToldItem)
    ]


def preview(client, reader, **query):
    return get(client, "delivery_preview", person=reader.pk, **query)


def mail_of(client, reader, **query):
    return client.get(
        reverse("admin:mailing_delivery_preview_mail"), {"person": reader.pk, **query}
    )


def mail_of_number(client, number):
    return client.get(reverse("admin:mailing_delivery_preview_mail"), {"person": number})


def send_test(client, reader):
    return client.post(
        reverse("admin:mailing_delivery_preview_send"), {"person": reader.pk}, follow=True
    )
