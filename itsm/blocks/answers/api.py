"""Answers and macros over the API."""

from collections.abc import Mapping
from typing import Any

from flask import jsonify
from marshmallow import fields

from itsm.blocks.answers.verbs import Entry, filled, list_ready, run_macro
from itsm.core.errors import Invalid, Unknown
from itsm.core.hookspecs.guards import Draft
from itsm.core.schemas import Answer, AnyValues, Body, Ident, Strict
from itsm.core.tickets.api.parameters import IDEMPOTENCY, MATCH
from itsm.core.tickets.api.shapes import ticket_out
from itsm.core.tickets.forms import TicketOut
from itsm.core.tickets.verbs import find_ticket
from itsm.core.tickets.verbs.draft import draft_of, require_on
from itsm.core.web import ApiBlueprint, needs, reading
from itsm.core.web.answers import answer_once, matched
from itsm.core.work.uow import UnitOfWork

api = ApiBlueprint("answers_api", __name__, description="Ready answers and macros")
STAFF = "tickets.work"


class AnswersQuery(Strict):
    """For which ticket they are filled in."""

    ticket = Ident(metadata={"description": "a number: `filled` is then the text for this ticket"})


class AnswerOut(Answer):
    """An answer. group: id of the group whose it is, null for everybody's; personal: it is one's own."""

    key = fields.String(required=True)
    label = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    purpose = fields.String(required=True)
    text = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    topics = fields.List(fields.String(), required=True)
    kinds = fields.List(fields.String(), required=True)
    group = fields.Integer(required=True, allow_none=True)
    personal = fields.Boolean(required=True)
    filled = fields.String(required=True, allow_none=True)


class AnswersOut(Answer):
    """All answers that you may use, your own first."""

    items = fields.List(fields.Nested(AnswerOut), required=True)


class MacroIn(Strict):
    """What is otherwise than the macro says: texts ('' for none), values of fields by name."""

    reply = Body(allow_none=True, load_default=None)
    note = Body(allow_none=True, load_default=None)
    fields_ = AnyValues(data_key="fields", load_default=dict)


@api.route("/answers", methods=["GET"])
@needs(STAFF)
@api.arguments(AnswersQuery(), location="query")
@api.response(200, AnswersOut)
def list_answers(query: Mapping[str, Any]) -> Any:
    """The answers that you may use; with `ticket`, each filled in for it in the language of its reader."""
    with reading() as uow:
        draft = _draft(uow, query["ticket"]) if "ticket" in query else None
        items = [
            {**_out(entry), "filled": filled(uow, draft, entry) if draft else None}
            for entry in list_ready(uow, "answer")
        ]
    return jsonify(items=items)


def _draft(uow: UnitOfWork, number: int) -> Draft:
    """The ticket as answers read it; one that is not there is wrong in the query, as any value there."""
    try:
        ticket = find_ticket(uow, number=number)
    except Unknown as error:
        raise Invalid.field("ticket", error.message) from error
    require_on(uow, STAFF, ticket)
    return draft_of(uow, ticket)


def _out(entry: Entry) -> dict[str, Any]:
    body = {name: entry.body[name] for name in ("purpose", "text", "topics", "kinds")}
    return {"key": entry.key, "label": entry.label, **body, "group": entry.team_id,
            "personal": entry.person_id is not None}  # fmt: skip


@api.route("/tickets/<int:number>/macros/<string:macro>", methods=["POST"])
@needs(STAFF)
@api.doc(parameters=[IDEMPOTENCY, MATCH])
@api.arguments(MacroIn(), required=False)
@api.response(200, TicketOut)
def run_one(data: dict[str, Any], number: int, macro: str) -> Any:
    """Run a macro on a ticket, all of it or nothing; refusals name the fields that it lacks."""
    match = matched(required=False)

    def act(uow: UnitOfWork) -> tuple[Mapping[str, Any], int]:
        ticket = run_macro(uow, number=number, macro=macro, reply=data["reply"], note=data["note"],
                           changes=data["fields_"], match=match)  # fmt: skip
        return ticket_out(uow, ticket), ticket.id

    return answer_once(act, 200, reason=f"Macro: {macro}"[:500])
