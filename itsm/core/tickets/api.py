"""`/api/v1/tickets` and `/api/v1/events`: parse, call the verb, answer; nothing else."""

from collections.abc import Callable, Mapping
from typing import Any

from flask import Response, current_app, jsonify, request
from marshmallow import Schema
from sqlalchemy import Row

from itsm.core.errors import Invalid, MatchRequired, Stale
from itsm.core.hookspecs.registry import Registry
from itsm.core.intake.verbs import settle, take_in
from itsm.core.ledger.models import Event
from itsm.core.ledger.verbs import Cursor, events_after, history
from itsm.core.texts import say
from itsm.core.tickets import forms
from itsm.core.tickets.models import Ticket
from itsm.core.tickets.values import COLUMNS
from itsm.core.tickets.verbs import (
    add_comment,
    change_ticket,
    claim_ticket,
    count_tickets,
    find_ticket,
    list_tickets,
    move_ticket,
    open_ticket,
)
from itsm.core.web import ApiBlueprint, actor, needs, reading, writing
from itsm.core.web.edge import PUBLIC
from itsm.core.work.uow import UnitOfWork

PAGING = ("after", "limit")


def api_blueprint(registry: Registry) -> ApiBlueprint:
    """The core's API for the fields of this desk."""
    api = ApiBlueprint("tickets", __name__, description="Tickets: one window for all requests")
    declared = list(registry.fields_of("ticket").values())
    _collection(api, forms.open_schema(declared)())
    _one(api, forms.patch_schema(declared)())
    _acts(api, forms.transition_schema(declared)())
    _stream(api)
    return api


def _collection(api: ApiBlueprint, opening: Schema) -> None:
    @api.route("/tickets", methods=["POST"])
    @needs("tickets.open")
    @api.arguments(opening)
    @api.response(201, forms.TicketOut)
    def open_one(data: dict[str, Any]) -> Any:
        """Open a ticket. With an `Idempotency-Key` a repeat gets the first answer."""

        def act(uow: UnitOfWork) -> tuple[Mapping[str, Any], int]:
            ticket = open_ticket(uow, source="api", **data)
            return ticket_out(ticket), ticket.id

        return answer_once(data, act, 201)

    @api.route("/tickets", methods=["GET"])
    @needs("tickets.read")
    @api.response(200, forms.TicketsOut)
    def list_all() -> Any:
        """Tickets that you may see, newest first; filters by field name, `after` and `limit` for paging."""
        with reading() as uow:
            filters, after, limit = paging(request.args)
            page = list_tickets(uow, filters=filters, after=after, limit=limit)
            return jsonify(items=[row_out(row) for row in page.rows], next=page.next or None)

    @api.route("/tickets/count", methods=["GET"])
    @needs("tickets.read")
    @api.response(200, forms.CountOut)
    def count_all() -> Any:
        """How many tickets match the same filters."""
        with reading() as uow:
            filters, _, _ = paging(request.args)
            return jsonify(count=count_tickets(uow, filters=filters))


def _one(api: ApiBlueprint, patching: Schema) -> None:
    @api.route("/tickets/<int:number>", methods=["GET"])
    @needs("tickets.read")
    @api.response(200, forms.TicketOut)
    def read_one(number: int) -> Any:
        """One ticket; its ETag is what `PATCH` wants in `If-Match`."""
        with reading() as uow:
            return tagged(ticket_out(find_ticket(uow, number=number)))

    @api.route("/tickets/<int:number>", methods=["PATCH"])
    @needs("tickets.work")
    @api.arguments(patching)
    @api.response(200, forms.TicketOut)
    def change_one(data: dict[str, Any], number: int) -> Any:
        """Change values; needs `If-Match` with the ETag that you read (or `*`)."""
        changes = {**{k: v for k, v in data.items() if k != "fields"}, **data.get("fields", {})}
        match = matched(required=True)
        with writing() as uow:
            answer = ticket_out(change_ticket(uow, number=number, changes=changes, match=match))
        return tagged(answer)


