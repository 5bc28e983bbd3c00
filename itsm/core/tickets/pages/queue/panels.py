"""The tools above the queue: filters, the looks of the list, its file. They cost more than the list, so that each is
made when somebody unfolds it: in place by a script, without one as a page with `open` in its address."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from flask import render_template, request
from werkzeug.wrappers import Response

from itsm.core.access.verbs.roles import role_labels
from itsm.core.people.names import list_teams
from itsm.core.texts import label_text, say
from itsm.core.tickets.pages.blueprint import pages
from itsm.core.tickets.pages.export import USUAL, columns_offered
from itsm.core.tickets.pages.labels import Labels
from itsm.core.tickets.pages.queue.asked import OPEN, Asked
from itsm.core.tickets.pages.queue.columns import ALWAYS as FIXED
from itsm.core.tickets.pages.queue.columns import is_compact, looks_of, names_shown
from itsm.core.tickets.pages.queue.filters import ALWAYS, inputs_of_filters
from itsm.core.tickets.pages.queue.live import is_staff_here, labels_of
from itsm.core.tickets.pages.queue.views import View
from itsm.core.tickets.verbs.lists.order import GROUPS, SORTS
from itsm.core.views.verbs import own_views, read_query
from itsm.core.web import actor, needs, reading
from itsm.core.web.edge import translated
from itsm.core.work.uow import UnitOfWork

FOR_STAFF = ("filter", "view")
PANELS = (*FOR_STAFF, "file")
Errors = Mapping[str, Sequence[str]]


@pages.get("/tickets/tools")
@needs("tickets.read")
def tools() -> Response:
    """The row of tools with the one that `open` names unfolded."""
    asked = Asked.of(request.args)
    with reading() as uow:
        shown = tools_of(uow, asked, labels_of(uow, (), asked), is_staff_here(), request.args.get(OPEN, ""))
        return Response(render_template("core/queue_tools.html", **shown))


def tools_of(
    uow: UnitOfWork, asked: Asked, labels: Labels, staff: bool, unfolded: str, errors: Errors | None = None
) -> Mapping[str, Any]:
    """What `core/queue_tools.html` shows; what is not for this reader stays folded. errors: of filters."""
    offered = PANELS if staff else PANELS[len(FOR_STAFF) :]
    makers = {"filter": _filters, "view": _looks, "file": _file}
    more = makers[unfolded](uow, asked, labels, errors or {}) if unfolded in offered else {}
    return {"asked": asked, "offered": offered, "unfolded": unfolded, "here": asked.here(), **more}


def _filters(uow: UnitOfWork, asked: Asked, labels: Labels, errors: Errors) -> Mapping[str, Any]:
    inputs = inputs_of_filters(uow, labels, asked.filters, errors)
    return {
        "basic": [item for item in inputs if item.name in ALWAYS],
        "extra": [item for item in inputs if item.name not in ALWAYS],
    }


def _looks(uow: UnitOfWork, asked: Asked, labels: Labels, _: Errors) -> Mapping[str, Any]:
    """Order, groups, columns, and the view's name where it is one's own."""
    sorts = [("", translated(say("the newest first")))]
    for name in SORTS:
        sorts += [(name, f"{labels.name(name)} ↑"), (f"-{name}", f"{labels.name(name)} ↓")]
    own = [View(view.name, read_query(view.query), id=view.id) for view in own_views(uow)]
    looks, sharing = looks_of(uow), actor().may("core.configure")
    return {
        "sorts": sorts,
        "groups": [(name, labels.name(name)) for name in GROUPS],
        "names": names_shown(uow, asked, True, looks),
        "columns": [(name, title) for name, title in columns_offered(uow) if name not in FIXED],
        "compact": is_compact(looks),
        "own": next((view for view in own if dict(view.query) == asked.view), None),
        "query": urlencode(asked.view),
        "roles": [(key, label_text(name, labels.locale)) for key, name in role_labels(uow).items()] if sharing else [],
        "teams": [(t.key, label_text(t.label, labels.locale)) for t in list_teams(uow)] if sharing else [],
    }


def _file(uow: UnitOfWork, asked: Asked, labels: Labels, _: Errors) -> Mapping[str, Any]:
    return {"columns": [(name, title, name in USUAL) for name, title in columns_offered(uow)]}
