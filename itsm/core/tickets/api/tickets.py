"""`/api/v1/tickets`: parse, call the verb, answer; nothing else."""

from collections.abc import Iterable, Mapping
from typing import Any

from flask import jsonify, request
from marshmallow import Schema

from itsm.core.hookspecs.declarations import Field
from itsm.core.tickets import forms
from itsm.core.tickets.api.parameters import IDEMPOTENCY, MATCH, PAGE, filter_parameters
from itsm.core.tickets.api.shapes import rows_out, ticket_out
from itsm.core.tickets.verbs import (
    change_ticket,
    count_tickets,
    find_ticket,
    list_tickets,
    open_and_resolve,
    open_ticket,
)
from itsm.core.web import ApiBlueprint, needs, reading, writing
from itsm.core.web.answers import answer_once, matched, paging, tagged
from itsm.core.work.uow import UnitOfWork


def collection(api: ApiBlueprint, opening: Schema, declared: Iterable[Field]) -> None:
    """Open, list, count."""
    filters = filter_parameters(declared)

    @api.route("/tickets", methods=["POST"])
    @needs("tickets.open")
    @api.doc(parameters=[IDEMPOTENCY])
    @api.arguments(opening)
    @api.response(201, forms.TicketOut)
    def open_one(data: dict[str, Any]) -> Any:
        """Open a ticket; with a `resolution` it is resolved in the same act. With an `Idempotency-Key` a repeat gets
        the first answer."""

        def act(uow: UnitOfWork) -> tuple[Mapping[str, Any], int]:
            verb = open_and_resolve if "resolution" in data else open_ticket
            ticket = verb(uow, source="api", **data)
            return ticket_out(uow, ticket), ticket.id

        return answer_once(act, 201, opens=True)

    @api.route("/tickets", methods=["GET"])
    @needs("tickets.read")
    @api.doc(parameters=[*filters, *PAGE])
    @api.response(200, forms.TicketsOut)
    def list_all() -> Any:
        """Tickets that you may see, newest first; filters by field name, `after` and `limit` for paging."""
        with reading() as uow:
            filters, after, limit = paging(request.args)
            page = list_tickets(uow, filters=filters, after=after, limit=limit)
            return jsonify(items=rows_out(uow, page.rows), next=page.next or None)

    @api.route("/tickets/count", methods=["GET"])
    @needs("tickets.read")
    @api.doc(parameters=filters)
    @api.response(200, forms.CountOut)
    def count_all() -> Any:
        """How many tickets match the same filters."""
        with reading() as uow:
            filters, _, _ = paging(request.args)
            return jsonify(count=count_tickets(uow, filters=filters))


def single(api: ApiBlueprint, patching: Schema) -> None:
    """Read and change one."""

    @api.route("/tickets/<int:number>", methods=["GET"])
    @needs("tickets.read")
    @api.response(200, forms.TicketOut)
    def read_one(number: int) -> Any:
        """One ticket; its ETag is what `PATCH` wants in `If-Match`."""
        with reading() as uow:
            return tagged(ticket_out(uow, find_ticket(uow, number=number)))

    @api.route("/tickets/<int:number>", methods=["PATCH"])
    @needs("tickets.work")
    @api.doc(parameters=[{**MATCH, "required": True}])
    @api.arguments(patching)
    @api.response(200, forms.TicketOut)
    def change_one(data: dict[str, Any], number: int) -> Any:
        """Change values; needs `If-Match` with the ETag that you read (or `*`)."""
        changes = {**{k: v for k, v in data.items() if k != "fields"}, **data.get("fields", {})}
        match = matched(required=True)
        with writing() as uow:
            answer = ticket_out(uow, change_ticket(uow, number=number, changes=changes, match=match))
        return tagged(answer)
