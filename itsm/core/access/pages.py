"""Sign in and out, one's own account, tokens, language and appearance."""

from typing import Any
from zoneinfo import available_timezones

from flask import Blueprint, current_app, flash, make_response, redirect, request, session
from werkzeug.wrappers import Response

from itsm.core.access import verbs
from itsm.core.access.schemas import OwnSettingsIn, SignInIn, TokenIn
from itsm.core.errors import Invalid, TooMany
from itsm.core.people.verbs import change_own_settings
from itsm.core.texts import LOCALES, Message, say
from itsm.core.web import actor, desk, needs, reading, writing
from itsm.core.web.edge import COOKIE, LANGUAGE_COOKIE, PUBLIC, SIGNED_IN, translated
from itsm.core.web.frame import THEME_COOKIE, THEMES, YEAR, render, safe_next
from itsm.core.web.inputs import by_field, parse
from itsm.core.work.uow import UnitOfWork

pages = Blueprint("access", __name__)


@pages.get("/sign-in")
@needs(PUBLIC)
def enter() -> Response:
    """The form; who is signed in already goes on."""
    following = safe_next(request.args.get("next"))
    if actor().kind == "person":
        return redirect(following)
    with reading() as uow:
        return _sign_in_form(uow, following)


@pages.post("/sign-in")
@needs(PUBLIC)
def sign_in() -> Response:
    """Check the password; the refusal is the same sentence for unknown accounts."""
    following = safe_next(request.form.get("next"))
    wrong, status = say("Login or password is wrong."), 422
    secret = None
    try:
        data = parse(SignInIn, request.form)
        with writing() as uow:
            agent = request.user_agent.string
            secret = verbs.sign_in(uow, **data, address=request.remote_addr or "", agent=agent)
    except Invalid:
        pass
    except TooMany as error:
        wrong, status = error.message, error.status
    if secret is None:
        with reading() as uow:
            return _sign_in_form(uow, following, status=status, errors=[translated(wrong)])
    session.clear()
    response = redirect(following)
    _keep(response, COOKIE, secret, int(verbs.SESSION_FOR.total_seconds()))
    return response


def _sign_in_form(uow: UnitOfWork, following: str, *, status: int = 200, errors: Any = ()) -> Response:
    login = request.form.get("login", "")[:200]
    return render(uow, "core/sign_in.html", status=status, errors=errors, next=following, login=login)


@pages.post("/sign-out")
@needs(SIGNED_IN)
def leave() -> Response:
    """End this browser's session."""
    with writing() as uow:
        verbs.sign_out(uow, secret=request.cookies.get(COOKIE, ""))
    session.clear()
    response = redirect("/sign-in")
    response.delete_cookie(COOKIE)
    return response


@pages.post("/looks")
@needs(PUBLIC)
def looks() -> Response:
    """Choose language and appearance: the language of a person is theirs, all else is this browser's."""
    response = redirect(safe_next(request.form.get("next")))
    language, theme = request.form.get("language", ""), request.form.get("theme", "")
    if language in LOCALES:
        _keep(response, LANGUAGE_COOKIE, language, YEAR)
        if actor().kind == "person":
            with writing() as uow:
                change_own_settings(uow, locale=language)
    if theme in THEMES:
        _keep(response, THEME_COOKIE, theme, YEAR)
    return response


def _keep(response: Response, name: str, value: str, seconds: int) -> None:
    secure = bool(current_app.config["SESSION_COOKIE_SECURE"])
    response.set_cookie(name, value, max_age=seconds, httponly=True, samesite="Lax", secure=secure)


@pages.get("/account")
@needs(SIGNED_IN)
def account() -> Response:
    """Language, appearance, zone, and the tokens that still work."""
    with reading() as uow:
        return _account(uow)


def _account(uow: UnitOfWork, *, status: int = 200, **more: Any) -> Response:
    held = [p for p in uow.registry.permissions.values() if actor().may(p.name)]
    context = {"errors": {}, "typed": {}, "secret": "", **more}
    return render(
        uow,
        "core/account.html",
        status=status,
        account=verbs.own_login(uow),
        tokens=verbs.own_tokens(uow),
        permissions=sorted(held, key=lambda p: p.name),
        zones=sorted(z for z in available_timezones() if "/" in z and not z.startswith(("Etc/", "posix", "right"))),
        timezone=actor().timezone,
        desk_zone=desk().settings.timezone,
        **context,
    )


@pages.post("/account")
@needs(SIGNED_IN)
def own_settings() -> Response:
    """Save one's own zone."""
    try:
        with writing() as uow:
            change_own_settings(uow, **parse(OwnSettingsIn, request.form))
    except Invalid as error:
        return _refused("timezone", error)
    return _done(say("Saved."))


@pages.post("/account/tokens")
@needs(SIGNED_IN)
def make_token() -> Response:
    """Make a token; its secret is on this one answer only."""
    form = request.form.copy()
    if not form.get("days"):
        form.poplist("days")
    try:
        data = parse(TokenIn, form)
        with writing() as uow:
            person = actor().person_id or 0
            secret = verbs.add_token(uow, person_id=person, **{**data, "scopes": data["scopes"] or ["*"]})
    except Invalid as error:
        return _refused("token", error)
    with reading() as uow:
        return _account(uow, secret=secret)


def _refused(form: str, error: Invalid) -> Response:
    sentences = [sentence for found in by_field(error).values() for sentence in found]
    with reading() as uow:
        return _account(uow, status=422, errors={form: sentences}, typed=request.form)


@pages.post("/account/tokens/<int:token_id>/revoke")
@needs(SIGNED_IN)
def end_token(token_id: int) -> Response:
    """End a token at once."""
    with writing() as uow:
        verbs.revoke_token(uow, token_id=token_id)
    return _done(say("The token is revoked."))


def _done(message: Message) -> Response:
    flash(translated(message))
    return make_response(redirect("/account"))
