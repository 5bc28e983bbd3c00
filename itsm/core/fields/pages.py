"""What forms with fields need: suggestions for references, downloads of files."""

from flask import Blueprint, jsonify, request
from werkzeug.wrappers import Response

from itsm.core.fields.verbs import file_of, suggest_references
from itsm.core.people.names import marked
from itsm.core.texts import label_text
from itsm.core.web import needs, reading
from itsm.core.web.downloads import download
from itsm.core.web.edge import SIGNED_IN, locale

pages = Blueprint("fields", __name__)


@pages.get("/fields/suggest/<kind>")
@needs(SIGNED_IN)
def suggest(kind: str) -> Response:
    """Up to ten suggestions, `{"items": ["Name #12", …]}`, of what you may see."""
    with reading() as uow:
        found = suggest_references(uow, kind=kind, words=request.args.get("q", "")[:200])
    return jsonify(items=[marked(label_text(name, locale()), id_) for id_, name in found])


@pages.get("/files/<any(ticket,person,organisation,team):subject>/<int:id_>/<name>")
@needs(SIGNED_IN)
def file(subject: str, id_: int, name: str) -> Response:
    """The file in a field of what you may see."""
    with reading() as uow:
        value = file_of(uow, subject=subject, id_=id_, name=name)
    return download(value["sha256"], value["name"])
