"""The page of the queue."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from flask import render_template, request
from markupsafe import Markup
from werkzeug.wrappers import Response

from itsm.core.errors import Invalid
from itsm.core.ledger.verbs import newest
from itsm.core.tickets.pages.blueprint import pages
from itsm.core.tickets.pages.queue.asked import OPEN, Asked
from itsm.core.tickets.pages.queue.bulk import bar_of
from itsm.core.tickets.pages.queue.columns import Looks, is_compact, looks_of, names_shown
from itsm.core.tickets.pages.queue.filters import chips
from itsm.core.tickets.pages.queue.live import (
    find_page,
    is_staff_here,
    labels_of,
    list_html,
    live_html,
)
from itsm.core.tickets.pages.queue.panels import tools_of
from itsm.core.tickets.pages.queue.views import views_of
from itsm.core.web import actor, needs, reading
from itsm.core.web.frame import render
from itsm.core.web.in_place import standing, tag_of
from itsm.core.web.inputs import by_field
from itsm.core.work.uow import UnitOfWork


@pages.get("/")
@needs("tickets.read")
def queue() -> Response:
    """Tickets that you may see; without filters the unfinished ones."""
    asked, staff = Asked.of(request.args), is_staff_here()
    with reading() as uow:
        looks = looks_of(uow)
        html, errors = _list(uow, asked, staff, looks)
        labels = labels_of(uow, (), asked)
        unfolded = "filter" if errors and staff else request.args.get(OPEN, "")
        tools = tools_of(uow, asked, labels, staff, unfolded, errors)
        return render(
            uow,
            "core/queue.html",
            status=422 if errors else 200,
            staff=staff,
            live=html,
            dense=is_compact(looks),
            chips=chips(labels, asked),
            errors=[f"{labels.name(n)}: {s}" for n, found in errors.items() for s in found],
            bar=bar_of(uow, labels) if unfolded == "bulk" and actor().holds("tickets.work") else None,
            **tools,
        )


def _list(uow: UnitOfWork, asked: Asked, staff: bool, looks: Looks) -> tuple[Markup, Mapping[str, Sequence[str]]]:
    """The list, or why it cannot be shown as the address asks for it."""
    now = newest(uow.session)
    try:
        names = names_shown(uow, asked, staff, looks)
        shown = replace(asked, shown=names or ("number",))
        html = list_html(uow, shown, names, find_page(uow, shown), now)
    except Invalid as error:
        return Markup(render_template("core/queue_views.html", views=views_of(uow, staff))), by_field(error)  # noqa: S704
    return Markup(live_html(shown, html, tag_of(standing(now, shown), html))), {}  # noqa: S704  (a template's own)
