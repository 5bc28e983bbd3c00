"""The blueprint of access, and how a session enters a browser and leaves it."""

from flask import Blueprint, flash, g, make_response, redirect, request, session
from werkzeug.wrappers import Response

from itsm.core.access.verbs import advance
from itsm.core.texts import Message
from itsm.core.web.edge import cookie_name, desk, translated, writing
from itsm.core.web.frame import YEAR

pages = Blueprint("access", __name__)
START = "/start"  # where everybody is led to their own first page


def admit(secret: str, following: str = "/") -> Response:
    """The answer that brings a new session's secret into the browser and leads on; to the next step where the sign-in
    lacks one. Whatever was kept for who used this browser before is dropped."""
    session.clear()
    response = redirect(onward(following))
    keep_session(response, secret)
    return response


def onward(following: str) -> str:
    """Where one goes once inside: who asked for no page in particular begins where they like to begin."""
    return START if following == "/" else following


def session_secret() -> str:
    """What opens this browser's session, as it was renewed in this request if it was; '' for none."""
    renewed: str = g.get("session_secret", "")
    return renewed or request.cookies.get(cookie_name(desk().settings), "")


def renew_session(factor: str | None = None) -> None:
    """Something was proved: the session gets a new secret, which the answer must bring (`keep_session`)."""
    with writing() as uow:
        g.session_secret = advance(uow, secret=session_secret(), factor=factor)


def keep_session(response: Response, secret: str) -> None:
    """Bring a session's secret into the browser; when it ends is decided here, not there."""
    keep_cookie(response, cookie_name(desk().settings), secret, YEAR)


def drop_session(response: Response) -> None:
    """Take it out of the browser again."""
    keep_cookie(response, cookie_name(desk().settings), "", 0)


def keep_cookie(response: Response, name: str, value: str, seconds: int) -> None:
    """A cookie that no script reads and no other site sends."""
    secure = desk().settings.secure
    response.set_cookie(name, value, max_age=seconds, httponly=True, samesite="Lax", secure=secure)


def done(message: Message, place: str = "/account") -> Response:
    """Said at the top of the next page."""
    flash(translated(message))
    return make_response(redirect(place))
