"""What plugins show on a ticket's page and on the home: marks, and panels; the slow ones come after the page."""

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

from flask import Response, render_template, request, url_for
from markupsafe import Markup

from itsm.core.errors import Unknown
from itsm.core.hookspecs.declarations import Panel
from itsm.core.texts import label_text, say
from itsm.core.tickets.models import Ticket
from itsm.core.tickets.pages.blueprint import pages
from itsm.core.tickets.seen import may_on
from itsm.core.tickets.verbs import find_ticket
from itsm.core.web import actor, needs, reading
from itsm.core.web.edge import locale, translated
from itsm.core.web.in_place import digest
from itsm.core.work.uow import UnitOfWork


class Shown(NamedTuple):
    """A panel on the page; html None for one that failed, which becomes a card. later: where it is fetched."""

    key: str
    title: str
    html: Markup | None
    plugin: str
    later: str = ""


def badges_on(uow: UnitOfWork, ticket: Ticket) -> list[tuple[str, str]]:
    """(text, tone); a plugin whose marks failed is named."""
    told = uow.hook.call("ticket_badges", uow=uow, ticket_id=ticket.id)
    marks = sorted((mark for _, mark in told if mark is not None), key=lambda mark: mark.order)
    failed = [(translated(say("{plugin}: failed", plugin=plugin)), "warn") for plugin, mark in told if mark is None]
    return [(label_text(mark.text, locale()), mark.tone) for mark in marks] + failed


def panels(uow: UnitOfWork, place: str, ticket: Ticket) -> list[Shown]:
    """The panels at a place that this actor may see and that have something to show."""
    later = partial(url_for, "tickets.panel", number=ticket.id)
    return _at(uow, place, ticket, lambda permission: may_on(actor(), permission, ticket), later)


def home_panels(uow: UnitOfWork) -> list[Shown]:
    """Those of the home, which are about nothing but the reader."""
    return _at(uow, "home", None, actor().holds, partial(url_for, "tickets.home_panel"))


def _at(
    uow: UnitOfWork, place: str, subject: Ticket | None, may: Callable[[str], bool], later: Callable[..., str]
) -> list[Shown]:
    shown = []
    for panel in uow.registry.panels_at(place):
        if not may(panel.permission):
            continue
        if panel.slow:
            title = label_text(panel.title, locale())
            shown.append(Shown(panel.key, title, Markup(), "", later=later(key=panel.key)))
        elif (made := _made(uow, panel, subject)) is not None:
            shown.append(made)
    return shown


def _made(uow: UnitOfWork, panel: Panel, subject: Ticket | None) -> Shown | None:
    plugin = uow.registry.owners.get(f"panel:{panel.key}", "")
    html = uow.hook.show(plugin, f"panel {panel.key}", _html, uow, panel, subject)
    if html is None:
        return None
    return Shown(panel.key, label_text(panel.title, locale()), html if isinstance(html, Markup) else None, plugin)


def _html(uow: UnitOfWork, panel: Panel, subject: Any) -> Markup | None:
    """Context and template of a panel in one guarded call: a broken template is the plugin's fault too."""
    context = panel.context(uow, subject)
    return None if context is None else Markup(render_template(panel.template, subject=subject, **context))  # noqa: S704


@pages.get("/tickets/<int:number>/panels/<key>")
@needs("tickets.read")
def panel(number: int, key: str) -> Response:
    """One slow panel by itself; who holds it already is told so."""
    with reading() as uow:
        ticket = find_ticket(uow, number=number)
        return _alone(uow, key, ticket, lambda one: one.place != "home" and may_on(actor(), one.permission, ticket))


@pages.get("/my/panels/<key>")
@needs("tickets.read")
def home_panel(key: str) -> Response:
    """One slow panel of the home by itself."""
    with reading() as uow:
        return _alone(uow, key, None, lambda one: one.place == "home" and actor().holds(one.permission))


def _alone(uow: UnitOfWork, key: str, subject: Ticket | None, may: Callable[[Panel], bool]) -> Response:
    found = next((one for one in uow.registry.panels if one.key == key and one.slow), None)
    if found is None or not may(found):
        raise Unknown(say("There is no such panel."))
    html = render_template("core/panel.html", panel=_made(uow, found, subject), key=key)
    answer = Response(html, content_type="text/html")
    answer.set_etag(digest(html))
    return answer.make_conditional(request)  # type: ignore[return-value]
