"""Passkeys: WebAuthn credentials of this installation's own address (BASE_URL), nothing else.

allauth and fido2 do the cryptography. Ours is what they leave open: the origin is compared as a
whole and never comes from the request, whatever a browser sends is refused and never an error,
and of its answer only what is needed later is kept.
"""

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal import auth
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from django.conf import settings
from django.core.exceptions import ValidationError

from liaisons.models import User

MOST = 10
LONGEST_NAME = 60
LONGEST_ANSWER = 20_000
# What parsers of CBOR, COSE, base64 and X.509 raise when they are fed anything at all.
STRANGE = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    InvalidSignature,
    LookupError,
    NotImplementedError,
    RecursionError,
    TypeError,
    UnsupportedAlgorithm,
    ValueError,
    struct.error,
)


def host() -> str:
    """The relying party: the host of BASE_URL."""
    return urlsplit(settings.BASE_URL).hostname or ""


def origin() -> str:
    """What a browser on this installation's pages says where it is."""
    address = urlsplit(settings.BASE_URL)
    return f"{address.scheme}://{address.netloc}"


def are_offered() -> bool:
    """True where browsers allow passkeys: at an address with https, or at localhost."""
    return urlsplit(settings.BASE_URL).scheme == "https" or host() == "localhost"


def of(person: User) -> list[Authenticator]:
    """This person's passkeys, oldest first."""
    return list(
        Authenticator.objects.filter(user_id=person.pk, type=Authenticator.Type.WEBAUTHN).order_by(
            "pk"
        )
    )


def options_to_make(person: User) -> dict[str, Any]:
    """What the browser needs to make a passkey; its challenge waits in the session."""
    options = auth.begin_registration(person, False)
    # A key that a phone or a password manager can carry along, where it can.
    options["publicKey"]["authenticatorSelection"]["residentKey"] = "preferred"
    return options


def options_to_ask(person: User) -> dict[str, Any] | None:
    """What the browser needs to ask for one of this person's passkeys, if there are any."""
    if not are_offered() or not of(person):
        return None
    return auth.begin_authentication(person)


def made(answer: Any) -> dict[str, Any]:
    """The credential in a browser's answer, checked, with no more than is needed later.

    Raises ``ValidationError``.
    """
    with strange_answers_refused(answer):
        parsed = auth.parse_registration_response(answer)
        _check_origin(parsed.response.client_data)
        auth.complete_registration(answer)
        response, found = answer["response"], answer.get("clientExtensionResults")
        properties = found.get("credProps") if isinstance(found, dict) else None
        credential = {
            "id": answer["id"],
            "rawId": answer["rawId"],
            "type": "public-key",
            "response": {
                "clientDataJSON": response["clientDataJSON"],
                "attestationObject": response["attestationObject"],
            },
            "clientExtensionResults": {"credProps": properties}
            if isinstance(properties, dict)
            else {},
        }
        same = Authenticator.objects.filter(
            type=Authenticator.Type.WEBAUTHN, data__credential__id=credential["id"]
        )
        if same.exists():
            raise ValueError("This credential is known already.")
    return credential


def used(person: User, answer: Any) -> Authenticator:
    """This person's passkey with which a browser answered. Raises ``ValidationError``."""
    with strange_answers_refused(answer):
        parsed = auth.parse_authentication_response(answer)
        _check_origin(parsed.response.client_data)
        return auth.complete_authentication(person, answer)


@contextmanager
def strange_answers_refused(answer: Any) -> Iterator[None]:
    """Whatever was sent, it is refused with one message."""
    try:
        if len(str(answer)) > LONGEST_ANSWER:
            raise ValueError("Too long for a passkey.")
        yield
    except ValidationError:
        raise
    except STRANGE as error:
        raise get_adapter().validation_error("incorrect_code") from error


def _check_origin(client_data) -> None:
    # fido2 also accepts other ports and sub-domains of the host.
    if client_data.origin != origin() or client_data.cross_origin:
        raise ValueError("Another origin.")
