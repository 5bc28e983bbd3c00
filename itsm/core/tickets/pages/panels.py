"""What plugins show on a ticket's page: marks beside its title, and panels; the slow ones come after the page."""

from hashlib import sha256
from typing import Any, NamedTuple

from flask import Response, render_template, request
from flask_wtf.csrf import generate_csrf
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
from itsm.core.work.uow import UnitOfWork


class Shown(NamedTuple):
    """A panel on the page; html None for one that failed, which becomes a card. later: it is fetched by its key."""

    key: str
    title: str
    html: Markup | None
    plugin: str
    later: bool = False


def badges_on(uow: UnitOfWork, ticket: Ticket) -> list[tuple[str, str]]:
    """(text, tone); a plugin whose marks failed is named."""
    told = uow.hook.call("ticket_badges", uow=uow, ticket_id=ticket.id)
    marks = sorted((mark for _, mark in told if mark is not None), key=lambda mark: mark.order)
    failed = [(translated(say("{plugin}: failed", plugin=plugin)), "warn") for plugin, mark in told if mark is None]
    return [(label_text(mark.text, locale()), mark.tone) for mark in marks] + failed


def panels(uow: UnitOfWork, place: str, ticket: Ticket) -> list[Shown]:
    """The panels at a place that this actor may see and that have something to show."""
    shown = []
    for panel in uow.registry.panels_at(place):
        if not may_on(actor(), panel.permission, ticket):
            continue
        if panel.slow:
            shown.append(Shown(panel.key, label_text(panel.title, locale()), Markup(), "", later=True))
        elif (made := _made(uow, panel, ticket)) is not None:
            shown.append(made)
    return shown


def _made(uow: UnitOfWork, panel: Panel, ticket: Ticket) -> Shown | None:
    plugin = uow.registry.owners.get(f"panel:{panel.key}", "")
    html = uow.hook.show(plugin, f"panel {panel.key}", _html, uow, panel, ticket)
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
        found = next((one for one in uow.registry.panels if one.key == key and one.slow), None)
        if found is None or not may_on(actor(), found.permission, ticket):
            raise Unknown(say("There is no such panel."))
        html = render_template("core/ticket_panel.html", panel=_made(uow, found, ticket), key=key)
    answer = Response(html, content_type="text/html")
    shown = html.replace(generate_csrf(), "")  # the token of its forms is another one each second
    answer.set_etag(sha256(shown.encode()).hexdigest()[:20])
    return answer.make_conditional(request)  # type: ignore[return-value]
