"""Desks that lie on the disk as real ones do, made by migrations, with a little of everything in them."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import Connection, Table, inspect, select

from itsm.app import HOUSE, Office, build
from itsm.core.access.verbs import sign_in_as
from itsm.core.db import Base, make_engine
from itsm.core.settings import Settings
from itsm.core.tickets.verbs import add_comment, attach_file, open_ticket
from itsm.plugins.machinery.desk import Desk
from itsm.plugins.machinery.lineages import lineages
from itsm.plugins.machinery.members import load
from itsm.plugins.machinery.migrate.apply import migrate
from itsm.plugins.machinery.switch import enable
from tests.fixtures import INCIDENTS, TESTER, Sample, fill, settings_for

MEMBERS = [*HOUSE, load(INCIDENTS)]
NASTY = "Ё\tтаб\nстрока\r\\N \\\\ конец\\"  # what a format of lines and tabs must carry
# Where a restore differs on purpose, and what belongs to a moment.
CHANGED = {"desk_fact", "lease", "stream_head", "login_session", "owed_call", "event", "schedule"}


@dataclass
class RealDesk:
    """A desk with its settings and sample people."""

    settings: Settings
    desk: Desk
    app: Flask
    sample: Sample
    number: int = 0
    session: str = ""

    def office(self) -> Office:
        """What commands work with, on the desk's own connections."""
        office = Office(self.settings)
        office.database.dispose()
        office.database = self.desk.database
        return office


@contextmanager
def real_desk(url: str, folder: Path, **more: str) -> Iterator[RealDesk]:
    """A desk of the house and incidents, not in a transaction of the test."""
    settings = settings_for(folder, url, **more)
    engine = make_engine(url)
    migrate(engine, lineages(MEMBERS))
    engine.dispose()
    desk, app = build(settings, ["incidents"], members=[INCIDENTS])
    made = RealDesk(settings, desk, app, fill(desk))
    with desk.unit_of_work(TESTER) as uow:
        enable(uow, name="incidents")
    yield made
    desk.database.dispose()


def live_in(made: RealDesk) -> None:
    """A ticket with a comment and a file, background work that waits, and somebody who is signed in."""
    act = made.sample.act(made.desk, "agent")
    with made.desk.unit_of_work(act) as uow:
        made.number = open_ticket(uow, kind="incident", title="Принтер", description=NASTY).id
        add_comment(uow, number=made.number, body=NASTY)
        attach_file(uow, store=made.desk.files, number=made.number, name="кот.png", content=io.BytesIO(b"\0cat\xff"))
    with made.desk.unit_of_work(TESTER) as uow:
        who = made.sample.people["agent"].id
        made.session = sign_in_as(uow, person_id=who, method="password", address="127.0.0.1")


def contents(desk: Desk) -> dict[str, list[Any]]:
    """Table → all rows as Python sees them, of every table that a restore gives back as it was."""
    tables = {mapper.local_table for mapper in Base.registry.mappers if isinstance(mapper.local_table, Table)}
    with desk.database.engine.connect() as connection:
        there = set(inspect(connection).get_table_names()) - CHANGED
        return {table.name: _rows(connection, table) for table in tables if table.name in there}


def _rows(connection: Connection, table: Table) -> list[Any]:
    columns = [column for column in table.columns if not column.computed]
    return sorted((tuple(row) for row in connection.execute(select(*columns))), key=repr)
