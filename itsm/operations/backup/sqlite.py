"""The rows of a SQLite database: given out in COPY's text format, and taken back."""

import itertools
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine

from itsm.operations.backup.lines import Reader, as_bytes, as_text, as_yes_no, lines_of, row_of
from itsm.operations.backup.manifest import Shape

AT_ONCE = 2000
CACHE_KIB = 200_000


class SqliteRows:
    """The tables of one connection, inside the transaction that it has begun."""

    def __init__(self, connection: Connection) -> None:
        self._raw: Any = connection.connection.driver_connection

    def names(self) -> list[str]:
        """All tables that hold rows of their own: no views, no indexes of full texts."""
        listed = self._raw.execute("PRAGMA main.table_list").fetchall()
        return sorted(row[1] for row in listed if row[2] == "table" and not row[1].startswith("sqlite_"))

    def shape(self, table: str) -> Shape:
        """The columns of a table that can be written, and its counter."""
        columns = tuple(name for name, _ in self._columns(table))
        if not self._raw.execute("SELECT 1 FROM sqlite_master WHERE name = 'sqlite_sequence'").fetchone():
            return Shape(table, columns)
        last = self._raw.execute("SELECT seq FROM sqlite_sequence WHERE name = ?", (table,)).fetchone()
        return Shape(table, columns, last[0] if last else 0)

    def give(self, shape: Shape) -> Iterator[bytes]:
        """All rows; SQLite itself writes the lines, which is several times faster than doing it here."""
        types = dict(self._columns(shape.name))
        line = " || char(9) || ".join(_written(name, types[name]) for name in shape.columns)
        cursor = self._raw.execute(f'SELECT {line} FROM "{shape.name}"')  # noqa: S608 - names out of the catalogue
        while rows := cursor.fetchmany(AT_ONCE):
            yield "".join(f"{row}\n" for (row,) in rows).encode()

    def take(self, shape: Shape, chunks: Iterable[bytes]) -> int:
        """Insert rows; how many."""
        types = dict(self._columns(shape.name))
        readers = [_reader(types[name]) for name in shape.columns]
        names, marks = ", ".join(f'"{name}"' for name in shape.columns), ", ".join("?" * len(shape.columns))
        statement = f'INSERT INTO "{shape.name}" ({names}) VALUES ({marks})'  # noqa: S608
        rows = (row_of(line, readers) for line in lines_of(chunks))
        count = 0
        while some := list(itertools.islice(rows, AT_ONCE)):
            self._raw.executemany(statement, some)
            count += len(some)
        self._set_counter(shape)
        return count

    def drop_all(self) -> None:
        """Empty the database."""
        listed = self._raw.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND sql LIKE 'CREATE VIRTUAL%'")
        for (name,) in [*listed.fetchall(), *((name,) for name in self.names())]:
            self._raw.execute(f'DROP TABLE "{name}"')

    @contextmanager
    def at_rest(self) -> Iterator[None]:
        """Triggers rest in this block; after it references are checked and indexes of full texts are made again."""
        self._raw.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
        triggers = self._raw.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, _ in triggers:
            self._raw.execute(f'DROP TRIGGER "{name}"')
        yield
        for child, row, parent, _ in self._raw.execute("PRAGMA foreign_key_check"):
            raise sqlite3.IntegrityError(f"row {row} of {child} refers to a row of {parent} that is not there")
        full = "SELECT name FROM sqlite_master WHERE sql LIKE 'CREATE VIRTUAL TABLE%fts5%content=%'"
        for (name,) in self._raw.execute(full).fetchall():
            self._raw.execute(f'INSERT INTO "{name}" ("{name}") VALUES (\'rebuild\')')  # noqa: S608
        for _, made in triggers:
            self._raw.execute(made)

    def _columns(self, table: str) -> list[tuple[str, str]]:
        """(name, declared type); generated columns are left out."""
        return [(row[1], row[2].upper()) for row in self._raw.execute(f'PRAGMA table_xinfo("{table}")') if row[6] == 0]

    def _set_counter(self, shape: Shape) -> None:
        counted = self._raw.execute("SELECT 1 FROM sqlite_master WHERE name = ? AND sql LIKE '%AUTOINCREMENT%'",
                                    (shape.name,))  # fmt: skip
        if shape.last_id and counted.fetchone():
            self._raw.execute("DELETE FROM sqlite_sequence WHERE name = ?", (shape.name,))
            self._raw.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", (shape.name, shape.last_id))


@contextmanager
def sqlite_snapshot(engine: Engine) -> Iterator[SqliteRows]:
    """The database as it is at this moment; in WAL mode writers go on meanwhile."""
    with engine.connect() as connection, connection.begin():
        rows = SqliteRows(connection)
        rows.names()  # the first look is what takes the snapshot
        yield rows


def _written(name: str, declared: str) -> str:
    """The SQL expression that writes one value."""
    column = f'"{name}"'
    if "BOOL" in declared:
        return f"CASE {column} WHEN 0 THEN 'f' WHEN 1 THEN 't' ELSE '\\N' END"
    text = f"replace({column}, '\\', '\\\\')"
    for code, letter in ((9, "t"), (10, "n"), (13, "r")):
        text = f"replace({text}, char({code}), '\\{letter}')"
    return (
        f"CASE typeof({column}) WHEN 'integer' THEN {column} WHEN 'null' THEN '\\N' WHEN 'text' THEN {text} "
        f"WHEN 'blob' THEN '\\\\x' || hex({column}) ELSE printf('%!.17g', {column}) END"
    )


def _reader(declared: str) -> Reader:
    """Everything else is text, of which the column's affinity makes a number where it is one."""
    if "BOOL" in declared:
        return as_yes_no
    return as_bytes if "BLOB" in declared else as_text
