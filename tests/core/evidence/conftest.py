"""A desk whose transactions are real, and somebody who holds its database and knows every trick."""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import make_url

from itsm.core.evidence.outside import SealFolder
from itsm.core.evidence.rules import Report
from itsm.core.evidence.verbs import verify_ledger
from itsm.core.ledger.guards import SQLITE
from itsm.plugins.machinery.desk import Desk
from tests import real
from tests.fixtures import TESTER, Clock

Attack = Callable[..., None]


@pytest.fixture
def ticking() -> Clock:
    """The clock of the real desk."""
    return Clock()


@pytest.fixture
def real_desk(quiet_url: str, tmp_path: Path, ticking: Clock) -> Iterator[Desk]:
    """A desk with its guards, on which every act is committed."""
    with real.real_desk(quiet_url, tmp_path, clock=ticking) as desk:
        yield desk


@pytest.fixture
def attack(real_desk: Desk) -> Attack:
    """`attack("DELETE …", …)`: what the owner of the database does, who puts the guards back afterwards."""

    def done(*statements: str | tuple[str, Sequence[Any]]) -> None:
        pairs = [(s, ()) if isinstance(s, str) else s for s in statements]
        if real_desk.database.dialect == "sqlite":
            _on_sqlite(str(real_desk.database.engine.url.database), pairs)
        else:
            _on_postgresql(real_desk.database.url, pairs)

    return done


def _on_sqlite(file: str, statements: Sequence[tuple[str, Sequence[Any]]]) -> None:
    with closing(sqlite3.connect(file)) as raw, raw:
        for name in SQLITE:
            raw.execute(f"DROP TRIGGER {name}")
        for statement, values in statements:
            raw.execute(statement, values)
        for name, (_, rest) in SQLITE.items():
            raw.execute(f"CREATE TRIGGER {name} {rest}")


def _on_postgresql(url: str, statements: Sequence[tuple[str, Sequence[Any]]]) -> None:
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain) as raw:
        raw.execute("SET session_replication_role = replica")  # neither triggers nor foreign keys
        for statement, values in statements:
            raw.execute(statement.replace("?", "%s"), values)  # type: ignore[arg-type]


@pytest.fixture
def seals(real_desk: Desk) -> SealFolder:
    """Where the seals of the desk are."""
    return SealFolder(real_desk.settings.seal_dir)


@pytest.fixture
def verified(real_desk: Desk, seals: SealFolder) -> Callable[[], Report]:
    """`verified()`: what a check of the desk finds."""

    def check() -> Report:
        with real_desk.unit_of_work(TESTER, write=False) as uow:
            return verify_ledger(uow, folder=seals)

    return check
