"""What every page stands on: the frame with its navigation, looks and language, and where a form leads afterwards."""

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, render_template, request, url_for

from itsm.core.hookspecs.declarations import NavEntry
from itsm.core.hookspecs.shows import NavMark
from itsm.core.web import edge
from itsm.core.web.edge import PUBLIC, SIGNED_IN
from itsm.core.work.uow import UnitOfWork

THEMES = ("auto", "light", "dark")
THEME_COOKIE = "itsm_theme"
MANAGED = 100  # entries of the navigation from this order on are those of administrators
YEAR = 365 * 24 * 3600


def install(app: Flask) -> None:
    """Give the frame's own values to all templates."""
    app.context_processor(
        lambda: {
            "me": edge.actor(),
            "lang": edge.locale(),
            "theme": theme(),
            "navigation": navigation,
            "nav_marks": {},
            "here": request.full_path.rstrip("?") if request.method == "GET" else request.path,
        }
    )


def theme() -> str:
    """The looks that this browser chose: auto (as the system says), light or dark."""
    chosen = request.cookies.get(THEME_COOKIE, "auto")
    return chosen if chosen in THEMES else "auto"


def navigation(marks: Mapping[str, int]) -> list[dict[str, Any]]:
    """The entries that this actor may follow, in their explicit order; from `MANAGED` on they stand under *Manage*."""
    return [
        {
            "title": entry.title,
            "url": url_for(entry.endpoint),
            "current": request.endpoint == entry.endpoint,
            "manage": entry.order >= MANAGED,
            "mark": marks.get(entry.endpoint, 0),
        }
        for entry in may_follow()
    ]


def may_follow() -> list[NavEntry]:
    """The entries of the navigation that lead this actor somewhere, in their order."""
    ordered = sorted(edge.desk().registry.nav, key=lambda entry: (entry.order, entry.endpoint))
    return [entry for entry in ordered if entry.endpoint in current_app.view_functions and _may(entry)]


def _may(entry: NavEntry) -> bool:
    who = edge.actor()
    if entry.permission == PUBLIC:
        return True
    return who.kind == "person" and (entry.permission == SIGNED_IN or who.holds(entry.permission))


def render(uow: UnitOfWork, template: str, /, *, status: int = 200, **context: Any) -> Response:
    """A page of the desk; `template` extends `core/frame.html`."""
    told: Iterable[tuple[str, NavMark | None]] = []
    if edge.actor().kind == "person":
        told = uow.hook.call("nav_marks", uow=uow)
    marks = {mark.endpoint: mark.count for _, mark in told if mark is not None}
    html = render_template(template, nav_marks=marks, rendered_at=uow.now, **context)
    return Response(html, status, content_type="text/html")


def safe_next(text: str | None, default: str = "/") -> str:
    """Where to go after a form: a path of this desk and nothing else."""
    if not text or not text.startswith("/") or text.startswith(("//", "/\\")) or len(text) > 2000:
        return default
    if any(ord(c) < 32 or ord(c) == 127 or c == "\\" for c in text):
        return default
    parts = urlsplit(text)
    return text if not parts.scheme and not parts.netloc else default
