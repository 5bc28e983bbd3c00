"""`/api/v1/search`: one question to everything that can be found."""

from typing import Any

from flask import jsonify, request
from marshmallow import Schema, fields

from itsm.blocks.search.shapes import hit_out
from itsm.blocks.search.verbs import find_subjects
from itsm.blocks.search.verbs.find import AT_MOST
from itsm.core.web import ApiBlueprint, needs, reading
from itsm.core.web.answers import limit_of
from itsm.core.web.edge import SIGNED_IN

api = ApiBlueprint("search_api", __name__, description="Search in everything that you may see")
PARAMETERS = [
    {"in": "query", "name": name, "required": False, "description": description, "schema": {"type": type_}}
    for name, description, type_ in (
        ("q", 'words (all must match, in any form), "phrases", beginnings like `prin*`, a number like `#12`', "string"),
        ("kind", "one or several kinds by commas, such as ticket,person", "string"),
        ("limit", "how many of each kind at most, 1 to 100", "integer"),
    )
]


class HitOut(Schema):
    """One thing that was found."""

    kind = fields.String()
    label = fields.String()
    id = fields.Integer()
    title = fields.String()
    url = fields.String()


class SearchOut(Schema):
    """`items`, kind by kind; `counts` by kind, counted to `at_most`, the number of candidates that are ranked."""

    items = fields.List(fields.Nested(HitOut))
    counts = fields.Dict(keys=fields.String(), values=fields.Integer())
    at_most = fields.Integer()


@api.route("/search", methods=["GET"])
@needs(SIGNED_IN)
@api.doc(parameters=PARAMETERS)
@api.response(200, SearchOut)
def search() -> Any:
    """What matches and you may see: the number first, then the exact title, then the newest of each kind."""
    kinds = [name.strip() for name in request.args.get("kind", "").split(",") if name.strip()]
    limit = limit_of(request.args.get("limit", "20"), 100)
    with reading() as uow:
        found = find_subjects(uow, words=request.args.get("q", ""), kinds=kinds, limit=limit)
    return jsonify(items=[hit_out(hit) for hit in found.hits], counts=found.counts, at_most=AT_MOST)
