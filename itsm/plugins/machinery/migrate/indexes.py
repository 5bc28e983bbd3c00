"""One expression index for each filterable field, on (expression, id DESC): what its filter and its sort meet."""

import logging
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from hashlib import sha256

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DataError

from itsm.core.fields.verbs import index_expression
from itsm.core.hookspecs.declarations import Field
from itsm.plugins.machinery.migrate.alone import alone

LOG = logging.getLogger("itsm")
LONGEST_NAME = 63  # PostgreSQL cuts longer ones silently


@dataclass(frozen=True)
class FieldIndex:
    """An index as it should be; `expression` is spelled for the database at hand, without its table."""

    name: str
    table: str
    expression: str

    def statement(self, concurrently: str = "") -> str:
        """How it is made."""
        return f'CREATE INDEX {concurrently}"{self.name}" ON {self.table} ({self.expression}, id DESC)'


def sync_field_indexes(engine: Engine, fields: Iterable[tuple[str, Field]]) -> list[str]:
    """Make the missing indexes and renew the broken ones, without stopping writers on PostgreSQL; may be repeated."""
    with alone(engine) as connection:
        return sync(connection, fields)


def drop_field_indexes(engine: Engine, fields: Iterable[tuple[str, Field]]) -> None:
    """Drop the indexes of these fields, if there are any."""
    with alone(engine) as connection:
        drop(connection, fields)


def lacking_indexes(engine: Engine, fields: Iterable[tuple[str, Field]]) -> set[tuple[str, str]]:
    """(table, field) of the filterable fields whose index is not there yet, or is still that of another type."""
    with engine.connect() as connection:
        wanted = [(table, field) for table, field in fields if field.filterable]
        standing = _standing(connection) if wanted else {}
        indexes = [(table, field.name, _index(connection, table, field)) for table, field in wanted]
    return {(table, name) for table, name, index in indexes if not _same(standing.get(index.name, ""), index)}


def sync(connection: Connection, fields: Iterable[tuple[str, Field]]) -> list[str]:
    """`sync_field_indexes` for who is alone already."""
    wanted = [_index(connection, table, field) for table, field in fields if field.filterable]
    standing = _standing(connection)
    done = []
    for index in wanted:
        if _same(standing.get(index.name, ""), index):
            continue
        if index.name in standing:
            _drop(connection, index.name)
        try:
            _execute(connection, index.statement(_concurrently(connection)))
        except DataError as error:
            LOG.warning("index %s must wait: the rows still hold values of another type (%s)", index.name, error.orig)
            continue
        done.append(index)
    _analyse(connection, {index.table for index in done})
    return [f"index {index.name}" for index in done]


def drop(connection: Connection, fields: Iterable[tuple[str, Field]]) -> None:
    """`drop_field_indexes` for who is alone already."""
    standing = _standing(connection)
    for table, field in fields:
        if (name := index_name(table, field)) in standing:
            _drop(connection, name)


def index_name(table: str, field: Field) -> str:
    """`ix_<table>_<field with dots as __>`; a name too long for PostgreSQL ends in a digest instead."""
    name = f"ix_{table}_{field.name.replace('.', '__')}"
    if len(name) <= LONGEST_NAME:
        return name
    return f"{name[: LONGEST_NAME - 9]}_{sha256(name.encode()).hexdigest()[:8]}"


def _index(connection: Connection, table: str, field: Field) -> FieldIndex:
    # "fields" alone: SQLite forbids a qualified name here, and meets the index with the qualified one all the same.
    expression = index_expression(field, "fields").compile(dialect=connection.dialect)
    return FieldIndex(index_name(table, field), table, str(expression))


def _standing(connection: Connection) -> dict[str, str]:
    """Name → what is indexed, of all indexes there are; '' for one that an interrupted build left invalid."""
    if connection.dialect.name == "sqlite":
        query = "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
    else:
        query = """SELECT c.relname, CASE WHEN i.indisvalid THEN pg_get_indexdef(i.indexrelid, 1, false) ELSE '' END
                   FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
                   WHERE c.relnamespace = current_schema()::regnamespace"""
    with connection.begin():
        return {name: definition for name, definition in connection.execute(text(query))}


def _same(standing: str, index: FieldIndex) -> bool:
    """SQLite keeps the statement; PostgreSQL tells the expression in its own spelling."""
    return standing == index.statement() or _bare(standing) == _bare(index.expression)


def _bare(expression: str) -> str:
    return re.sub(r"::text|[() ]", "", expression)


def _drop(connection: Connection, name: str) -> None:
    _execute(connection, f'DROP INDEX {_concurrently(connection)}"{name}"')


def _analyse(connection: Connection, tables: Collection[str]) -> None:
    """Without statistics of the expression PostgreSQL guesses, and sorts what the index would give in order."""
    if connection.dialect.name == "postgresql":
        for table in sorted(tables):
            _execute(connection, f"ANALYZE {table}")


def _concurrently(connection: Connection) -> str:
    return "CONCURRENTLY " if connection.dialect.name == "postgresql" else ""


def _execute(connection: Connection, statement: str) -> None:
    """CONCURRENTLY needs to stand outside of any transaction."""
    if connection.dialect.name == "postgresql":
        connection.execution_options(isolation_level="AUTOCOMMIT")
    with connection.begin():
        connection.exec_driver_sql(statement)
