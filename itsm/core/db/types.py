"""Column types with the same meaning on SQLite and PostgreSQL, and the literal JSON expressions for indexes."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, ColumnElement, DateTime, Dialect, Numeric, String, Text, TypeDecorator
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.visitors import InternalTraversal
from sqlalchemy.types import TypeEngine

Json = JSON().with_variant(JSONB(), "postgresql")
NullJson = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


def utc_text(moment: datetime) -> str:
    """Fixed-width UTC text (27 characters), so that text order is time order."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def folded(length: int) -> TypeEngine[str]:
    """The type of a fold (`itsm.core.texts.fold`): compared and sorted by code points, whatever the server's locale.

    So Cyrillic and Latin stand in the same order on both databases, and the beginning of a word is found by index.
    """
    return String(length).with_variant(String(length, collation="C"), "postgresql")


class Utc(TypeDecorator[datetime]):
    """An instant: timestamptz on PostgreSQL, fixed-width text on SQLite; naive values are refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(String(27) if dialect.name == "sqlite" else DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a naive moment {value!r} cannot be stored: instants carry a zone")
        return utc_text(value) if dialect.name == "sqlite" else value.astimezone(UTC)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return datetime.fromisoformat(value) if isinstance(value, str) else value.astimezone(UTC)


class _JsonMember(ColumnElement[Any]):
    """`document -> 'name'` spelled literally, because an expression index is only met by the very same text."""

    inherit_cache = True
    _traverse_internals = [  # noqa: RUF012  (what SQLAlchemy's statement cache must tell apart)
        ("column", InternalTraversal.dp_string),
        ("name", InternalTraversal.dp_string),
        ("type", InternalTraversal.dp_type),
    ]

    def __init__(self, column: str, name: str, type_: TypeEngine[Any]) -> None:
        self.column, self.name, self.type = column, name.replace("'", "''").replace('"', ""), type_


@compiles(_JsonMember, "sqlite")
def _sqlite_member(element: _JsonMember, compiler: SQLCompiler, **_: Any) -> str:
    return f"json_extract({element.column}, '$.\"{element.name}\"')"


@compiles(_JsonMember, "postgresql")
def _postgresql_member(element: _JsonMember, compiler: SQLCompiler, **_: Any) -> str:
    text = f"({element.column} ->> '{element.name}')"
    return f"({text}::numeric)" if isinstance(element.type, Numeric) else text


def json_text(column: str, name: str) -> ColumnElement[str]:
    """Member `name` of the JSON column `column` ('table.column') as text, spelled the way its index is."""
    return _JsonMember(column, name, Text())


def json_number(column: str, name: str) -> ColumnElement[Any]:
    """Member `name` as a number, spelled the way its index is."""
    return _JsonMember(column, name, Numeric())
