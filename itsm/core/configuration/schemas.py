"""Bodies in one order: as their schema declares it, for the databases keep the names of JSON each in its own."""

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, fields


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
