"""`/api/v1/search`: one question to everything that can be found."""

from collections.abc import Mapping
from typing import Any

from flask import jsonify
from marshmallow import fields

from itsm.blocks.search.shapes import hit_out
from itsm.blocks.search.verbs import find_subjects
from itsm.blocks.search.verbs.find import AT_MOST
from itsm.core.schemas import Answer, Line, Strict, Whole, Words
from itsm.core.web import ApiBlueprint, needs, reading
from itsm.core.web.edge import SIGNED_IN

api = ApiBlueprint("search_api", __name__, description="Search in everything that you may see")
WORDS = 'words (all must match, in any form), "phrases", beginnings like `prin*`, a number like `#12`'


class SearchQuery(Strict):
    """What to look for."""

    q = Words(load_default="", metadata={"description": WORDS})
    kind = Line(500, blank=True, load_default="", metadata={"description": "kinds by commas, such as ticket,person"})
    limit = Whole(1, 100, load_default=20, metadata={"description": "how many of each kind at most"})


class HitOut(Answer):
    """One thing that was found."""

    kind = fields.String(required=True)
    label = fields.String(required=True)
    id = fields.Integer(required=True)
    title = fields.String(required=True)
    url = fields.String(required=True)


class SearchOut(Answer):
    """`items`, kind by kind; `counts` by kind, counted to `at_most`, the number of candidates that are ranked."""

    items = fields.List(fields.Nested(HitOut), required=True)
    counts = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)
    at_most = fields.Integer(required=True)


@api.route("/search", methods=["GET"])
@needs(SIGNED_IN)
@api.arguments(SearchQuery(), location="query")
@api.response(200, SearchOut)
def search(query: Mapping[str, Any]) -> Any:
    """What matches and you may see: the number first, then the exact title, then the newest of each kind."""
    kinds = [name.strip() for name in query["kind"].split(",") if name.strip()]
    with reading() as uow:
        found = find_subjects(uow, words=query["q"], kinds=kinds, limit=query["limit"])
    return jsonify(items=[hit_out(hit) for hit in found.hits], counts=found.counts, at_most=AT_MOST)
