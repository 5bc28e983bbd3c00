"""What authenticators say, checked by the library `webauthn`; loaded by name where it is needed, for it is large."""

import json
from collections.abc import Iterable
from typing import NamedTuple

from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

# Whatever a hostile client sends is wrong, and nothing else.
WRONG = (WebAuthnException, ValueError, LookupError, TypeError, AttributeError, RecursionError)
TRANSPORTS = ("usb", "nfc", "ble", "internal", "hybrid", "smart-card")


class Place(NamedTuple):
    """Where passkeys of this desk are good: the host's name and the whole origin."""

    host: str
    origin: str


class Made(NamedTuple):
    """A new credential."""

    credential: bytes
    public_key: bytes
    counter: int
    transports: list[str]


class Shown(NamedTuple):
    """A signature that was right. verified: the authenticator knew its owner (a PIN, a finger)."""

    counter: int
    verified: bool


def creation_options(place: Place, *, desk: str, user: bytes, login: str, name: str, held: Iterable[bytes]) -> str:
    """What `navigator.credentials.create` takes, as JSON; its challenge is new."""
    return options_to_json(
        generate_registration_options(
            rp_id=place.host,
            rp_name=desk,
            user_id=user,
            user_name=login,
            user_display_name=name,
            exclude_credentials=[PublicKeyCredentialDescriptor(id=one) for one in held],
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.PREFERRED, user_verification=UserVerificationRequirement.PREFERRED
            ),
        )
    )


def request_options(place: Place, *, held: Iterable[bytes] = (), alone: bool = False) -> str:
    """What `navigator.credentials.get` takes. alone: the passkey is the only proof, so it must know its owner."""
    needed = UserVerificationRequirement.REQUIRED if alone else UserVerificationRequirement.PREFERRED
    allowed = [PublicKeyCredentialDescriptor(id=one) for one in held]
    options = generate_authentication_options(rp_id=place.host, allow_credentials=allowed, user_verification=needed)
    return options_to_json(options)


def challenge_of(options: str) -> str:
    """The challenge that the options carry."""
    return str(json.loads(options)["challenge"])


def checked_creation(credential: str, *, challenge: str, place: Place) -> Made | None:
    """The credential that an authenticator made for this challenge; None when anything about it is wrong."""
    try:
        found = verify_registration_response(
            credential=credential,
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=place.host,
            expected_origin=place.origin,
        )
        told = json.loads(credential).get("response", {}).get("transports") or []
    except WRONG:
        return None
    transports = [name for name in TRANSPORTS if name in told]
    return Made(found.credential_id, found.credential_public_key, found.sign_count, transports)


def credential_id(credential: str) -> bytes:
    """Which credential is shown; empty when it cannot be read."""
    try:
        return base64url_to_bytes(str(json.loads(credential)["id"]))
    except WRONG:
        return b""


def checked_signature(
    credential: str, *, challenge: str, place: Place, public_key: bytes, alone: bool = False
) -> Shown | None:
    """What a known credential shows; None when the signature, the place or the challenge is wrong.

    The counter is compared by who stores it, in one statement with the new one.
    """
    try:
        found = verify_authentication_response(
            credential=credential,
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=place.host,
            expected_origin=place.origin,
            credential_public_key=public_key,
            credential_current_sign_count=0,
            require_user_verification=alone,
        )
    except WRONG:
        return None
    return Shown(found.new_sign_count, found.user_verified)


def text_of(raw: bytes) -> str:
    """Bytes as they stand in JSON."""
    return bytes_to_base64url(raw)
