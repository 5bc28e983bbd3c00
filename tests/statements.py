"""What is asked of the database in a block."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from itsm.plugins.testing import World


@contextmanager
def statements(world: World) -> Iterator[list[str]]:
    """Every statement, but for savepoints."""
    seen: list[str] = []

    def note(_c: Any, _u: Any, statement: str, *_: Any) -> None:
        if not statement.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK")):
            seen.append(statement)

    event.listen(world.connection, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(world.connection, "before_cursor_execute", note)
