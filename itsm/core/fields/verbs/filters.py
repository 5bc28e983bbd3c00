"""The database expression of a filterable field."""

from typing import Any

from sqlalchemy import ColumnElement

from itsm.core.db import json_number, json_text
from itsm.core.errors import Invalid
from itsm.core.fields.rules import NUMERIC
from itsm.core.hookspecs.declarations import Field
from itsm.core.texts import say
from itsm.core.work.uow import UnitOfWork


def expression(uow: UnitOfWork, subject: str, name: str, column: str) -> tuple[ColumnElement[Any], Field]:
    """The SQL expression of a filterable field, the same text as its index; raises `Invalid` for others."""
    field = uow.registry.fields_of(subject).get(name)
    if field is None:
        raise Invalid.field(name, say("Unknown filter."))
    if not field.filterable:
        raise Invalid.field(name, say("This field cannot be filtered by; declare it filterable."))
    if (subject, name) in uow.registry.unindexed:
        raise Invalid.field(name, say("The index of this field is not ready yet; `itsm migrate` makes it."))
    return index_expression(field, column), field


def index_expression(field: Field, column: str) -> ColumnElement[Any]:
    """The one literal expression used by index, filter and sort alike."""
    return json_number(column, field.name) if field.type in NUMERIC else json_text(column, field.name)
