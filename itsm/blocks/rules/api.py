"""Rule lists over the API: why a list did what it did to a ticket."""

from collections.abc import Mapping
from typing import Any

from marshmallow import fields

from itsm.blocks.rules.verbs import trace
from itsm.core.errors import Unknown
from itsm.core.schemas import Answer, Ident, Strict
from itsm.core.texts import say
from itsm.core.web import ApiBlueprint, needs, reading

api = ApiBlueprint("rules_api", __name__, description="Rule lists.")


class TraceQuery(Strict):
    """Which ticket."""

    ticket = Ident(required=True)


class StepOut(Answer):
    """What became of one rule: matched, not, error or skipped."""

    rule = fields.String(required=True)
    status = fields.String(required=True)
    read = fields.Dict(required=True)
    set = fields.Dict(required=True)
    kept = fields.List(fields.String(), required=True)
    note = fields.String(required=True)


class TraceOut(Answer):
    """How a list ran for a ticket. revision: the one that ran, 0 for the list as shipped."""

    list = fields.String(required=True)
    ticket = fields.Integer(required=True)
    revision = fields.Integer(required=True)
    steps = fields.List(fields.Nested(StepOut), required=True)


@api.route("/<string:name>/trace")
@needs("tickets.internal")
@api.arguments(TraceQuery(), location="query")
@api.response(200, TraceOut())
def read_trace(query: Mapping[str, Any], name: str) -> Any:
    """How a list ran for a ticket, rule by rule."""
    with reading() as uow:
        found = trace(uow, name=name, number=query["ticket"])
        if found is None:
            raise Unknown(
                say("The rules {name} did not run for the ticket {number}.", name=name, number=query["ticket"])
            )
        steps = [
            {"rule": s.rule, "status": s.status, "read": s.read, "set": s.set, "kept": s.kept, "note": s.note}
            for s in found.outcome.steps
        ]
        return {"list": name, "ticket": query["ticket"], "revision": found.rules.revision, "steps": steps}
