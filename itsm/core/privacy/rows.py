"""Rows as plain values, and those that belong to a person so much that they would be deleted with them."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import MetaData, Table, delete, inspect, select, update
from sqlalchemy.engine.reflection import Inspector

from itsm.core.db import table_of
from itsm.core.hookspecs.personal import Whose
from itsm.core.masking import is_secret
from itsm.core.people.models import Person
from itsm.core.work.uow import UnitOfWork


def plain(row: Any) -> dict[str, Any]:
    """A row as plain JSON values; secrets and raw bytes are left out."""
    return {name: _value(value) for name, value in row._mapping.items() if _is_shown(name, value)}


def _is_shown(name: str, value: Any) -> bool:
    return not isinstance(value, bytes) and not (isinstance(value, str) and is_secret(name))


def _value(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def own_rows(uow: UnitOfWork, whose: Whose) -> Iterator[tuple[str, dict[str, Any]]]:
    """(table, row) of everything that is the person's alone, tables of plugins included."""
    for table, column, rule in _keys(uow):
        if rule == "CASCADE" and whose.people:
            for row in uow.session.execute(select(table).where(table.c[column].in_(whose.people))):
                yield table.name, plain(row)


def delete_own_rows(uow: UnitOfWork, whose: Whose) -> None:
    """Do what the database would do if the person's row were deleted; what it would forbid stays with the stub."""
    if not whose.people:
        return
    for table, column, rule in _keys(uow):
        theirs = table.c[column].in_(whose.people)
        if rule == "CASCADE":
            uow.session.execute(delete(table).where(theirs))
        elif rule == "SET NULL":
            uow.session.execute(update(table).where(theirs).values({column: None}))
    uow.session.expire_all()


def _keys(uow: UnitOfWork) -> Iterator[tuple[Table, str, str]]:
    """Columns that refer to a person and what happens at the deletion of that one, as the database itself tells it."""
    connection = uow.session.connection()
    inspector: Inspector = inspect(connection)
    known: Mapping[str, Table] = Person.metadata.tables
    for (_, name), keys in sorted(inspector.get_multi_foreign_keys().items(), key=lambda item: item[0][1]):
        wanted = [key for key in keys if key["referred_table"] == table_of(Person).name]
        if wanted and name is not None:
            table = known[name] if name in known else Table(name, MetaData(), autoload_with=connection)
            for key in wanted:
                yield table, key["constrained_columns"][0], key.get("options", {}).get("ondelete", "").upper()
