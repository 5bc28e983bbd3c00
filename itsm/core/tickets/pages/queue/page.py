"""The page of the queue."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from flask import render_template, request
from markupsafe import Markup
from werkzeug.wrappers import Response

from itsm.core.access.verbs.roles import role_labels
from itsm.core.errors import Invalid
from itsm.core.ledger.verbs import newest
from itsm.core.people.names import list_teams
from itsm.core.people.verbs import preference
from itsm.core.texts import label_text, say
from itsm.core.tickets.pages.blueprint import pages
from itsm.core.tickets.pages.export import USUAL, columns_offered
from itsm.core.tickets.pages.labels import Labels
from itsm.core.tickets.pages.queue.asked import Asked
from itsm.core.tickets.pages.queue.bulk import bar_of
from itsm.core.tickets.pages.queue.columns import ALWAYS as FIXED
from itsm.core.tickets.pages.queue.columns import PREFERENCE, names_shown
from itsm.core.tickets.pages.queue.filters import ALWAYS, chips, inputs_of_filters
from itsm.core.tickets.pages.queue.live import (
    find_page,
    is_staff_here,
    labels_of,
    list_html,
    live_html,
    standing_tag,
)
from itsm.core.tickets.pages.queue.views import View, views_of
from itsm.core.tickets.verbs.lists.order import GROUPS, SORTS
from itsm.core.views.verbs import own_views, read_query
from itsm.core.web import actor, needs, reading
from itsm.core.web.edge import translated
from itsm.core.web.frame import render
from itsm.core.web.inputs import by_field
from itsm.core.work.uow import UnitOfWork


@pages.get("/")
@needs("tickets.read")
def queue() -> Response:
    """Tickets that you may see; without filters the unfinished ones."""
    asked, staff = Asked.of(request.args), is_staff_here()
    with reading() as uow:
        html, errors = _list(uow, asked, staff)
        labels = labels_of(uow, (), asked)
        inputs = inputs_of_filters(uow, labels, asked.filters, errors) if staff else []
        named = {item.name for item in inputs}
        return render(
            uow,
            "core/queue.html",
            status=422 if errors else 200,
            staff=staff,
            live=html,
            asked=asked,
            compact=preference(uow, PREFERENCE).get("density") == "compact",
            basic=[item for item in inputs if item.name in ALWAYS],
            extra=[item for item in inputs if item.name not in ALWAYS],
            chips=chips(labels, asked),
            bar=bar_of(uow, labels),
            **(_tools(uow, asked, labels) if staff and not errors else {}),
            errors=[f"{labels.name(n)}: {s}" for n, found in errors.items() for s in found],
            strange=sorted(set(errors) - named),
            columns=[(name, title, name in USUAL) for name, title in columns_offered(uow)],
        )


def _list(uow: UnitOfWork, asked: Asked, staff: bool) -> tuple[Markup, Mapping[str, Sequence[str]]]:
    """The list, or why it cannot be shown as the address asks for it."""
    now = newest(uow.session)
    try:
        shown = replace(asked, shown=names_shown(uow, asked, staff) or ("number",))
        html, digest = list_html(uow, shown, find_page(uow, shown), now)
    except Invalid as error:
        return Markup(render_template("core/queue_views.html", views=views_of(uow, staff))), by_field(error)  # noqa: S704
    return Markup(live_html(shown, html, f"{standing_tag(shown, now)}.{digest}")), {}  # noqa: S704  (a template's own)


def _tools(uow: UnitOfWork, asked: Asked, labels: Labels) -> Mapping[str, Any]:
    """What the panel of the view shows: order, groups, columns, and the view's name where it is one's own."""
    sorts = [("", translated(say("the newest first")))]
    for name in SORTS:
        sorts += [(name, f"{labels.name(name)} ↑"), (f"-{name}", f"{labels.name(name)} ↓")]
    own = [View(view.name, read_query(view.query), id=view.id) for view in own_views(uow)]
    sharing = actor().may("core.configure")
    return {
        "sorts": sorts,
        "groups": [(name, labels.name(name)) for name in GROUPS],
        "names": names_shown(uow, asked, True),
        "offered": [(name, title) for name, title in columns_offered(uow) if name not in FIXED],
        "own": next((view for view in own if dict(view.query) == asked.view), None),
        "query": urlencode(asked.view),
        "roles": [(key, label_text(name, labels.locale)) for key, name in role_labels(uow).items()] if sharing else [],
        "teams": [(t.key, label_text(t.label, labels.locale)) for t in list_teams(uow)] if sharing else [],
    }
