"""Where the two databases speak differently: the one place that asks which of them is there."""

from typing import Any

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session


def is_postgresql(session: Session) -> bool:
    """Whether this session speaks to PostgreSQL; else it is SQLite."""
    return session.get_bind().dialect.name == "postgresql"


def upsert(session: Session, table: type | Table) -> Any:
    """An insert that may say what happens on a conflict: `.on_conflict_do_nothing()`, `.on_conflict_do_update(…)`.

    Whether a row was written shows in `.returning(…)`; the row count is -1 on PostgreSQL for both outcomes.
    """
    return (postgresql if is_postgresql(session) else sqlite).insert(table)
