"""What a sign-in still lacks: the second factor, a password of one's own, a first second factor."""

from typing import Any

from flask import Response as FlaskResponse
from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from itsm.core.access import verbs
from itsm.core.access.pages.blueprint import admit, drop_session, keep_session, onward, pages, session_secret
from itsm.core.access.pages.enrol import codes_offer, new_codes, new_passkey, passkey_creation
from itsm.core.access.pages.proofs import as_owner, entry_here, keep_challenge, outside, place, right_factor
from itsm.core.access.schemas import FactorIn, FirstFactorIn, NewPasswordIn
from itsm.core.access.verbs import Entry
from itsm.core.errors import Conflict, Invalid, TooMany
from itsm.core.texts import say
from itsm.core.web import needs, reading
from itsm.core.web.edge import PUBLIC, translated
from itsm.core.web.frame import render, safe_next
from itsm.core.web.inputs import by_field, parse


@pages.get("/sign-in/step")
@needs(PUBLIC)
def step() -> Response:
    """The next step of this browser's sign-in; without one the way leads to its beginning."""
    entry = entry_here()
    return _begin() if entry is None or entry.stage == "whole" else _step(entry)


@pages.post("/sign-in/factor")
@needs(PUBLIC)
def give_factor() -> Response:
    """The second factor: a code, a recovery code or a passkey."""
    entry = _at("factor")
    if entry is None:
        return _begin()
    try:
        data = parse(FactorIn, request.form)
        factor = right_factor(entry, code=data["code"], credential=data["credential"])
    except Invalid as error:
        return _refused(entry, error)
    except TooMany as error:
        return _step(entry, status=error.status, errors=[translated(error.message)])
    if factor is None:
        return _step(entry, status=422, errors=[translated(say("That was not right; try again."))])
    return admit(_advance(entry, factor), _following())


@pages.post("/sign-in/password")
@needs(PUBLIC)
def own_password() -> Response:
    """Instead of the password that somebody else gave, one of one's own."""
    entry = _at("password")
    if entry is None:
        return _begin()
    try:
        data = parse(NewPasswordIn, request.form)
        with reading() as uow:
            hashed = verbs.accepted_password(uow, login=entry.login, name=entry.name, password=data["password"])
    except Invalid as error:
        return _refused(entry, error)
    with as_owner(entry.person_id) as uow:
        verbs.change_password(uow, hashed=hashed, session_id=entry.session_id)
    return admit(_advance(entry), _following())


@pages.post("/sign-in/enrol")
@needs(PUBLIC)
def first_factor() -> Response:
    """A role demands a second factor: the first one is made here, before anything else opens."""
    entry = _at("enrol")
    if entry is None:
        return _begin()
    try:
        data = parse(FirstFactorIn, request.form)
        if data["credential"]:
            new_passkey(as_owner(entry.person_id), name=data["name"], credential=data["credential"])
        else:
            new_codes(as_owner(entry.person_id), offer=data["offer"], code=data["code"])
    except Invalid as error:
        return _refused(entry, error)
    except Conflict as error:
        return _step(entry, status=error.status, errors=[translated(error.message)])
    with as_owner(entry.person_id) as uow:
        codes = verbs.renew_recovery_codes(uow)
    renewed = _advance(entry, "passkey" if data["credential"] else "code")
    with reading() as uow:
        page = render(uow, "core/recovery_codes.html", codes=codes, following=onward(_following()))
    keep_session(page, renewed)
    return page


@pages.post("/sign-in/cancel")
@needs(PUBLIC)
def cancel() -> Response:
    """Not this account: begin again."""
    entry = entry_here()
    if entry is not None:
        with as_owner(entry.person_id) as uow:
            verbs.sign_out(uow, secret=session_secret())
    response = _begin()
    drop_session(response)
    return response


@pages.get("/sign-in/step/passkey")
@needs(PUBLIC)
def step_options() -> Response:
    """What the browser asks an authenticator for: a signature of one of this person's passkeys, or a first passkey."""
    entry = entry_here()
    if entry is None or entry.stage not in ("factor", "enrol"):
        return FlaskResponse("{}", 404, content_type="application/json")
    with as_owner(entry.person_id, write=False) as uow:
        if entry.stage == "enrol":
            return passkey_creation(uow, entry)
        held = [key.credential for key in verbs.passkeys_of(uow, person_id=entry.person_id)]
        options = outside().request_options(place(), held=held)
        keep_challenge("factor", options, uow.now)
    return FlaskResponse(options, content_type="application/json")


def _at(stage: str) -> Entry | None:
    entry = entry_here()
    return entry if entry is not None and entry.stage == stage else None


def _following() -> str:
    return safe_next(request.values.get("next"))


def _begin() -> Response:
    return redirect(url_for("access.enter", next=_following()))


def _advance(entry: Entry, factor: str | None = None) -> str:
    with as_owner(entry.person_id) as uow:
        return verbs.advance(uow, secret=session_secret(), factor=factor)


def _refused(entry: Entry, error: Invalid) -> Response:
    return _step(entry, status=422, errors=[said for found in by_field(error).values() for said in found])


def _step(entry: Entry, *, status: int = 200, errors: Any = ()) -> Response:
    with as_owner(entry.person_id, write=False) as uow:
        offered = codes_offer(uow, entry, request.form.get("offer", "")) if entry.stage == "enrol" else {}
        return render(
            uow,
            "core/sign_in_step.html",
            status=status,
            errors=errors,
            entry=entry,
            next=_following(),
            has_codes=verbs.codes_of(uow, person_id=entry.person_id) is not None,
            has_passkeys=bool(verbs.passkeys_of(uow, person_id=entry.person_id)),
            minimum=verbs.sign_in_rules(uow).minimum_password,
            **offered,
        )
