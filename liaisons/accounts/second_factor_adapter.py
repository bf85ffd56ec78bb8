"""What allauth asks us about the second step: its words, its secrets, and whose address it is."""

import base64
import hashlib

from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from . import passkeys


class SecondFactorAdapter(DefaultMFAAdapter):
    """Secrets are kept encrypted under the installation's key; the app shows our name."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": _("This code is not right. Please type it again."),
    }

    def get_totp_label(self, user):
        return user.email or user.wiki_username or str(settings.SITE_NAME)

    def get_totp_issuer(self):
        return str(settings.SITE_NAME)

    def get_public_key_credential_rp_entity(self):
        return {"id": passkeys.host(), "name": str(settings.SITE_NAME)}

    def get_public_key_credential_user_entity(self, user):
        label = self.get_totp_label(user)
        return {"id": str(user.pk).encode(), "name": label, "display_name": label}

    def encrypt(self, text):
        return _fernet().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text):
        return _fernet().decrypt(encrypted_text.encode()).decode()


def _fernet() -> Fernet:
    key = hashlib.sha256(b"liaisons.second_factor" + settings.SECRET_KEY.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(key))
