"""The page of the queue."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from flask import render_template, request
from markupsafe import Markup
from werkzeug.wrappers import Response

from itsm.core.errors import Invalid
from itsm.core.ledger.verbs import newest
from itsm.core.people.verbs import preference
from itsm.core.tickets.pages.blueprint import pages
from itsm.core.tickets.pages.export import USUAL, columns_offered
from itsm.core.tickets.pages.queue.asked import Asked
from itsm.core.tickets.pages.queue.bulk import bar_of
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
from itsm.core.tickets.pages.queue.views import views_of
from itsm.core.web import needs, reading
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
