"""One process at a time changes the schema."""

import time
from collections.abc import Iterator
from contextlib import closing, contextmanager

from sqlalchemy import Connection, Engine, func, select

from itsm.core.db.engine import WRITE
from itsm.core.errors import NotReady

PATIENCE = 600.0
KEY = int.from_bytes(b"itsm")


@contextmanager
def alone(engine: Engine, patience: float = PATIENCE) -> Iterator[Connection]:
    """A connection for schema changes; other processes wait for it up to `patience` seconds.

    It never goes back to the pool: its lock and its settings end with it.
    """
    with engine.connect() as connection:
        connection.execution_options(**{WRITE: True})
        try:
            if connection.dialect.name == "postgresql":
                _lock(connection, time.monotonic() + patience)
            else:
                _prepare(connection, patience)
            yield connection
        finally:
            connection.invalidate()


def _lock(connection: Connection, deadline: float) -> None:
    """Ask again and again: a session that waits inside a statement would be waited for by CREATE INDEX CONCURRENTLY."""
    while not connection.scalar(select(func.pg_try_advisory_lock(KEY))):
        connection.rollback()
        if time.monotonic() > deadline:
            raise NotReady("another process has been changing the schema all the time")
        time.sleep(0.05)
    connection.commit()


def _prepare(connection: Connection, patience: float) -> None:
    """BEGIN IMMEDIATE is the lock. Foreign keys rest, or rebuilding a table (the only ALTER here) would cascade."""
    with closing(connection.connection.cursor()) as cursor:
        cursor.execute(f"PRAGMA busy_timeout={patience * 1000:.0f}")
        cursor.execute("PRAGMA foreign_keys=OFF")
