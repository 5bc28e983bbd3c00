"""Validate a set of field values, and find the database expression of a filterable one."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement

from itsm.core.configuration.verbs import document
from itsm.core.db import json_number, json_text
from itsm.core.errors import Invalid, Refusal
from itsm.core.fields.rules import NUMERIC, Wrong, clean
from itsm.core.hookspecs.declarations import Choice, Field
from itsm.core.texts import say
from itsm.core.work.uow import UnitOfWork


def clean_fields(uow: UnitOfWork, subject: str, values: Mapping[str, Any]) -> tuple[dict[str, Any], list[Refusal]]:
    """The stored form of `values`, None meaning "clear it", and every refusal at once."""
    declared = uow.registry.fields_of(subject)
    cleaned: dict[str, Any] = {}
    refusals = []
    for name, value in values.items():
        if name not in declared:
            refusals.append(Refusal(name, say("Unknown field.")))
            continue
        field = declared[name]
        try:
            cleaned[name] = clean(field, value, [choice.value for choice in choices_of(uow, field)])
        except Wrong as wrong:
            refusals.append(Refusal(name, wrong.message))
    return cleaned, refusals


def choices_of(uow: UnitOfWork, field: Field) -> Sequence[Choice]:
    """The choices of a field: its own, or the entries of the configuration document it names."""
    if not field.document:
        return field.choices
    name, _, entry = field.document.partition("#")
    entries = document(uow, name).body[entry or "entries"]
    return [Choice(e["key"], e["label"]) for e in entries if e.get("active", True)]


def merged(current: Mapping[str, Any], cleaned: Mapping[str, Any]) -> dict[str, Any]:
    """A new dictionary (a changed one in place would not be seen as dirty); None removes."""
    return {name: value for name, value in {**current, **cleaned}.items() if value is not None}


def expression(uow: UnitOfWork, subject: str, name: str, column: str) -> tuple[ColumnElement[Any], Field]:
    """The SQL expression of a filterable field, the same text as its index; raises `Invalid` for others."""
    field = uow.registry.fields_of(subject).get(name)
    if field is None:
        raise Invalid.field(name, say("Unknown filter."))
    if not field.filterable:
        raise Invalid.field(name, say("This field cannot be filtered by; declare it filterable."))
    return index_expression(field, column), field


def index_expression(field: Field, column: str) -> ColumnElement[Any]:
    """The one literal expression used by index, filter and sort alike."""
    return json_number(column, field.name) if field.type in NUMERIC else json_text(column, field.name)
