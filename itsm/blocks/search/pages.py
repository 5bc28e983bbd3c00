"""The page of the search, and what it suggests while somebody types."""

from flask import Blueprint, jsonify, request
from werkzeug.wrappers import Response

from itsm.blocks.search.shapes import hit_out
from itsm.blocks.search.verbs import find_subjects, kinds_of
from itsm.blocks.search.verbs.find import AT_MOST
from itsm.core.web import needs, reading
from itsm.core.web.edge import SIGNED_IN
from itsm.core.web.frame import render

pages = Blueprint("search", __name__)
SHOWN, SUGGESTED = 20, 5
LONGEST = 500


@pages.get("/search")
@needs(SIGNED_IN)
def page() -> Response:
    """Everything that matches and the reader may see, kind by kind."""
    words = request.args.get("q", "")[:LONGEST]
    with reading() as uow:
        found = find_subjects(uow, words=words, limit=SHOWN)
        groups = [
            (kind, [hit for hit in found.hits if hit.kind == kind.name], found.counts[kind.name])
            for kind in kinds_of(uow)
            if found.counts.get(kind.name)
        ]
        return render(uow, "search/search.html", words=words, groups=groups, shown=SHOWN, most=AT_MOST)


@pages.get("/search/suggest")
@needs(SIGNED_IN)
def suggest() -> Response:
    """A few of each kind, the last word taken as a beginning: `{"items": [{kind, label, id, title, url}, …]}`."""
    with reading() as uow:
        found = find_subjects(uow, words=request.args.get("q", "")[:LONGEST], limit=SUGGESTED, ahead=True)
        return jsonify(items=[hit_out(hit) for hit in found.hits])
