"""One file of a multipart form: read strictly, and described for the OpenAPI page."""

from typing import Any, BinaryIO, NamedTuple, cast

from flask import request
from marshmallow import Schema
from werkzeug.exceptions import UnsupportedMediaType

from itsm.core.errors import Invalid, Refusal
from itsm.core.texts import say
from itsm.core.web.inputs import parse

FORM = "multipart/form-data"
FILE = "file"


class Upload(NamedTuple):
    """A file as it was sent: the name that its sender gives it, and what is in it."""

    name: str
    content: BinaryIO
    values: dict[str, Any]


def body(**members: Any) -> dict[str, Any]:
    """The request body of an upload with further members, for `api.doc(requestBody=…)`."""
    binary = {"type": "string", "format": "binary"}
    described = {"type": "object", "properties": {FILE: binary, **members}, "required": [FILE]}
    return {"required": True, "content": {FORM: {"schema": {**described, "additionalProperties": False}}}}


def uploaded(schema: type[Schema]) -> Upload:
    """The one file of the form's member `file`, and its other members as the schema reads them."""
    if request.mimetype != FORM:
        raise UnsupportedMediaType("Send multipart/form-data.")
    strange = sorted(set(request.files) - {FILE})
    if strange:
        raise Invalid(refusals=[Refusal(name[:80], say("Unknown field.")) for name in strange[:20]])
    given = request.files.getlist(FILE)
    if len(given) != 1:
        raise Invalid.field(FILE, say("Send a multipart form with the member {name}, once.", name=FILE))
    return Upload(given[0].filename or "", cast(BinaryIO, given[0].stream), parse(schema, request.form))
