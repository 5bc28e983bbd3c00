"""marshmallow schemas of what people and integrators send about tickets, made for the fields of one desk."""

from collections.abc import Iterable
from typing import Any

from marshmallow import Schema, fields, post_load

from itsm.core.fields.schemas import values_schema
from itsm.core.hookspecs.declarations import Field
from itsm.core.schemas import Answer, Body, Ident, Key, Line, Size, Strict, Whole, YesNo


class TicketValues(Strict):
    """What may be set on a ticket, at opening and later."""

    title = Line(300)
    description = Body()
    priority = Whole(1, 9, allow_none=True)
    contact = Ident(allow_none=True)
    requested_for = Ident(allow_none=True)
    organisation = Ident(allow_none=True)
    service = Ident(allow_none=True)
    topic = Key(allow_none=True)
    closing_topic = Key(allow_none=True)
    team = Ident(allow_none=True)
    assignee = Ident(allow_none=True)


class Resolution(Strict):
    """What was done; fields beside the topic."""

    closing_topic = Key(allow_none=True)

    @post_load
    def flatten(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Fields stand beside the topic, as verbs take them."""
        return {**{n: value for n, value in data.items() if n != "fields"}, **data.get("fields", {})}


class CommentIn(Strict):
    """A comment."""

    body = Body(required=True, blank=False)
    public = YesNo(load_default=True)


class TicketListed(Answer):
    """A ticket in a list."""

    number = fields.Integer(required=True)
    kind = fields.String(required=True)
    state = fields.String(required=True)
    state_category = fields.String(required=True)
    outcome = fields.String(required=True)
    title = fields.String(required=True)
    priority = fields.Integer(required=True)
    source = fields.String(required=True)
    contact = fields.Integer(allow_none=True)
    requested_for = fields.Integer(allow_none=True)
    organisation = fields.Integer(allow_none=True)
    service = fields.Integer(allow_none=True)
    topic = fields.String(allow_none=True)
    team = fields.Integer(allow_none=True)
    assignee = fields.Integer(allow_none=True)
    premium = fields.Boolean(required=True)
    incomplete = fields.List(fields.String(), required=True)
    parent = fields.Integer(allow_none=True)
    opened_at = fields.AwareDateTime(required=True)
    updated_at = fields.AwareDateTime(required=True)
    version = fields.Integer(required=True)
    fields_ = fields.Dict(keys=fields.String(), attribute="fields", data_key="fields", required=True)


class TicketOut(TicketListed):
    """A whole ticket."""

    description = fields.String(required=True)
    priority_pinned = fields.Boolean(required=True)
    registered_by = fields.Integer(allow_none=True)
    closing_topic = fields.String(allow_none=True)
    merged_into = fields.Integer(allow_none=True)
    taken_at = fields.AwareDateTime(allow_none=True)
    resolved_at = fields.AwareDateTime(allow_none=True)
    closed_at = fields.AwareDateTime(allow_none=True)
    external_id = fields.String(allow_none=True)


class CommentOut(Answer):
    """A comment as the API answers it; `ticket` is another one when the reply opened a follow-up."""

    id = fields.Integer(allow_none=True)
    ticket = fields.Integer(required=True)
    public = fields.Boolean(required=True)
    created_at = fields.AwareDateTime(required=True)


class EventOut(Answer):
    """An event of the ledger."""

    id = fields.Integer(required=True)
    stream = fields.String(required=True)
    subject = fields.Integer(required=True)
    seq = fields.Integer(required=True)
    type = fields.String(required=True)
    occurred_at = fields.AwareDateTime(required=True)
    recorded_at = fields.AwareDateTime(required=True)
    actor = fields.String(required=True)
    actor_id = fields.Integer(allow_none=True)
    channel = fields.String(required=True)
    origin = fields.String(required=True)
    facts = fields.Dict(required=True)
    texts = fields.Dict()
    state = fields.String(allow_none=True)
    category = fields.String(allow_none=True)
    outcome = fields.String(allow_none=True)
    team = fields.Integer(allow_none=True)
    assignee = fields.Integer(allow_none=True)
    service = fields.Integer(allow_none=True)
    priority = fields.Integer(allow_none=True)


class EventsOut(Answer):
    """Events in safe order, and the cursor to go on with."""

    items = fields.List(fields.Nested(EventOut), required=True)
    next = fields.String(required=True)


class TicketsOut(Answer):
    """A page of tickets; `next` is null at the end."""

    items = fields.List(fields.Nested(TicketListed), required=True)
    next = fields.String(required=True, allow_none=True)


class CountOut(Answer):
    """How many."""

    count = fields.Integer(required=True)


def open_schema(declared: Iterable[Field]) -> type[Schema]:
    """The body of `POST /api/v1/tickets`."""
    return TicketValues.from_dict(
        {
            "kind": Key(required=True),
            "form": Key(),
            "title": Line(300, required=True),
            "tags": fields.List(Line(60), validate=Size(0, 50)),
            "fields": values_schema(declared),
            "resolution": fields.Nested(resolution_schema(declared)),
        },
        name="TicketOpenIn",
    )


def resolution_schema(declared: Iterable[Field]) -> type[Schema]:
    """What resolves a ticket in the act that opens it: values as for the step to *resolved*."""
    return Resolution.from_dict({"fields": values_schema(declared)}, name="ResolutionIn")


def patch_schema(declared: Iterable[Field]) -> type[Schema]:
    """The body of `PATCH /api/v1/tickets/{number}`."""
    return TicketValues.from_dict({"fields": values_schema(declared)}, name="TicketPatchIn")


def transition_schema(declared: Iterable[Field]) -> type[Schema]:
    """The body of `POST /api/v1/tickets/{number}/transitions`: the key, values to set with it, a comment, a reason."""
    return TicketValues.from_dict(
        {
            "transition": Key(required=True),
            "fields": values_schema(declared),
            "comment": Body(),
            "reason": Line(500, blank=True),
        },
        name="TicketMoveIn",
    )
