"""What can be done with one ticket: `/transitions`, `/claim`, `/comments`."""

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema

from itsm.core.tickets import forms
from itsm.core.tickets.api.parameters import IDEMPOTENCY, MATCH
from itsm.core.tickets.api.shapes import ticket_out
from itsm.core.tickets.verbs import add_comment, claim_ticket, move_ticket
from itsm.core.web import ApiBlueprint, needs, writing
from itsm.core.web.answers import answer_once, matched, tagged
from itsm.core.work.uow import UnitOfWork


def acts(api: ApiBlueprint, moving: Schema) -> None:
    """Transitions, claims, comments."""

    @api.route("/tickets/<int:number>/transitions", methods=["POST"])
    @needs("tickets.work")
    @api.doc(parameters=[IDEMPOTENCY, MATCH])
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
            return ticket_out(uow, ticket), ticket.id

        return answer_once(act, 200, reason=data.get("reason", ""))

    @api.route("/tickets/<int:number>/claim", methods=["POST"])
    @needs("tickets.work")
    @api.response(200, forms.TicketOut)
    def claim_one(number: int) -> Any:
        """Take a ticket that nobody has; of many at once one wins, the others get 409."""
        with writing() as uow:
            answer = ticket_out(uow, claim_ticket(uow, number=number))
        return tagged(answer)

    @api.route("/tickets/<int:number>/comments", methods=["POST"])
    @needs("tickets.comment")
    @api.doc(parameters=[IDEMPOTENCY])
    @api.arguments(forms.CommentIn())
    @api.response(201, forms.CommentOut)
    def comment_one(data: dict[str, Any], number: int) -> Any:
        """Add a public comment or an internal note."""

        def act(uow: UnitOfWork) -> tuple[Mapping[str, Any], int]:
            done = add_comment(uow, number=number, body=data["body"], public=data["public"])
            made = {"public": data["public"], "created_at": uow.now.isoformat()}
            return {"id": done.comment and done.comment.id, "ticket": done.ticket.id, **made}, done.ticket.id

        return answer_once(act, 201)
