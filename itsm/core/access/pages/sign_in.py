"""The way in: password or another way, then what is still lacking; and the way out."""

from typing import Any

from flask import Response as FlaskResponse
from flask import redirect, request, session, url_for
from werkzeug.wrappers import Response

from itsm.core.access import verbs
from itsm.core.access.pages.blueprint import admit, drop_session, onward, pages, session_secret
from itsm.core.access.pages.proofs import as_owner, entry_here, keep_challenge, outside, passkey_shown, place
from itsm.core.access.pages.ways import ways
from itsm.core.access.rules import PASSKEY
from itsm.core.access.schemas import CredentialIn, SignInIn
from itsm.core.errors import Forbidden, Invalid, TooMany
from itsm.core.hookspecs.declarations import SignInButton
from itsm.core.texts import say
from itsm.core.web import actor, needs, reading, writing
from itsm.core.web.edge import PUBLIC, SIGNED_IN, translated
from itsm.core.web.frame import render, safe_next
from itsm.core.web.inputs import parse
from itsm.core.work.uow import UnitOfWork


@pages.get("/sign-in")
@needs(PUBLIC)
def enter() -> Response:
    """The form; who is signed in already goes on, who is on the way goes to the next step."""
    following = safe_next(request.args.get("next"))
    if actor().kind == "person":
        return redirect(onward(following))
    entry = entry_here()
    if entry is not None and entry.stage != "whole":
        return redirect(url_for("access.step", next=following))
    with reading() as uow:
        return sign_in_form(uow, following)


@pages.post("/sign-in")
@needs(PUBLIC)
def sign_in() -> Response:
    """Check the password; the refusal is the same sentence for unknown accounts."""
    following = safe_next(request.form.get("next"))
    wrong, status = say("Login or password is wrong."), 422
    secret = None
    try:
        secret = _secret(**parse(SignInIn, request.form))
    except Invalid:
        pass
    except TooMany as error:
        wrong, status = error.message, error.status
    if secret is not None:
        return admit(secret, following)
    with reading() as uow:
        return sign_in_form(uow, following, status=status, errors=[translated(wrong)])


def _secret(login: str, password: str) -> str | None:
    """Three acts: the attempt is counted, the password compared without holding up any writer, the session opened."""
    address = request.remote_addr or ""
    with writing() as uow:
        person_id = verbs.person_of_login(uow, login=login)
        verbs.begin_attempt(uow, login=login, address=address, person_id=person_id)
    with reading() as uow:
        proof = verbs.check_password(uow, login=login, password=password)
    if proof is None:
        return None
    with as_owner(proof.person_id) as uow:
        return verbs.sign_in(uow, proof=proof, login=login, address=address, agent=request.user_agent.string)


@pages.get("/sign-in/passkey")
@needs(PUBLIC)
def passkey_options() -> Response:
    """What the browser asks an authenticator for: any passkey of this desk that knows its owner."""
    options = outside().request_options(place(), alone=True)
    with reading() as uow:
        keep_challenge("alone", options, uow.now)
    return FlaskResponse(options, content_type="application/json")


@pages.post("/sign-in/passkey")
@needs(PUBLIC)
def sign_in_by_passkey() -> Response:
    """A passkey alone: it is two factors, for it knows its owner."""
    following, address = safe_next(request.form.get("next")), request.remote_addr or ""
    wrong, status, secret = say("This passkey is not known here, or it was removed."), 422, None
    try:
        data = parse(CredentialIn, request.form)
        with writing() as uow:
            verbs.begin_attempt(uow, login=f"passkey {address}", address=address)
        with writing() as uow:
            key = passkey_shown(uow, data["credential"], purpose="alone")
            if key is not None:
                verbs.forgive_attempts(uow, login=f"passkey {address}", address=address)
        if key is not None:
            with as_owner(key.person_id) as uow:
                secret = verbs.sign_in_as(
                    uow, person_id=key.person_id, method=PASSKEY, address=address, agent=request.user_agent.string
                )
    except Invalid:
        pass
    except (TooMany, Forbidden) as error:
        wrong, status = error.message, error.status
    if secret is not None:
        return admit(secret, following)
    with reading() as uow:
        return sign_in_form(uow, following, status=status, errors=[translated(wrong)])


def sign_in_form(uow: UnitOfWork, following: str, *, status: int = 200, errors: Any = ()) -> Response:
    """The page with the password's form and a button for every other way."""
    login = request.form.get("login", "")[:200]
    return render(
        uow, "core/sign_in.html", status=status, errors=errors, next=following, login=login,
        buttons=ways(uow, "buttons"), left=_left(uow),
    )  # fmt: skip


def _left(uow: UnitOfWork) -> SignInButton | None:
    """Where somebody who has just signed out here may sign out too: of the party by which they came in."""
    key = request.args.get("left", "")
    return next((way for way in ways(uow, "leave") if way.key == key), None) if key else None


@pages.post("/sign-out")
@needs(SIGNED_IN)
def leave() -> Response:
    """End this browser's session."""
    with writing() as uow:
        method = verbs.sign_out(uow, secret=session_secret())
        known = any(way.key == method for way in ways(uow, "leave"))
    session.clear()
    response = redirect(url_for("access.enter", left=method) if known else "/sign-in")
    drop_session(response)
    response.headers["Clear-Site-Data"] = '"storage"'  # drafts: the next person at this desk is another one
    return response
