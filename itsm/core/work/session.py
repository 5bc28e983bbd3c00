"""Sessions that only a unit of work can commit, over one database."""

from typing import Any

from sqlalchemy import Connection, Engine
from sqlalchemy.orm import Session

from itsm.core.db import make_engine
from itsm.core.db.engine import WRITE


class SessionMisuse(RuntimeError):
    """A verb or a hook tried to end the transaction; only leaving the unit of work does."""


class DeskSession(Session):
    """A session whose commit, rollback and close belong to the unit of work alone."""

    ours = False

    def commit(self) -> None:
        self._only_ours("commit")
        super().commit()

    def rollback(self) -> None:
        self._only_ours("rollback")
        super().rollback()

    def close(self) -> None:
        self._only_ours("close")
        super().close()

    def _only_ours(self, what: str) -> None:
        if not self.ours:
            raise SessionMisuse(f"session.{what}() belongs to the unit of work; leave its `with` block instead")


class Database:
    """The desk's database: an engine for writers and one for readers over the same pool."""

    def __init__(self, url: str, connection: Connection | None = None) -> None:
        """`connection`: an open outer transaction to live in (tests roll it back)."""
        self.url, self.outer = url, connection
        self.engine: Engine = connection.engine if connection is not None else make_engine(url)
        self._writer = self.engine.execution_options(**{WRITE: True})
        self._reader = self.engine.execution_options(postgresql_readonly=True)

    @property
    def dialect(self) -> str:
        """`sqlite` or `postgresql`."""
        return self.engine.dialect.name

    def session(self, *, write: bool) -> DeskSession:
        """A new session; a reader's transaction cannot write on either database."""
        options: dict[str, Any] = {"expire_on_commit": False, "autoflush": False}
        if self.outer is not None:
            return DeskSession(self.outer, join_transaction_mode="create_savepoint", **options)
        return DeskSession(self._writer if write else self._reader, **options)

    def dispose(self) -> None:
        """Close all connections."""
        self.engine.dispose()
