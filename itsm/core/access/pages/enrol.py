"""Making a second factor: the picture for an authenticator app, a passkey; at sign-in and on the account's page."""

from contextlib import AbstractContextManager
from typing import Any

import segno
from flask import Response, request

from itsm.core.access import verbs
from itsm.core.access.pages.proofs import (
    LONGEST_CREDENTIAL,
    keep_challenge,
    kept_challenge,
    outside,
    place,
    secret_key,
    spend_challenge,
)
from itsm.core.access.rules import hash_secret, provisioning
from itsm.core.access.verbs import Entry
from itsm.core.errors import Invalid
from itsm.core.texts import say
from itsm.core.work.uow import UnitOfWork

Opened = AbstractContextManager[UnitOfWork]


def codes_offer(uow: UnitOfWork, entry: Entry, offer: str = "") -> dict[str, str]:
    """Picture, secret and sealed offer for the form; the same ones again after a code that was wrong."""
    try:
        secret = verbs.offered_secret(uow, key=secret_key(), offer=offer)
    except Invalid:
        secret, offer = verbs.offer_codes(uow, key=secret_key())
    picture = segno.make(provisioning(secret, entry.login, request.host), error="m")
    grouped = " ".join(secret[i : i + 4] for i in range(0, len(secret), 4))
    return {"picture": picture.svg_data_uri(scale=4, border=3, light="white"), "offer": offer, "manual": grouped}


def new_codes(opened: Opened, *, offer: str, code: str) -> None:
    """Take an authenticator whose first code was typed."""
    with opened as uow:
        verbs.add_codes(uow, key=secret_key(), offer=offer, code=code)


def passkey_creation(uow: UnitOfWork, entry: Entry) -> Response:
    """What the browser asks an authenticator to make. Who it is for is told by a number that tells nothing."""
    options = outside().creation_options(
        place(),
        desk=place().host,
        user=hash_secret(f"{secret_key()} passkey user {entry.person_id}"),
        login=entry.login,
        name=entry.name,
        held=[key.credential for key in verbs.passkeys_of(uow, person_id=entry.person_id)],
    )
    keep_challenge("create", options, uow.now)
    return Response(options, content_type="application/json")


def new_passkey(opened: Opened, *, name: str, credential: str) -> None:
    """Take a passkey that the browser made; raises `Invalid` where anything about it is wrong."""
    kept = kept_challenge("create")
    made: Any = None
    if kept is not None and len(credential) <= LONGEST_CREDENTIAL:
        made = outside().checked_creation(credential, challenge=kept[0], place=place())
    with opened as uow:
        if kept is None or made is None or not spend_challenge(uow, *kept):
            raise Invalid.field("credential", say("The passkey could not be checked; try again."))
        verbs.add_passkey(uow, name=name or made_name(made.transports), key=verbs.NewKey(*made))


def made_name(transports: list[str]) -> str:
    """What a passkey is called whose owner gave it no name."""
    return "USB" if "usb" in transports else "Passkey"