def _acts(api: ApiBlueprint, moving: Schema) -> None:
    @api.route("/tickets/<int:number>/transitions", methods=["POST"])
    @needs("tickets.work")
    @api.arguments(moving)
    @api.response(200, forms.TicketOut)
    def move_one(data: dict[str, Any], number: int) -> Any:
        """Run a transition, setting values with it; all refusals come at once."""
        match = matched(required=False)
        own = ("transition", "fields", "comment", "reason")
        changes = {**{k: v for k, v in data.items() if k not in own}, **data.get("fields", {})}

        def act(uow: UnitOfWork) -> tuple[Mapping[str, Any], int]:
            ticket = move_ticket(uow, number=number, transition=data["transition"], changes=changes, match=match)
            if data.get("comment"):
                add_comment(uow, number=number, body=data["comment"])
            return ticket_out(ticket), ticket.id

        return answer_once({"number": number, **data}, act, 200, reason=data.get("reason", ""))

    @api.route("/tickets/<int:number>/claim", methods=["POST"])
    @needs("tickets.work")
    @api.response(200, forms.TicketOut)
    def claim_one(number: int) -> Any:
        """Take a ticket that nobody has; of many at once one wins, the others get 409."""
        with writing() as uow:
            answer = ticket_out(claim_ticket(uow, number=number))
        return tagged(answer)

    @api.route("/tickets/<int:number>/comments", methods=["POST"])
    @needs("tickets.comment")
    @api.arguments(forms.CommentIn())
    @api.response(201, forms.CommentOut)
    def comment_one(data: dict[str, Any], number: int) -> Any:
        """Add a public comment or an internal note."""

        def act(uow: UnitOfWork) -> tuple[Mapping[str, Any], int]:
            done = add_comment(uow, number=number, body=data["body"], public=data["public"])
            made = {"public": data["public"], "created_at": uow.now.isoformat()}
            return {"id": done.comment and done.comment.id, "ticket": done.ticket.id, **made}, done.ticket.id

        return answer_once({"number": number, **data}, act, 201)


def _stream(api: ApiBlueprint) -> None:
    @api.route("/tickets/<int:number>/events", methods=["GET"])
    @needs("tickets.read")
    @api.response(200, forms.EventsOut)
    def events_of_one(number: int) -> Any:
        """The history of one ticket from its beginning."""
        with reading() as uow:
            find_ticket(uow, number=number)
            shown = [pair for pair in history(uow.session, "ticket", number) if _may_see(pair[0])]
            return jsonify(items=[event_out(event, texts) for event, texts in shown], next="")

    @api.route("/events", methods=["GET"])
    @needs("core.events")
    @api.response(200, forms.EventsOut)
    def events() -> Any:
        """Everything that happened after a cursor, in an order in which nothing appears later in between."""
        with reading() as uow:
            limit = _limit(request.args.get("limit", "200"), 1000)
            streams = [s for s in request.args.get("stream", "").split(",") if s]
            cursor = Cursor.parse(request.args.get("after", ""))
            found, following = events_after(uow.session, cursor, limit=limit, streams=streams)
            return jsonify(items=[event_out(event) for event in found], next=str(following))

    @api.route("/openapi.json", methods=["GET"])
    @needs(PUBLIC)
    def openapi() -> Any:
        """This page: everything that the enabled plugins offer."""
        return jsonify(current_app.extensions["flask-smorest"]["apis"][""]["ext_obj"].spec.to_dict())


def answer_once(
    data: Mapping[str, Any], act: Callable[[UnitOfWork], tuple[Mapping[str, Any], int]], status: int, reason: str = ""
) -> Response:
    """Run `act` in one transaction; with an Idempotency-Key a repeat is answered like the first one."""
    key = request.headers.get("Idempotency-Key")
    with writing(reason) as uow:
        if key is not None:
            content = [request.method, request.path, request.get_json(silent=True)]
            earlier = take_in(uow, source=f"api:{actor().person_id}", key=key, content=content)
            if earlier is not None:
                return tagged(earlier["body"], earlier["status"])
        body, ticket_id = act(uow)
        uow.flush()
        if key is not None:
            outcome = "opened" if status == 201 and "kind" in data else "added"
            settle(uow, outcome=outcome, ticket_id=ticket_id, answer={"body": dict(body), "status": status})
    return tagged(body, status)


