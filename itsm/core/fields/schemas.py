"""The document `core.fields` as administrators write it, and the values of fields as the API takes them."""

from collections.abc import Iterable, Mapping
from typing import Any, get_args

from marshmallow import ValidationError, fields, post_load

from itsm.core.hookspecs.declarations import Choice, Field, FieldSubject, FieldType, When
from itsm.core.schemas import Among, AnyValue, AnyValues, Key, LabelField, Line, Size, Strict, Whole, YesNo
from itsm.core.texts import Message, say

MOST_FIELDS, MOST_CHOICES = 300, 1000


TYPES: Mapping[str, Message] = {
    "text": say("Text"), "long_text": say("Long text"), "whole": say("Whole number"), "decimal": say("Decimal number"),
    "yes_no": say("Yes or no"), "choice": say("One of several"), "choices": say("Some of several"),
    "date": say("Date"), "moment": say("Date and time"), "duration": say("Duration"), "money": say("Money"),
    "reference": say("Reference"), "file": say("File"),
}  # fmt: skip
SUBJECTS: Mapping[str, Message] = {
    "ticket": say("Tickets"), "person": say("People"), "organisation": say("Organisations"), "team": say("Groups"),
}  # fmt: skip
MORE = {"more": True}
OF_NAME = {"help": say("After the dot small Latin letters, digits, underscores."), "at_first": "desk."}
OF_CHOICES = {"help": say("For the types with choices; they are offered in this order.")}
OF_MAPPING = {"help": say('Old value: new value, one a line; "*" stands for the rest.'), **MORE}


class Terse(Strict):
    """Stores only what differs from the defaults, so that people read what was meant."""

    @post_load
    def shorten(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Leave out what says nothing."""
        return {name: value for name, value in data.items() if name not in DEFAULTS or value != DEFAULTS[name]}


DEFAULTS: Mapping[str, Any] = {
    "subject": "ticket", "help": {}, "choices": [], "reference": "", "filterable": False, "public": False,
    "on_form": True, "minimum": None, "maximum": None, "default": None, "kinds": [], "visible": [], "mandatory": False,
    "order": 100, "mapping": None, "remove": False, "archived": False, "services": [], "roles": [], "states": [],
    "categories": [], "fields": {},
}  # fmt: skip


def _lines(offers: str, **told: Any) -> Any:
    return fields.List(Line(80), validate=Size(0, 100), load_default=list, metadata={"offers": offers, **told})


# `fields` is a word of marshmallow's and so cannot stand in a class.
_named = {"fields": fields.Dict(keys=Line(80), values=fields.List(Line(200), validate=Size(1, 100)), load_default=dict)}


class WhenSchema(Terse.from_dict(_named)):  # type: ignore[misc]
    """One condition: all that is named must hold, each by any of its values."""

    kinds = _lines("kinds")
    services = _lines("services")
    roles = _lines("roles")
    states = _lines("states")
    categories = _lines("categories")


class Mandatory(fields.Field[Any]):
    """true, false, or a list of conditions."""

    conditions = WhenSchema

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

    name = Line(60, required=True, metadata=OF_NAME)
    type = fields.String(required=True, validate=Among(get_args(FieldType)), metadata={"words": TYPES})
    label = LabelField(required=True)
    subject = fields.String(load_default="ticket", validate=Among(get_args(FieldSubject)), metadata={"words": SUBJECTS})
    help = fields.Dict(
        keys=fields.String(validate=Among(("en", "ru"))), values=Line(500), load_default=dict, metadata=MORE
    )
    choices = fields.List(
        fields.Nested(ChoiceSchema), load_default=list, validate=Size(0, MOST_CHOICES), metadata=OF_CHOICES
    )
    reference = Line(60, blank=True, load_default="", metadata={"offers": "references", **MORE})
    filterable = YesNo(load_default=False)
    public = YesNo(load_default=False)
    on_form = YesNo(load_default=True)
    archived = YesNo(load_default=False, metadata=MORE)
    minimum = Whole(load_default=None, allow_none=True, metadata=MORE)
    maximum = Whole(load_default=None, allow_none=True, metadata=MORE)
    default = AnyValue(load_default=None, allow_none=True, metadata=MORE)
    kinds = _lines("kinds", more=True)
    visible = fields.List(fields.Nested(WhenSchema), load_default=list, validate=Size(0, 50), metadata=MORE)
    mandatory = Mandatory(load_default=False)
    order = Whole(0, 100_000, load_default=100, metadata=MORE)
    mapping = AnyValues(200, load_default=None, allow_none=True, metadata=OF_MAPPING)
    remove = YesNo(load_default=False, metadata=MORE)


_several = fields.List(fields.Nested(FieldSchema), required=True, validate=Size(0, MOST_FIELDS))


class FieldsSchema(Strict.from_dict({"fields": _several})):  # type: ignore[misc]
    """All fields that administrators made."""


def entries(body: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The entries of a body that passed the schema, what they left out filled in."""
    return [{**DEFAULTS, **entry} for entry in body["fields"]]


def field_of(entry: Mapping[str, Any]) -> Field:
    """A whole entry as the field that it describes; an archived one is shown and no longer written by anybody."""
    archived = entry["archived"]
    mandatory = False if archived else entry["mandatory"]
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
        on_form=entry["on_form"] and not archived,
        visible=[When(**when) for when in entry["visible"]],
        mandatory=mandatory if isinstance(mandatory, bool) else [When(**when) for when in mandatory],
        default=entry["default"],
        order=entry["order"],
        written_by="plugin" if archived else "people",
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
