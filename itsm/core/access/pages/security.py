"""One's own security: password, second factors, passkeys, other identities, sessions."""

from typing import Any

from flask import request
from werkzeug.wrappers import Response

from itsm.core.access import verbs
from itsm.core.access.pages.blueprint import done, keep_session, pages, renew_session, session_secret
from itsm.core.access.pages.confirm import confirmed
from itsm.core.access.pages.enrol import codes_offer, new_codes, new_passkey, passkey_creation
from itsm.core.access.pages.proofs import entry_here, right_password
from itsm.core.access.pages.ways import ways
from itsm.core.access.rules import PASSKEY, device_of
from itsm.core.access.schemas import CodeIn, OwnPasswordIn, PasskeyIn
from itsm.core.access.verbs import Entry
from itsm.core.errors import Conflict, Invalid, NotSignedIn, TooMany
from itsm.core.texts import Message, say
from itsm.core.web import needs, reading, writing
from itsm.core.web.edge import SIGNED_IN, translated
from itsm.core.web.frame import render
from itsm.core.web.inputs import by_field, parse

HERE = "/account/security"


def here() -> Entry:
    """The session of this browser."""
    entry = entry_here()
    if entry is None:
        raise NotSignedIn(say("Sign in first."))
    return entry


@pages.get("/account/security")
@needs(SIGNED_IN)
def security() -> Response:
    """How one signs in, and where one is signed in."""
    return _page()


def _page(*, status: int = 200, **errors: Any) -> Response:
    entry = here()
    with reading() as uow:
        person_id = entry.person_id
        identities = verbs.identities_of(uow, person_id=person_id)
        return render(
            uow,
            "core/security.html",
            status=status,
            errors=errors,
            entry=entry,
            rules=verbs.sign_in_rules(uow),
            codes=verbs.codes_of(uow, person_id=person_id),
            passkeys=verbs.passkeys_of(uow, person_id=person_id),
            recovery=verbs.recovery_codes_left(uow, person_id=person_id),
            identities=identities,
            connect=[way for way in ways(uow, "connect") if way.key not in {one.method for one in identities}],
            labels={way.key: way.label for way in ways(uow, "buttons")},
            sessions=verbs.list_sessions(uow, person_id=person_id),
            device_of=device_of,
        )


def _said(error: Invalid) -> list[str]:
    return [said for found in by_field(error).values() for said in found]


@pages.post("/account/password")
@needs(SIGNED_IN)
def change_password() -> Response:
    """A new password; the old one is asked, and all other sessions end."""
    entry = here()
    try:
        data = parse(OwnPasswordIn, request.form)
        if not right_password(entry, data["old"]):
            raise Invalid.field("old", say("The present password is wrong."))
        with reading() as uow:
            hashed = verbs.accepted_password(uow, login=entry.login, name=entry.name, password=data["password"])
    except Invalid as error:
        return _page(status=422, password=_said(error))
    except TooMany as error:
        return _page(status=error.status, password=[translated(error.message)])
    with writing() as uow:
        verbs.change_password(uow, hashed=hashed, session_id=entry.session_id, tokens=data["tokens"])
    return done(say("The password is changed; all your other sessions have ended."), HERE)


@pages.get("/account/codes")
@needs(SIGNED_IN)
@confirmed
def codes() -> Response:
    """A picture for the authenticator app."""
    return _codes()


def _codes(*, status: int = 200, errors: Any = ()) -> Response:
    with reading() as uow:
        offered = codes_offer(uow, here(), request.form.get("offer", ""))
        return render(uow, "core/codes.html", status=status, errors=errors, **offered)


@pages.post("/account/codes")
@needs(SIGNED_IN)
@confirmed
def add_codes() -> Response:
    """The first code of the app; from now on it is asked at sign-in."""
    try:
        new_codes(writing(), **parse(CodeIn, request.form))
    except Invalid as error:
        return _codes(status=422, errors=_said(error))
    except Conflict as error:
        return _codes(status=error.status, errors=[translated(error.message)])
    return _stronger("code", say("From now on a code is asked when you sign in."))


@pages.post("/account/codes/remove")
@needs(SIGNED_IN)
@confirmed
def remove_codes() -> Response:
    """No more codes of the app."""
    with writing() as uow:
        verbs.remove_codes(uow)
    return done(say("Removed."), HERE)


@pages.post("/account/recovery")
@needs(SIGNED_IN)
@confirmed
def renew_recovery() -> Response:
    """Ten new recovery codes, on this one answer only."""
    return _recovery()


def _recovery() -> Response:
    with writing() as uow:
        codes = verbs.renew_recovery_codes(uow)
    with reading() as uow:
        return render(uow, "core/recovery_codes.html", codes=codes, following=HERE)


def _stronger(factor: str, message: Message) -> Response:
    """This session has proved the new factor. With the first one come the codes for whoever loses it."""
    renew_session(factor)
    with reading() as uow:
        left = verbs.recovery_codes_left(uow, person_id=here().person_id)
    response = done(message, HERE) if left else _recovery()
    keep_session(response, session_secret())
    return response


@pages.get("/account/passkeys/new")
@needs(SIGNED_IN)
@confirmed
def passkey() -> Response:
    """A name, and the browser asks the authenticator."""
    return _passkey()


def _passkey(*, status: int = 200, errors: Any = ()) -> Response:
    with reading() as uow:
        return render(uow, "core/passkey.html", status=status, errors=errors)


@pages.get("/account/passkeys/options")
@needs(SIGNED_IN)
def passkey_options_new() -> Response:
    """What the browser asks an authenticator to make."""
    with reading() as uow:
        return passkey_creation(uow, here())


@pages.post("/account/passkeys")
@needs(SIGNED_IN)
@confirmed
def add_passkey() -> Response:
    """Take the passkey that was made."""
    try:
        new_passkey(writing(), **parse(PasskeyIn, request.form))
    except Invalid as error:
        return _passkey(status=422, errors=_said(error))
    except Conflict as error:
        return _passkey(status=error.status, errors=[translated(error.message)])
    return _stronger(PASSKEY, say("The passkey is registered."))


@pages.post("/account/passkeys/<int:passkey_id>/remove")
@needs(SIGNED_IN)
@confirmed
def remove_passkey(passkey_id: int) -> Response:
    """It opens nothing from now on."""
    with writing() as uow:
        verbs.remove_passkey(uow, passkey_id=passkey_id)
    return done(say("Removed."), HERE)


@pages.post("/account/identities/<int:identity_id>/unlink")
@needs(SIGNED_IN)
@confirmed
def unlink(identity_id: int) -> Response:
    """The other party no longer tells who one is."""
    with writing() as uow:
        verbs.unlink_identity(uow, identity_id=identity_id)
    return done(say("Removed."), HERE)


@pages.post("/account/sessions/<int:session_id>/end")
@needs(SIGNED_IN)
def end_session(session_id: int) -> Response:
    """End one of one's sessions at once."""
    with writing() as uow:
        verbs.end_session(uow, person_id=here().person_id, session_id=session_id)
    return done(say("The session has ended."), HERE)


@pages.post("/account/sessions/end")
@needs(SIGNED_IN)
def end_others() -> Response:
    """End all of one's sessions but this one."""
    entry = here()
    with writing() as uow:
        verbs.end_sessions(uow, person_id=entry.person_id, but=entry.session_id)
    return done(say("All other sessions have ended."), HERE)