def tagged(body: Mapping[str, Any], status: int = 200) -> Response:
    """A JSON answer, with the ETag of its version and, when it was made, its address."""
    response = jsonify(body)
    response.status_code = status
    if "version" in body:
        response.set_etag(str(body["version"]))
        if status == 201:
            response.headers["Location"] = f"/api/v1/tickets/{body['number']}"
    return response


def matched(*, required: bool) -> int | None:
    """The version in If-Match; None for `*` or, where it is not required, for none."""
    etags = request.if_match
    if "If-Match" not in request.headers:
        if required:
            raise MatchRequired(say("Send If-Match with the ETag that you read, or * to overwrite."))
        return None
    if etags.star_tag:
        return None
    tags = list(etags.as_set())
    if len(tags) != 1 or not tags[0].isdigit() or len(tags[0]) > 15:
        raise Stale(say("This is no ETag of a ticket."))
    return int(tags[0])


def paging(arguments: Mapping[str, str]) -> tuple[dict[str, str], str, int]:
    """(filters, after, limit) of a list."""
    filters = {name: value for name, value in arguments.items() if name not in PAGING}
    return filters, arguments.get("after", ""), _limit(arguments.get("limit", "50"), 200)


def _limit(text: str, most: int) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 6 and 1 <= int(text) <= most):
        raise Invalid.field("limit", say("Between 1 and {maximum}.", maximum=most))
    return int(text)


def ticket_out(ticket: Ticket) -> dict[str, Any]:
    """A whole ticket as the API answers it."""
    moments = ("opened_at", "taken_at", "resolved_at", "closed_at", "updated_at")
    values = {name: getattr(ticket, column) for name, column in COLUMNS.items() if name != "category"}
    return {
        "number": ticket.id,
        "kind": ticket.kind,
        "state_category": ticket.category,
        **values,
        "merged_into": ticket.merged_into_id,
        **{name: _iso(getattr(ticket, name)) for name in moments},
        "external_id": ticket.external_id,
        "version": ticket.version,
        "fields": dict(ticket.fields),
    }


def row_out(row: Row[Any]) -> dict[str, Any]:
    """A ticket of a list: columns, no entity."""
    return {
        "number": row.id,
        "kind": row.kind,
        "state": row.state,
        "state_category": row.category,
        "outcome": row.outcome,
        "title": row.title,
        "priority": row.priority,
        "source": row.source,
        "team": row.team_id,
        "assignee": row.assignee_id,
        "requested_for": row.requested_for_id,
        "contact": row.contact_id,
        "organisation": row.organisation_id,
        "service": row.service_id,
        "topic": row.topic,
        "premium": row.premium,
        "parent": row.parent_id,
        "opened_at": _iso(row.opened_at),
        "updated_at": _iso(row.updated_at),
        "version": row.version,
        "fields": row.fields,
    }


def event_out(event: Event, texts: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """An event; its texts only where the reader may see the ticket."""
    return {
        "id": event.id,
        "stream": event.stream,
        "subject": event.subject_id,
        "seq": event.seq,
        "type": event.type,
        "occurred_at": _iso(event.occurred_at),
        "recorded_at": _iso(event.recorded_at),
        "actor": event.actor,
        "actor_id": event.actor_id,
        "channel": event.channel,
        "origin": event.origin,
        "facts": event.facts,
        "state": event.state,
        "category": event.category,
        "outcome": event.outcome,
        "team": event.team_id,
        "assignee": event.assignee_id,
        "service": event.service_id,
        "priority": event.priority,
        **({"texts": dict(texts)} if texts is not None else {}),
    }


def _may_see(event: Event) -> bool:
    """Internal notes and machine faults are for staff."""
    if actor().may("tickets.internal"):
        return True
    return event.facts.get("public", True) is not False and event.type not in ("plugin_failed", "work_logged")


def _iso(moment: Any) -> str | None:
    return moment.isoformat() if moment is not None else None
