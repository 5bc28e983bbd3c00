"""The list of planned moves."""

from flask import Blueprint
from werkzeug.wrappers import Response

from itsm.plugins import list_tickets, needs, reading, render_page

pages = Blueprint("moves", __name__)


@pages.get("/")
@needs("tickets.work")
def planned() -> Response:
    """Moves that are not over, by their day."""
    with reading() as uow:
        rows = list_tickets(uow, filters={"kind": "move", "category": "unfinished"}, limit=200).rows
        return render_page(uow, "moves/planned.html", moves=sorted(rows, key=lambda r: r.fields.get("moves.on", "9")))
