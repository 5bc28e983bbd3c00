"""The document `core.uploads`."""

from typing import Any

from marshmallow import fields, post_load

from itsm.core.schemas import Line, Size, Strict


class UploadsSchema(Strict):
    """Endings of files, without the dot. refused: these are not taken. allowed: where it names any, nothing else is."""

    refused = fields.List(Line(20), required=True, validate=Size(0, 500))
    allowed = fields.List(Line(20), load_default=list, validate=Size(0, 500))

    @post_load
    def _endings(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        return {name: [ending.lstrip(".").casefold() for ending in endings] for name, endings in data.items()}
