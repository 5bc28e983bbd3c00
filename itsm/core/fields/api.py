"""`/api/v1/files`: contents for fields of the type file; `/api/v1/references`: what references may name."""

from typing import Any, BinaryIO, cast

from flask import jsonify, request
from marshmallow import fields

from itsm.core.errors import Invalid
from itsm.core.fields.verbs import file_of, suggest_references
from itsm.core.files.verbs import store_file
from itsm.core.schemas import Strict
from itsm.core.texts import say
from itsm.core.web import ApiBlueprint, desk, needs, reading, writing
from itsm.core.web.downloads import download
from itsm.core.web.edge import SIGNED_IN

api = ApiBlueprint("fields_api", __name__, description="Fields: their files, and what they refer to")


class FileValue(Strict):
    """A file as a field holds it."""

    sha256 = fields.String(required=True)
    name = fields.String(required=True)
    size = fields.Integer(required=True)


class SuggestedOut(Strict):
    """Things that a reference may name."""

    items = fields.List(fields.Dict(), required=True)


@api.route("/files", methods=["POST"])
@needs("tickets.open")
@api.response(201, FileValue)
def upload() -> Any:
    """Store the file of the multipart form's member `file`; the answer is the value of a field of the type file."""
    given = request.files.get("file")
    if given is None:
        raise Invalid.field("file", say("Send a multipart form with the member {name}.", name="file"))
    with writing() as uow:
        content = cast(BinaryIO, given.stream)
        kept = store_file(uow, store=desk().files, name=given.filename or "", content=content)
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
@api.response(200, SuggestedOut)
def suggest(kind: str) -> Any:
    """Up to ten things of a kind, of those that you may see, by words (`q`)."""
    with reading() as uow:
        found = suggest_references(uow, kind=kind, words=request.args.get("q", "")[:100])
    return jsonify(items=[{"id": id_, "name": name} for id_, name in found])
