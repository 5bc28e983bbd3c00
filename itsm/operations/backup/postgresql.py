"""The rows of a PostgreSQL database: by COPY, in one snapshot; no program of PostgreSQL is needed."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from psycopg import sql
from sqlalchemy import Connection, Engine

from itsm.operations.backup.manifest import Shape
from itsm.plugins.machinery.migrate.alone import KEY

MOMENT = """to_char({} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')"""
LOCK_WAITS = "60s"
COLUMNS = """SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute
             WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = '' ORDER BY attnum"""
TABLES = "SELECT relname FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p')"
FUNCTIONS = """SELECT p.oid::regprocedure::text FROM pg_proc p WHERE pronamespace = current_schema()::regnamespace
               AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')"""
REFERENCES = """SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
                WHERE connamespace = current_schema()::regnamespace AND contype = 'f'"""


class PostgresqlRows:
    """The tables of one connection, inside the transaction that it has begun."""

    def __init__(self, connection: Connection) -> None:
        raw: Any = connection.connection.driver_connection
        self._cursor = raw.cursor()

    def names(self) -> list[str]:
        """All tables of the schema."""
        return sorted(name for (name,) in self._cursor.execute(TABLES).fetchall())

    def shape(self, table: str) -> Shape:
        """The columns of a table that can be written, and its counter."""
        columns = tuple(name for name, _ in self._columns(table))
        last = 0
        for sequence in filter(None, (self._sequence(table, name) for name in columns)):
            query = sql.SQL("SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM {}").format(sequence)
            last = self._cursor.execute(query).fetchone()[0]
        return Shape(table, columns, last)

    def give(self, shape: Shape) -> Iterator[bytes]:
        """All rows as the server writes them."""
        types = dict(self._columns(shape.name))
        values = sql.SQL(", ").join(_value(name, types[name]) for name in shape.columns)
        query = sql.SQL("COPY (SELECT {} FROM {}) TO STDOUT").format(values, sql.Identifier(shape.name))
        with self._cursor.copy(query) as copy:
            for chunk in copy:
                yield bytes(chunk)

    def take(self, shape: Shape, chunks: Iterable[bytes]) -> int:
        """Insert rows; how many."""
        names = sql.SQL(", ").join(map(sql.Identifier, shape.columns))
        with self._cursor.copy(sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(shape.name), names)) as copy:
            for chunk in chunks:
                copy.write(chunk)
        count = int(self._cursor.rowcount)
        self._set_counter(shape)
        return count

    def drop_all(self) -> None:
        """Empty the schema; who still works on it is waited for, but not for ever."""
        self._cursor.execute(f"SET LOCAL lock_timeout = '{LOCK_WAITS}'")
        for name in self.names():
            self._cursor.execute(sql.SQL("DROP TABLE {} CASCADE").format(sql.Identifier(name)))
        for (function,) in self._cursor.execute(FUNCTIONS).fetchall():
            self._cursor.execute(f"DROP FUNCTION {function} CASCADE")

    @contextmanager
    def at_rest(self) -> Iterator[None]:
        """Triggers and references rest in this block; made again after it, the references check every row."""
        references = self._cursor.execute(REFERENCES).fetchall()
        for table, name, _ in references:
            drop = sql.SQL("ALTER TABLE {} DROP CONSTRAINT {}").format(sql.SQL(table), sql.Identifier(name))
            self._cursor.execute(drop)
        self._triggers("DISABLE")
        yield
        self._triggers("ENABLE")
        for table, name, made in references:
            words = (sql.SQL(table), sql.Identifier(name), sql.SQL(made))
            self._cursor.execute(sql.SQL("ALTER TABLE {} ADD CONSTRAINT {} {}").format(*words))
        self._cursor.execute("ANALYZE")

    def _triggers(self, what: str) -> None:
        for name in self.names():
            self._cursor.execute(sql.SQL(f"ALTER TABLE {{}} {what} TRIGGER USER").format(sql.Identifier(name)))

    def _columns(self, table: str) -> list[tuple[str, str]]:
        found: list[tuple[str, str]] = self._cursor.execute(COLUMNS, (f'"{table}"',)).fetchall()
        return found

    def _sequence(self, table: str, column: str) -> sql.SQL | None:
        found = self._cursor.execute("SELECT pg_get_serial_sequence(%s, %s)", (f'"{table}"', column)).fetchone()[0]
        return sql.SQL(found) if found else None

    def _set_counter(self, shape: Shape) -> None:
        """Beyond every row and beyond what was given before; SQLite keeps no counter for most tables."""
        for name in shape.columns:
            if (sequence := self._sequence(shape.name, name)) is not None:
                highest = sql.SQL("SELECT coalesce(max({}), 0) FROM {}").format(
                    sql.Identifier(name), sql.Identifier(shape.name)
                )
                last = max(self._cursor.execute(highest).fetchone()[0], shape.last_id)
                if last:
                    self._cursor.execute("SELECT setval(%s::regclass, %s)", (sequence.as_string(), last))


@contextmanager
def postgresql_snapshot(engine: Engine) -> Iterator[PostgresqlRows]:
    """The database as it is at this moment; nobody waits for it but changes of the schema, which it waits for too."""
    with engine.connect() as connection:
        try:
            connection.exec_driver_sql("SELECT pg_advisory_lock_shared(%s)", (KEY,))
            connection.commit()
            connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            with connection.begin():
                yield PostgresqlRows(connection)
        finally:
            connection.invalidate()  # the lock and the settings end with it


def _value(name: str, declared: str) -> sql.Composable:
    column = sql.Identifier(name)
    return sql.SQL(MOMENT).format(column) if declared == "timestamp with time zone" else column
