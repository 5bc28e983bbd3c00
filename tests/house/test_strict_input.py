"""Whatever comes from outside is read by strict fields, so that both databases give one verdict."""

from collections.abc import Iterator
from typing import Any

from marshmallow import Schema, fields, validate

import itsm.app
from itsm.core.schemas import Answer, Strict

assert itsm.app.HOUSE  # all rooms are imported, and their schemas made
READS_OTHERS = (fields.List, fields.Nested, fields.Tuple)


def _all(schema: type[Schema]) -> Iterator[type[Schema]]:
    for inner in schema.__subclasses__():
        yield inner
        yield from _all(inner)


def _inner(field: Any) -> Iterator[Any]:
    """The field and those within it."""
    yield field
    if isinstance(field, fields.List):
        yield from _inner(field.inner)
    elif isinstance(field, fields.Dict):
        for part in (field.key_field, field.value_field):
            yield from _inner(part) if part is not None else ()


def _is_strict(field: Any) -> bool:
    """One of `itsm.core.schemas` or made from them, one of given words, or a container of strict ones."""
    if type(field).__module__.partition(".")[0] != "marshmallow" or type(field) in READS_OTHERS:
        return True
    if type(field) is fields.Dict:
        return field.key_field is not None and field.value_field is not None
    return any(isinstance(rule, validate.OneOf) for rule in field.validators)


def test_what_is_read_is_read_by_strict_fields_of_itsm_core_schemas() -> None:
    lax = sorted(
        f"{schema.__module__}.{schema.__name__}.{name}: {type(inner).__name__}"
        for schema in set(_all(Strict))
        if schema.__module__.startswith("itsm")
        for name, declared in schema._declared_fields.items()
        for inner in _inner(declared)
        if not _is_strict(inner)
    )
    assert lax == [], "use Line, Body, Verbatim, Whole, Ident, YesNo, Key, AnyValue… of itsm.core.schemas"


def test_answers_are_no_input() -> None:
    """What is answered may have plain fields, so it must never be what is read."""
    assert not [schema for schema in _all(Answer) if issubclass(schema, Strict)]


def test_no_operation_reads_by_another_kind_of_schema(world: Any) -> None:
    """Each schema of a request on the OpenAPI page refuses names that it does not know."""
    page = world.app.test_client().get("/api/v1/openapi.json").json
    loose = []
    for path, item in page["paths"].items():
        for method, operation in item.items():
            content = operation.get("requestBody", {}).get("content", {}) if isinstance(operation, dict) else {}
            for shape in content.values():
                name = shape["schema"].get("$ref", "").rpartition("/")[2]
                schema = page["components"]["schemas"].get(name, shape["schema"])
                if schema.get("additionalProperties") is not False:
                    loose.append(f"{method} {path}: {name}")
    assert loose == []
