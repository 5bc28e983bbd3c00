"""Pages of the incident process: the list of major incidents, and the switch on a ticket."""

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from itsm.plugins import list_tickets, needs, reading, render_page, writing
from itsm_incidents import jobs, verbs

pages = Blueprint("incidents", __name__)


@pages.get("/major")
@needs("tickets.internal")
def major() -> Response:
    """Major incidents, unfinished ones first."""
    with reading() as uow:
        wanted = {"incidents.major": "true"}
        unfinished = list_tickets(uow, filters={**wanted, "category": "unfinished"}).rows
        finished = list_tickets(uow, filters={**wanted, "category": "resolved,closed"}, limit=20).rows
        states = verbs.state_words(uow)
        return render_page(uow, "incidents/major.html", unfinished=unfinished, finished=finished, states=states)


@pages.post("/major/<int:number>")
@needs("incidents.major")
def mark(number: int) -> Response:
    """Mark a major incident, or take the mark away."""
    with writing() as uow:
        jobs.set_major(uow, number, request.form.get("major") == "true")
    return redirect(url_for("tickets.page", number=number))
