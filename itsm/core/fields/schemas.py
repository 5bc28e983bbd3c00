"""The document `core.fields` as administrators write it, and the values of fields as the API takes them."""

from collections.abc import Iterable, Mapping
from typing import Any, get_args

from marshmallow import ValidationError, fields, post_load

from itsm.core.hookspecs.declarations import Choice, Field, FieldSubject, FieldType, When
from itsm.core.schemas import Among, AnyValue, AnyValues, Key, LabelField, Line, Size, Strict, Whole, YesNo
from itsm.core.texts import say

MOST_FIELDS, MOST_CHOICES = 300, 1000


class Terse(Strict):
    """Stores only what differs from the defaults, so that people read what was meant."""

    @post_load
    def shorten(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Leave out what says nothing."""
        return {name: value for name, value in data.items() if name not in DEFAULTS or value != DEFAULTS[name]}


DEFAULTS: Mapping[str, Any] = {
    "subject": "ticket", "help": {}, "choices": [], "reference": "", "filterable": False, "public": False,
    "on_form": True, "minimum": None, "maximum": None, "default": None, "kinds": [], "visible": [], "mandatory": False,
    "order": 100, "mapping": None, "remove": False, "services": [], "roles": [], "states": [], "categories": [],
    "fields": {},
}  # fmt: skip


def _lines() -> Any:
    return fields.List(Line(80), validate=Size(0, 100), load_default=list)


# `fields` is a word of marshmallow's and so cannot stand in a class.
_named = {"fields": fields.Dict(keys=Line(80), values=fields.List(Line(200), validate=Size(1, 100)), load_default=dict)}


class WhenSchema(Terse.from_dict(_named)):  # type: ignore[misc]
    """One condition: all that is named must hold, each by any of its values."""

    kinds = _lines()
    services = _lines()
    roles = _lines()
    states = _lines()
    categories = _lines()


class Mandatory(fields.Field[Any]):
    """true, false, or a list of conditions."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        if isinstance(value, bool):
            return value
        if not isinstance(value, list) or len(value) > 50:
            raise ValidationError([say("Write true, false or a list of conditions.")])
        return WhenSchema(many=True).load(value)


class ChoiceSchema(Strict):
    """One value of a choice."""

    value = Key(required=True)
    label = LabelField(required=True)


class FieldSchema(Terse):
    """One field `desk.<name>`."""

    name = Line(60, required=True)
    type = fields.String(required=True, validate=Among(get_args(FieldType)))
    label = LabelField(required=True)
    subject = fields.String(load_default="ticket", validate=Among(get_args(FieldSubject)))
    help = fields.Dict(keys=fields.String(validate=Among(("en", "ru"))), values=Line(500), load_default=dict)
    choices = fields.List(fields.Nested(ChoiceSchema), load_default=list, validate=Size(0, MOST_CHOICES))
    reference = Line(60, blank=True, load_default="")
    filterable = YesNo(load_default=False)
    public = YesNo(load_default=False)
    on_form = YesNo(load_default=True)
    minimum = Whole(load_default=None, allow_none=True)
    maximum = Whole(load_default=None, allow_none=True)
    default = AnyValue(load_default=None, allow_none=True)
    kinds = _lines()
    visible = fields.List(fields.Nested(WhenSchema), load_default=list, validate=Size(0, 50))
    mandatory = Mandatory(load_default=False)
    order = Whole(0, 100_000, load_default=100)
    mapping = AnyValues(200, load_default=None, allow_none=True)
    remove = YesNo(load_default=False)


_several = fields.List(fields.Nested(FieldSchema), required=True, validate=Size(0, MOST_FIELDS))


class FieldsSchema(Strict.from_dict({"fields": _several})):  # type: ignore[misc]
    """All fields that administrators made."""


def entries(body: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The entries of a body that passed the schema, what they left out filled in."""
    return [{**DEFAULTS, **entry} for entry in body["fields"]]


def field_of(entry: Mapping[str, Any]) -> Field:
    """A whole entry as the field that it describes."""
    mandatory = entry["mandatory"]
    return Field(
        name=entry["name"],
        type=entry["type"],
        label=entry["label"],
        subject=entry["subject"],
        choices=[Choice(c["value"], c["label"]) for c in entry["choices"]],
        reference=entry["reference"],
        filterable=entry["filterable"],
        public=entry["public"],
        maximum=entry["maximum"],
        minimum=entry["minimum"],
        help=entry["help"],
        kinds=entry["kinds"],
        on_form=entry["on_form"],
        visible=[When(**when) for when in entry["visible"]],
        mandatory=mandatory if isinstance(mandatory, bool) else [When(**when) for when in mandatory],
        default=entry["default"],
        order=entry["order"],
    )


def read_fields(body: Any) -> list[Field]:
    """The fields of a stored document, as strictly as when it was saved; raises `ValidationError`."""
    loaded = FieldsSchema().load(body)
    return [field_of(entry) for entry in entries(loaded) if not entry["remove"]]


TEXT = {"type": "string"}
COMPOSED: dict[str, dict[str, Any]] = {
    "money": {
        "type": ["object", "string", "null"], "properties": {"amount": TEXT, "currency": TEXT},
        "example": {"amount": "1250.50", "currency": "RUB"},
    },
    "file": {"type": ["object", "null"], "properties": {"sha256": TEXT, "name": TEXT, "size": {"type": "integer"}}},
}  # fmt: skip


FIELDS_OF = "x-fields-of"


def values_schema(declared: Iterable[Field]) -> AnyValues:
    """`{"incidents.impact": …}`, described on the OpenAPI page; the verb validates by each field's own rules."""
    return AnyValues(metadata=described_values(declared))


def values_of(subject: str, **more: Any) -> AnyValues:
    """The same for a schema that is made before the desk: the OpenAPI page puts the desk's fields of the subject in."""
    return AnyValues(data_key="fields", attribute="fields", metadata={FIELDS_OF: subject}, **more)


def described_values(declared: Iterable[Field]) -> dict[str, Any]:
    """What the OpenAPI page says of an object of fields' values."""
    return {"properties": {field.name: _described(field) for field in declared}, "additionalProperties": False}


def _described(field: Field) -> dict[str, Any]:
    """What the OpenAPI page says of a field."""
    kinds = {
        "whole": "integer", "duration": "integer", "reference": "integer", "decimal": "number", "yes_no": "boolean",
    }  # fmt: skip
    if field.type in COMPOSED:
        return {**COMPOSED[field.type], "description": dict(field.label).get("en", "")}
    if field.type == "choices":
        return {"type": ["array", "null"], "items": {"type": "string"}, "description": dict(field.label).get("en", "")}
    return {"type": [kinds.get(field.type, "string"), "null"], "description": dict(field.label).get("en", "")}
