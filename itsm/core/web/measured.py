"""One line in the log and one measure for each request: its route and what became of it, nothing that was typed."""

import logging
import re
import time
from uuid import uuid4

import structlog
from flask import Flask, Response, g, request

from itsm.core.act import NOBODY
from itsm.core.web.edge import WebDesk
from itsm.core.web.limits import PROBES

LOG = logging.getLogger("itsm")
REQUEST_ID = re.compile(r"\A[\w.-]{1,64}\Z")
STATIC = "static_file"


def install(app: Flask, desk: WebDesk) -> None:
    """Measure every request of `app` from before anything is done until its answer is ready."""
    owners = {getattr(routes.blueprint, "name", plugin): plugin for plugin, routes in desk.registry.routes}
    app.before_request(_begin)
    app.after_request(lambda answer: _end(answer, desk, owners.get(request.blueprint or "", "core")))


def _begin() -> None:
    """Its id is the caller's, if that is one; it stands on all lines, events and background jobs of the request."""
    given = request.headers.get("X-Request-Id", "")
    g.request_id = given if REQUEST_ID.match(given) else uuid4().hex
    g.actor = NOBODY
    g.began = time.perf_counter()
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=g.request_id)


def _end(answer: Response, desk: WebDesk, plugin: str) -> Response:
    seconds = time.perf_counter() - g.began
    kind = kind_of_request()
    desk.requests.note((kind, plugin, request.method, answer.status_code), seconds)
    about = {
        "method": request.method,
        "route": request.url_rule.rule if request.url_rule else "",  # never the path: it holds names and addresses
        "status": answer.status_code,
        "ms": round(seconds * 1000, 1),
        "actor": g.actor.person_id,
        "plugin": plugin,
    }
    LOG.log(logging.DEBUG if kind in ("probe", "static") else logging.INFO, "request", extra=about)
    structlog.contextvars.clear_contextvars()
    return answer


def kind_of_request() -> str:
    """api, page, probe, static, or unknown where there is no such route."""
    if request.url_rule is None:
        return "unknown"
    if request.path in PROBES:
        return "probe"
    if request.endpoint == STATIC:
        return "static"
    return "api" if request.path.startswith("/api/") else "page"
