"""The shape of a mapping: every key that may stand in the YAML. The reference is docs/reference/import-mapping.md."""

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, ValidationError, fields, pre_load, validate

from itsm.core.schemas import Key, Strict, Verbatim, YesNo

STRANGERS = ("create", "refuse", "empty")
REFERRED_BY = ("name", "email", "phone", "chat", "external")
ADDRESSES = ("email", "phone", "chat", "external")


class Listed(fields.List[Any]):
    """A list, or one thing that stands for a list of one."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **more: Any) -> Any:
        return super()._deserialize([value] if isinstance(value, str) else value, attr, data, **more)


class Parts(fields.Dict):
    """Parts by their names; what is wrong inside one is told without marshmallow's `value` between."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **more: Any) -> Any:
        try:
            return super()._deserialize(value, attr, data, **more)  # type: ignore[no-untyped-call]
        except ValidationError as error:
            told = error.messages
            if isinstance(told, dict):
                told = {name: inner.get("value", inner.get("key")) for name, inner in told.items()}
            raise ValidationError(told) from error


def _columns(**more: Any) -> Listed:
    return Listed(Verbatim(500, minimum=1), validate=validate.Length(1, 20), **more)


def _table() -> Parts:
    return Parts(keys=Verbatim(), values=Verbatim())


class Short(Strict):
    """A part that may be written as the column's name alone. optional: the file may lack the column."""

    optional = YesNo(load_default=False)

    @pre_load
    def _name_alone(self, data: Any, **_: Any) -> Any:
        return {"from": data} if isinstance(data, str | list) else data


class _ColumnSchema(Short):
    """Where one value comes from. `step` (row_per_ticket): the state with which it becomes known."""

    join = Verbatim(20, load_default=" ")
    values = _table()
    ignore = Listed(Verbatim(), load_default=list)
    default = Verbatim(load_default=None)
    by = fields.String(load_default="name", validate=validate.OneOf(REFERRED_BY))
    strangers = fields.String(load_default=None, validate=validate.OneOf(STRANGERS))
    step = Key(load_default=None)


class _CommentSchema(Short):
    """A column of comments or work notes."""

    public = YesNo(load_default=False)
    at = Verbatim(load_default=None)
    by = Verbatim(load_default=None)


class _FilesSchema(Short):
    """A column of relative paths below the folder given by --files."""

    separator = Verbatim(3, minimum=1, load_default=";")
    public = YesNo(load_default=False)


class _SeveralSchema(Short):
    """A column that may hold several things."""

    separator = Verbatim(3, minimum=1, load_default=";")


class _AddressSchema(_SeveralSchema):
    """A column of addresses of one type."""

    type = fields.String(required=True, validate=validate.OneOf(ADDRESSES))


def _from(schema: type[Schema], name: str, **more: Any) -> type[Schema]:
    """`from` is a word of Python and so cannot be an attribute of a class."""
    return schema.from_dict({"from": _columns(required=True, **more)}, name=name)


ColumnSchema = _from(_ColumnSchema, "ColumnSchema")
CommentSchema = _from(_CommentSchema, "CommentSchema")
FilesSchema = _from(_FilesSchema, "FilesSchema")
SeveralSchema = _from(_SeveralSchema, "SeveralSchema")
AddressSchema = _from(_AddressSchema, "AddressSchema")


class FileSchema(Strict):
    """How the file is written. kind: by default what the file's name says."""

    kind = fields.String(load_default="", validate=validate.OneOf(("", "csv", "xlsx")))
    encoding = Verbatim(load_default="utf-8")
    delimiter = Verbatim(3, minimum=1, load_default=",")
    quote = Verbatim(1, minimum=1, load_default='"')
    sheet = Verbatim(load_default="")


class StepSchema(Strict):
    """One date column of a row-per-ticket file: the state that the ticket entered then."""

    at = Verbatim(required=True)
    state = Key(required=True)
    by = Verbatim(load_default=None)


class MappingSchema(Strict):
    """What the mappings of tickets and of people share."""

    about = Verbatim(10_000, load_default="")
    file = fields.Nested(FileSchema, load_default=lambda: FileSchema().load({}))
    missing = Listed(Verbatim(), load_default=lambda: [""])
    zone = Verbatim(load_default="UTC")
    dates = Listed(
        Verbatim(
            20,
            minimum=1,
        ),
        load_default=lambda: ["iso"],
    )
    strangers = fields.String(load_default="create", validate=validate.OneOf(STRANGERS))

    @pre_load
    def _mapping(self, data: Any, **_: Any) -> Any:
        if not isinstance(data, dict):
            raise ValidationError("The mapping is no table of keys and values.")
        return data


class TicketMappingSchema(MappingSchema):
    """The mapping of a file of tickets."""

    source = Key(required=True, metadata={"maximum": 40})
    kind = Key(required=True)
    mode = fields.String(required=True, validate=validate.OneOf(("event_log", "row_per_ticket")))
    id = Verbatim(required=True)
    at = Verbatim(load_default=None)
    by = Verbatim(load_default=None)
    opened = Verbatim(load_default=None)
    watch = Listed(Verbatim(), load_default=list)
    steps = fields.List(fields.Nested(StepSchema), load_default=list)
    values = Parts(keys=Verbatim(), values=fields.Nested(ColumnSchema), required=True)
    comments = fields.List(fields.Nested(CommentSchema), load_default=list)
    files = fields.List(fields.Nested(FilesSchema), load_default=list)


class PeopleMappingSchema(MappingSchema):
    """The mapping of a file of people and their organisations."""

    rename = YesNo(load_default=False)
    name = fields.Nested(ColumnSchema, load_default=None)
    organisation = fields.Nested(ColumnSchema, load_default=None)
    contracts = fields.Nested(SeveralSchema, load_default=None)
    domains = fields.Nested(SeveralSchema, load_default=None)
    addresses = fields.List(fields.Nested(AddressSchema), load_default=list)
    values = Parts(keys=Verbatim(), values=fields.Nested(ColumnSchema), load_default=dict)


def all_keys() -> set[str]:
    """Every key that may stand anywhere, for a hint at the one that was meant."""
    schemas = (
        TicketMappingSchema, PeopleMappingSchema, FileSchema, StepSchema, ColumnSchema, CommentSchema, FilesSchema,
        AddressSchema,
    )  # fmt: skip
    return {name for schema in schemas for name in schema().fields}
