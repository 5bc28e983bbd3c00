"""`/api/v1/files`: contents for fields of the type file; `/api/v1/references`: what references may name."""

from collections.abc import Mapping
from typing import Any

from flask import jsonify
from marshmallow import fields

from itsm.core.fields.verbs import file_of, suggest_references
from itsm.core.files.verbs import store_file
from itsm.core.schemas import Answer, Strict, Words
from itsm.core.web import ApiBlueprint, desk, needs, reading, writing
from itsm.core.web.downloads import download
from itsm.core.web.edge import SIGNED_IN
from itsm.core.web.uploads import body, uploaded

api = ApiBlueprint("fields_api", __name__, description="Fields: their files, and what they refer to")


class FileValue(Answer):
    """A file as a field holds it."""

    sha256 = fields.String(required=True)
    name = fields.String(required=True)
    size = fields.Integer(required=True)


class SuggestQuery(Strict):
    """Words that may mean it."""

    q = Words(100, load_default="")


class NamedOut(Answer):
    """One thing; a name that the desk gave is told in both languages."""

    id = fields.Integer(required=True)
    name = fields.Raw(required=True, metadata={"type": ["string", "object"]})


class SuggestedOut(Answer):
    """Things that a reference may name."""

    items = fields.List(fields.Nested(NamedOut), required=True)


@api.route("/files", methods=["POST"])
@needs("tickets.open")
@api.doc(requestBody=body())
@api.response(201, FileValue)
def upload() -> Any:
    """Store the file of the multipart form's member `file`; the answer is the value of a field of the type file."""
    name, content, _ = uploaded(Strict)
    with writing() as uow:
        kept = store_file(uow, store=desk().files, name=name, content=content)
    return jsonify(kept._asdict()), 201


@api.route("/files/<any(ticket,person,organisation,team):subject>/<int:id_>/<string:name>", methods=["GET"])
@needs(SIGNED_IN)
@api.response(200, {"type": "string", "format": "binary"}, content_type="application/octet-stream")
def read(subject: str, id_: int, name: str) -> Any:
    """The file in a field of a ticket, person, organisation or group that you may see."""
    with reading() as uow:
        value = file_of(uow, subject=subject, id_=id_, name=name)
    return download(value["sha256"], value["name"])


@api.route("/references/<string:kind>", methods=["GET"])
@needs(SIGNED_IN)
@api.arguments(SuggestQuery(), location="query")
@api.response(200, SuggestedOut)
def suggest(query: Mapping[str, Any], kind: str) -> Any:
    """Up to ten things of a kind, of those that you may see, by words (`q`)."""
    with reading() as uow:
        found = suggest_references(uow, kind=kind, words=query["q"])
    return jsonify(items=[{"id": id_, "name": name} for id_, name in found])
