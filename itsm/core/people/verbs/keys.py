"""Everything that points to a person or an organisation, as the database itself tells it: count it, move it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Column, Connection, MetaData, Select, Table, and_, delete, exists, func, inspect, select, update
from sqlalchemy.engine.reflection import Inspector
from sqlalchemy.exc import DBAPIError

from itsm.core.access.models import (
    Account,
    CodeFactor,
    ExternalIdentity,
    LoginSession,
    Passkey,
    RecoveryCode,
    RoleGrant,
    Token,
)
from itsm.core.db import table_of
from itsm.core.work.uow import UnitOfWork

# What lets a person in: it moves whole, or not at all.
OF_ACCESS: tuple[Any, ...] = (
    Account, RoleGrant, Token, LoginSession, CodeFactor, RecoveryCode, Passkey, ExternalIdentity,
)  # fmt: skip
ACCESS = tuple(table_of(model).name for model in OF_ACCESS)


class Key(NamedTuple):
    """One column with a foreign key. link: the row says nothing but that two things belong together."""

    table: Table
    column: Column[Any]
    link: bool

    @property
    def name(self) -> str:
        """As facts of the ledger name it."""
        return f"{self.table.name}.{self.column.name}"


def keys_to(uow: UnitOfWork, table: str, *, without: Sequence[str] = ()) -> list[Key]:
    """All columns that refer to `table`.id, in one order.

    Asked of the database and not of the models, for the tables of a plugin that is switched off have rows too.
    """
    connection = uow.session.connection()
    inspector: Inspector = inspect(connection)
    found = inspector.get_multi_foreign_keys()
    keys: list[Key] = []
    for (_, name), foreign in sorted(found.items(), key=lambda item: item[0][1]):
        columns = [
            key["constrained_columns"][0]
            for key in foreign
            if key["referred_table"] == table and key["referred_columns"] in (["id"], [])
        ]
        if columns and name not in without:
            keys += _keys(inspector, name, columns, {c for key in foreign for c in key["constrained_columns"]})
    return keys


def _keys(inspector: Inspector, name: str, columns: Sequence[str], foreign: set[str]) -> Iterator[Key]:
    primary = set(inspector.get_pk_constraint(name)["constrained_columns"])
    described = inspector.get_columns(name)
    table = Table(
        name, MetaData(), *(Column(c["name"], c["type"], primary_key=c["name"] in primary) for c in described)
    )
    link = len(primary) > 1 and {c["name"] for c in described} <= primary | foreign
    for column in sorted(columns):
        yield Key(table, table.c[column], link and column in primary)


def counts(uow: UnitOfWork, keys: Sequence[Key], id_: int) -> dict[str, int]:
    """How many rows point to `id_`, by the name of the key; those without are left out."""
    found = {}
    for key in keys:
        number = uow.session.scalar(select(func.count()).select_from(key.table).where(key.column == id_)) or 0
        if number:
            found[key.name] = number
    return found


def move(uow: UnitOfWork, keys: Sequence[Key], old: int, new: int) -> tuple[dict[str, int], dict[str, int]]:
    """Let every row that points to `old` point to `new`; (moved, left) by the name of the key.

    A link that the new one has already is dropped: both said the same. Where only one row is possible and it says
    more than that, or where the database forbids its change, it stays with the old one, and nothing is lost.
    """
    connection = uow.session.connection()
    moved, left = {}, {}
    for key in keys:
        if key.link:
            connection.execute(_doubled(key, old, new))
        number = connection.scalar(_count(key, old)) or 0
        stay = _move(connection, key, old, new) if number else 0
        if number > stay:
            moved[key.name] = number - stay
        if stay:
            left[key.name] = stay
    return moved, left


def _count(key: Key, id_: int) -> Select[Any]:
    return select(func.count()).select_from(key.table).where(key.column == id_)


def _doubled(key: Key, old: int, new: int) -> Any:
    other = key.table.alias()
    rest = [other.c[c.name] == c for c in key.table.primary_key.columns if c.name != key.column.name]
    there = exists(select(1).select_from(other).where(other.c[key.column.name] == new, *rest))
    return delete(key.table).where(key.column == old, there)


def _move(connection: Connection, key: Key, old: int, new: int) -> int:
    """All rows at once; where one of them cannot, one by one. How many stayed."""
    if _tried(connection, update(key.table).where(key.column == old).values({key.column.name: new})):
        return 0
    primary = list(key.table.primary_key.columns)
    if not primary:
        return connection.scalar(_count(key, old)) or 0
    stay = 0
    for row in connection.execute(select(*primary).where(key.column == old)).all():
        this = and_(*(column == value for column, value in zip(primary, row, strict=True)))
        stay += not _tried(connection, update(key.table).where(this).values({key.column.name: new}))
    return stay


def _tried(connection: Connection, statement: Any) -> bool:
    """Whether the database took it; its refusal undoes this statement alone."""
    point = connection.begin_nested()
    try:
        connection.execute(statement)
    except DBAPIError:
        point.rollback()
        return False
    point.commit()
    return True


def by_table(numbers: Mapping[str, int]) -> dict[str, int]:
    """The same, by table."""
    summed: dict[str, int] = {}
    for name, number in numbers.items():
        summed[name.partition(".")[0]] = summed.get(name.partition(".")[0], 0) + number
    return summed
