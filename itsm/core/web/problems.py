"""Errors as answers: RFC 9457 problem details for the API, a page for people."""

import errno
import math
from dataclasses import replace
from http import HTTPStatus
from typing import Any

from flask import Flask, Response, current_app, g, json, render_template, request
from marshmallow import ValidationError
from sqlalchemy.exc import DataError, OperationalError
from werkzeug.exceptions import HTTPException

from itsm.core.errors import DeskError, Invalid, NotSignedIn, Refusal, TooMany
from itsm.core.logs import kind_of
from itsm.core.refusals import refusals_of
from itsm.core.texts import Message, label_text, say
from itsm.core.web.edge import channel, desk, locale, translated

TYPE = "application/problem+json"
NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
# How SQLite and PostgreSQL say it; the former's I/O errors are those of writing alone.
FULL = ("database or disk is full", "disk i/o error", "no space left on device", "could not extend file")
QUOTED = {"en": "“{}”", "ru": "«{}»"}
# What people are told of errors that say nothing themselves; programs get the exact sentence.
FRIENDLY = {
    400: (say("This could not be read"), say("Go back, load the page again and send the form once more.")),
    403: (say("Not allowed"), say("Ask an administrator for the permission.")),
    404: (say("There is no such page"), say("The address is wrong, or what stood here is not visible to you.")),
    405: (say("Not possible here"), say("This address is not for that.")),
    409: (say("Conflict"), say("As things stand now this is not possible. Look at the page again, then decide.")),
    412: (say("Changed since it was read"), say("Somebody changed it meanwhile. Load the page again, then decide.")),
    413: (say("Too large"), say("What was sent is larger than this desk accepts.")),
    422: (say("Input refused"), say("Go back and look at what was typed; nothing was changed.")),
    428: (say("The page is too old"), say("Load it again, then send the form once more; nothing was changed.")),
    429: (say("Too many attempts"), say("Wait a minute, then try again.")),
    503: (say("Not ready"), say("The desk is being prepared; try again in a minute.")),
}


def problem(status: int, title: str, detail: str = "", errors: list[dict[str, str]] | None = None) -> Response:
    """A problem document: type, title, status, detail, and one entry per field in `errors`."""
    body: dict[str, Any] = {"type": "about:blank", "title": title, "status": status}
    if detail:
        body["detail"] = detail
    if errors:
        body["errors"] = errors
    if g.get("request_id"):
        body["request_id"] = g.request_id
    return Response(json.dumps(body), status, content_type=TYPE)


def fields_of(refusals: tuple[Refusal, ...] | list[Refusal]) -> list[dict[str, str]]:
    """Refusals as `{"field", "message", "source"}`, in the language of this answer."""
    return [{"field": r.field, "message": translated(r.message), "source": r.source} for r in refusals]


def install(app: Flask) -> None:
    """Answer every error in the shape of its door."""
    app.register_error_handler(DeskError, _desk_error)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(ValidationError, lambda e: _desk_error(Invalid(refusals=refusals_of(e.messages))))
    app.register_error_handler(OperationalError, _database_away)
    app.register_error_handler(OSError, _out_of_room)
    app.register_error_handler(DataError, lambda _: _desk_error(Invalid(say("A value is out of range."))))
    app.register_error_handler(Exception, _unforeseen)


def _desk_error(error: DeskError) -> Response:
    refusals = fields_of(error.refusals)
    title, detail = _told(error)
    response = _answer(error.status, title, detail, refusals)
    if isinstance(error, NotSignedIn):
        response.headers["WWW-Authenticate"] = "Bearer"
    if isinstance(error, TooMany):
        response.headers["Retry-After"] = str(math.ceil(error.wait))
    return response


def _told(error: DeskError) -> tuple[str, str]:
    """Title and sentence; people get one where the error itself has none, and are told why something may be away."""
    detail = translated(_for_people(error.message)) if error.message.msgid else ""
    if channel() == "api" or error.status not in FRIENDLY:
        return translated(error.title), detail
    title, friendly = (translated(text) for text in FRIENDLY[error.status])
    if error.status == 428:
        return title, friendly
    return translated(error.title), f"{detail} {friendly}".strip() if error.status == 404 else detail or friendly


def _for_people(message: Message) -> Message:
    """The same sentence; where it names a permission, people read what that is called, programs its code."""
    named = desk().registry.permissions.get(message.values.get("permission", ""))
    if named is None or channel() == "api":
        return message
    return replace(
        message, values={**message.values, "permission": QUOTED[locale()].format(label_text(named.label, locale()))}
    )


def _http_error(error: HTTPException) -> Response:
    if error.code is None or error.code < 400:
        return error.get_response()  # type: ignore[return-value]
    messages = getattr(error, "data", {}).get("messages")
    if messages:
        return _desk_error(Invalid(refusals=refusals_of(messages)))
    title, detail = HTTPStatus(error.code).phrase, error.description or ""
    if channel() != "api" and error.code in FRIENDLY:
        title, detail = (translated(text) for text in FRIENDLY[error.code])
    response = _answer(error.code, translated(title), translated(detail), [])
    for name, value in error.get_headers():
        if name.lower() in ("allow", "retry-after", "www-authenticate"):
            response.headers[name] = value
    return response


def _database_away(error: OperationalError) -> Response:
    current_app.logger.error("the database does not answer: %s", kind_of(error))
    if any(word in str(error.orig).lower() for word in FULL):
        return _no_room()
    response = _answer(503, translated("Not ready"), translated(say("The database does not answer; try again.")), [])
    response.headers["Retry-After"] = "2"
    return response


def _out_of_room(error: OSError) -> Response:
    if error.errno not in NO_ROOM:
        return _unforeseen(error)
    current_app.logger.error("no room: %s", error)
    return _no_room()


def _no_room() -> Response:
    """Nothing was changed: what was begun in the database is rolled back, half a file is removed."""
    detail = say("There is no room left on the disk; nothing was changed. The administrator must make room.")
    return _answer(507, translated(say("No room")), translated(detail), [])


def _unforeseen(error: Exception) -> Response:
    current_app.logger.exception("unforeseen error", exc_info=error)
    return _answer(500, translated("Internal error"), translated(say("This is our fault; it was noted.")), [])


def _answer(status: int, title: str, detail: str, errors: list[dict[str, str]]) -> Response:
    if channel() == "api" or request.path in ("/healthz", "/readyz"):
        return problem(status, title, detail, errors)
    told = {"status": status, "title": title, "detail": detail, "errors": errors}
    page = render_template("core/problem.html", **told, request_id=g.get("request_id", ""))
    return Response(page, status)
