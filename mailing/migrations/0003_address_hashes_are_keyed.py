"""Put a key over the hashes of addresses, which had none.

Run twice, it changes nothing more: what is keyed already begins with its mark.

Backwards, the hashes of recipients are made anew from their addresses. Those of suppressed
addresses stay keyed, because nothing leads back from them: the earlier code does not know these
addresses again until this migration has run once more. Back up first.
"""

import base64
import hashlib
import hmac

from django.conf import settings
from django.db import migrations

MARK = "k1:"
AT_ONCE = 2000


def _keyed(unkeyed):
    digest = hmac.digest(settings.ADDRESS_HASH_KEY.encode(), unkeyed.encode(), "sha256")
    return MARK + base64.urlsafe_b64encode(digest).decode().rstrip("=")


def put_the_key_over(apps, schema_editor):
    for name in ("Recipient", "Suppression"):
        model = apps.get_model("mailing", name)
        unkeyed = model.objects.exclude(address_hash="").exclude(address_hash__startswith=MARK)
        while rows := list(unkeyed.order_by("pk")[:AT_ONCE]):
            for row in rows:
                row.address_hash = _keyed(row.address_hash)
            model.objects.bulk_update(rows, ["address_hash"])


def take_the_key_away(apps, schema_editor):
    model = apps.get_model("mailing", "Recipient")
    keyed = model.objects.filter(address_hash__startswith=MARK)
    while rows := list(keyed.order_by("pk")[:AT_ONCE]):
        for row in rows:
            address = row.address.strip().lower()
            row.address_hash = hashlib.sha256(address.encode()).hexdigest()
        model.objects.bulk_update(rows, ["address_hash"])


class Migration(migrations.Migration):
    dependencies = [("mailing", "0002_count_lost_workers")]

    operations = [migrations.RunPython(put_the_key_over, take_the_key_away)]
