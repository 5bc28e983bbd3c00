"""The file of a whole desk and its parts; and bodies in one order, for the databases keep JSON each in its own."""

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, fields

from itsm.core.schemas import AnyValues, Key, LabelField, Line, Strict, Whole, YesNo

FORMAT = 1


class WholeSchema(Strict):
    """What `itsm export config` writes. plugins: those that worked there, with their versions."""

    format = Whole(1, FORMAT, required=True)
    itsm = Line(40, load_default="")
    plugins = fields.Dict(keys=Line(40), values=Line(60), load_default=dict)
    parts = AnyValues(80, load_default=dict)
    documents = AnyValues(load_default=dict)


class RoleEntry(Strict):
    """One role."""

    key = Key(required=True)
    label = LabelField(required=True)
    permissions = fields.List(Line(80), required=True)


class TeamEntry(Strict):
    """One group; `parent` is the key of another. Its head and members are people, not configuration."""

    key = Key(required=True)
    label = LabelField(required=True)
    parent = Key(load_default=None, allow_none=True)
    level = Line(40, load_default="group")
    line = Line(40, blank=True, load_default="")
    active = YesNo(load_default=True)


def in_order(schema: Schema, body: Mapping[str, Any]) -> dict[str, Any]:
    """The body with its names in the order of the schema; names that the data chooses are sorted."""
    declared: Mapping[str, Any] = schema.fields
    known = [name for name in declared if name in body]
    rest = sorted(name for name in body if name not in declared)
    return {name: _of_field(declared[name], body[name]) for name in known} | {n: plain(body[n]) for n in rest}


def _of_field(field: Any, value: Any) -> Any:
    if isinstance(field, fields.Nested) and isinstance(value, Mapping) and not field.many:
        return in_order(field.schema, value)
    if isinstance(field, fields.Nested) and isinstance(value, list):
        return [in_order(field.schema, one) if isinstance(one, Mapping) else plain(one) for one in value]
    if isinstance(field, fields.List) and isinstance(value, list):
        return [_of_field(field.inner, one) for one in value]
    if isinstance(field, fields.Dict) and isinstance(value, Mapping) and field.value_field is not None:
        return {name: _of_field(field.value_field, value[name]) for name in sorted(value)}
    return plain(value)


def plain(value: Any) -> Any:
    """Plain JSON with sorted names."""
    if isinstance(value, Mapping):
        return {name: plain(value[name]) for name in sorted(value)}
    return [plain(one) for one in value] if isinstance(value, list | tuple) else value
