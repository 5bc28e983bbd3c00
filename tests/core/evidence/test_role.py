"""The desk works under a PostgreSQL role that owns nothing, made by the very statements of the documentation."""

import re
import secrets
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url, select
from sqlalchemy.exc import ProgrammingError

from itsm.app import build
from itsm.core.evidence.outside import SealFolder
from itsm.core.evidence.verbs import make_seal, verify_ledger
from itsm.core.ledger.erasing import erase_texts
from itsm.core.ledger.models import Event
from itsm.core.tickets.verbs import add_comment, open_ticket
from itsm.core.work.jobs import drain
from itsm.plugins.machinery.desk import Desk
from tests.fixtures import INCIDENTS, TESTER, settings_for
from tests.real import make_tables
from tests.servers.process import Server

PAGE = Path(__file__).parents[3] / "docs" / "how-to" / "evidence.md"
FORBIDDEN = [
    "UPDATE event SET actor = 'x'",
    "DELETE FROM event",
    "UPDATE event_text SET texts = '{}'",
    "DELETE FROM erased_text",
    "TRUNCATE event CASCADE",
    "ALTER TABLE event DISABLE TRIGGER event_stays",
    "DROP TRIGGER event_stays ON event",
    "DROP TABLE event CASCADE",
    "SET session_replication_role = replica",
    "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$",
]


def statements(tag: str) -> list[list[str]]:
    """The blocks of SQL on the page, with names of this test's own."""
    blocks = re.findall(r"```sql\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    named = [re.sub(r"\bitsm(_\w+)?\b", rf"itsm\1_{tag}", block.replace("…", "secret")) for block in blocks]
    return [[s.strip() for s in re.sub(r"^\\c .*$", "", block, flags=re.MULTILINE).split(";") if s.strip()]
            for block in named]  # fmt: skip


@pytest.fixture
def humble_desk(quiet_server: Server, tmp_path: Path) -> Iterator[Desk]:
    """A desk whose role owns no table."""
    tag = secrets.token_hex(4)
    server = make_url(quiet_server.url).set(drivername="postgresql")
    first, later = statements(tag)
    at_server = [s for s in first if "CREATE ROLE" in s or "CREATE DATABASE" in s]
    run(server.render_as_string(hide_password=False), at_server)
    inside = server.set(database=f"itsm_{tag}")
    run(inside.render_as_string(hide_password=False), [s for s in first if s not in at_server])
    make_tables(_as(inside, f"itsm_owner_{tag}"))
    run(inside.render_as_string(hide_password=False), later)
    url = _as(inside, f"itsm_desk_{tag}")
    desk, _ = build(settings_for(tmp_path, url), ["incidents"], members=[INCIDENTS])
    yield desk
    desk.database.dispose()
    run(server.render_as_string(hide_password=False), [f'DROP DATABASE "itsm_{tag}" WITH (FORCE)'])


def _as(url: object, role: str) -> str:
    made = make_url(str(url)).set(drivername="postgresql+psycopg", username=role, password="secret")
    return made.render_as_string(hide_password=False)


def run(url: str, wanted: list[str]) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in wanted:
            connection.execute(statement.encode())


def test_the_desk_does_its_work_and_cannot_touch_the_ledger(humble_desk: Desk) -> None:
    desk = humble_desk
    folder = SealFolder(desk.settings.seal_dir)
    with desk.unit_of_work(TESTER) as uow:
        number = open_ticket(uow, kind="incident", title="Печать", description="Иванова").id
    with desk.unit_of_work(TESTER) as uow:
        add_comment(uow, number=number, body="слово")
    with desk.unit_of_work(TESTER) as uow:
        of_ticket = select(Event.id).where(Event.stream == "ticket", Event.seq == 2)
        assert erase_texts(uow, events=of_ticket, because="test") == 1
    with desk.unit_of_work(TESTER) as uow:
        make_seal(uow, folder=folder)
    drain(desk)
    for statement in FORBIDDEN:
        refused = pytest.raises(ProgrammingError, match=r"permission denied|must be owner")
        with desk.database.engine.connect() as connection, refused:
            connection.exec_driver_sql(statement)
    with desk.unit_of_work(TESTER, write=False) as uow:
        report = verify_ledger(uow, folder=folder)
    assert (report.sound, report.damages, report.erased) == (True, [], 1)
