"""“Confirm it is you”: before dangerous acts a session that proved itself long ago proves itself again."""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any, TypeVar, cast

from flask import Response as FlaskResponse
from flask import make_response, redirect, request
from werkzeug.wrappers import Response

from itsm.core.access import verbs
from itsm.core.access.pages.blueprint import keep_session, pages, renew_session, session_secret
from itsm.core.access.pages.proofs import entry_here, keep_challenge, outside, place, right_factor, right_password
from itsm.core.access.verbs import Entry
from itsm.core.errors import NotSignedIn, TooMany
from itsm.core.texts import say
from itsm.core.web import needs, reading
from itsm.core.web.edge import SIGNED_IN, translated
from itsm.core.web.frame import render, safe_next
from itsm.core.web.inputs import CONFIRMING

V = TypeVar("V", bound=Callable[..., Any])


def confirmed(view: V) -> V:
    """A page or form for who proved a short while ago (`confirm_minutes`) who they are.

    Others are asked first; the form they sent is kept in the question, so that nothing is typed twice. Stands below
    `@needs`. For pages: an API token proves itself with each call.
    """

    @wraps(view)
    def guarded(*args: Any, **more: Any) -> Response:
        entry = _entry()
        if _is_fresh(entry):
            return make_response(view(*args, **more))
        if request.method != "POST":
            return _question(entry, {}, following=request.full_path.rstrip("?"))
        if not any(request.form.get(name) for name in CONFIRMING):
            return _question(entry, _carried())
        wrong = _proved(entry)
        if isinstance(wrong, Response):
            return wrong
        renew_session(wrong)
        response = make_response(view(*args, **more))
        keep_session(response, session_secret())
        return response

    return cast(V, guarded)


@pages.post("/account/confirm")
@needs(SIGNED_IN)
def confirm() -> Response:
    """Proved again: on to the page that asked."""
    following = safe_next(request.form.get("next"), "/account/security")
    wrong = _proved(_entry(), following=following)
    if isinstance(wrong, Response):
        return wrong
    renew_session(wrong)
    response = redirect(following)
    keep_session(response, session_secret())
    return response


@pages.get("/account/confirm/passkey")
@needs(SIGNED_IN)
def confirm_options() -> Response:
    """What the browser asks an authenticator for: a signature of one of this person's passkeys."""
    entry = _entry()
    with reading() as uow:
        held = [key.credential for key in verbs.passkeys_of(uow, person_id=entry.person_id)]
        options = outside().request_options(place(), held=held)
        keep_challenge("factor", options, uow.now)
    return FlaskResponse(options, content_type="application/json")


def _entry() -> Entry:
    entry = entry_here()
    if entry is None:
        raise NotSignedIn(say("Sign in first."))
    return entry


def _is_fresh(entry: Entry) -> bool:
    with reading() as uow:
        return entry.confirmed_at > uow.now - timedelta(minutes=verbs.sign_in_rules(uow).confirm_minutes)


def _proved(entry: Entry, *, following: str = "") -> str | Response | None:
    """The factor that was proved, None for the password, or the question once more."""
    password, code, credential = (request.form.get(name, "")[:20_000] for name in CONFIRMING)
    try:
        if credential or code:
            factor = right_factor(entry, code=code[:60], credential=credential)
            if factor is not None:
                return factor
        elif password and right_password(entry, password[:1000]):
            return None
    except TooMany as error:
        return _question(entry, _carried(), following=following, error=error.message, status=error.status)
    return _question(entry, _carried(), following=following, error=say("That was not right; try again."), status=422)


def _carried() -> list[tuple[str, str]]:
    kept = {"csrf_token", "next", *CONFIRMING}
    return [(name, value) for name, value in request.form.items(multi=True) if name not in kept]


def _question(entry: Entry, carried: Any, *, following: str = "", error: Any = None, status: int = 200) -> Response:
    with reading() as uow:
        return render(
            uow,
            "core/confirm.html",
            status=status,
            carried=carried,
            following=following,
            errors=[translated(error)] if error else [],
            login=entry.login,
            has_password=entry.has_password,
            has_codes=verbs.codes_of(uow, person_id=entry.person_id) is not None,
            has_passkeys=bool(verbs.passkeys_of(uow, person_id=entry.person_id)),
        )
