"""What happened: `/events` of one ticket and of all, and the OpenAPI page."""

from typing import Any

from flask import current_app, jsonify, request

from itsm.core.ledger.verbs import Cursor, events_after
from itsm.core.tickets import forms
from itsm.core.tickets.api.parameters import PAGE, STREAM
from itsm.core.tickets.api.shapes import event_out
from itsm.core.tickets.verbs import find_ticket
from itsm.core.tickets.verbs.around import visible_history
from itsm.core.web import ApiBlueprint, needs, reading
from itsm.core.web.answers import limit_of
from itsm.core.web.described import page_of
from itsm.core.web.edge import PUBLIC


def stream(api: ApiBlueprint) -> None:
    """History of one, the stream of all, and the OpenAPI page."""

    @api.route("/tickets/<int:number>/events", methods=["GET"])
    @needs("tickets.read")
    @api.response(200, forms.EventsOut)
    def events_of_one(number: int) -> Any:
        """The history of one ticket from its beginning."""
        with reading() as uow:
            ticket = find_ticket(uow, number=number)
            shown = visible_history(uow, ticket)
            return jsonify(items=[event_out(uow, event, texts, ticket=ticket) for event, texts in shown], next="")

    @api.route("/events", methods=["GET"])
    @needs("core.events")
    @api.doc(parameters=[STREAM, *PAGE])
    @api.response(200, forms.EventsOut)
    def events() -> Any:
        """Everything that happened after a cursor, in an order in which nothing appears later in between."""
        with reading() as uow:
            limit = limit_of(request.args.get("limit", "200"), 1000)
            streams = [s for s in request.args.get("stream", "").split(",") if s]
            cursor = Cursor.parse(request.args.get("after", ""))
            found, following = events_after(uow.session, cursor, limit=limit, streams=streams)
            return jsonify(items=[event_out(uow, event) for event in found], next=str(following))

    @api.route("/openapi.json", methods=["GET"])
    @needs(PUBLIC)
    @api.response(200, {"type": "object"})
    def openapi() -> Any:
        """This page: everything that the enabled plugins offer."""
        return jsonify(page_of(current_app))
