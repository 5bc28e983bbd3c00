"""The audit log of a real desk: what is here after the import equals what an independent reader finds in the file."""

import csv
import gzip
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from itsm.core.ledger.models import Event
from itsm.core.ledger.rules import GENESIS, chain
from itsm.core.people.models import Person, Team
from itsm.core.tickets.models import Ticket
from itsm.core.tickets.verbs import count_tickets
from itsm.plugins.machinery.desk import Desk
from tests.core.importing.kit import run_import
from tests.fixtures import TESTER

Moment = tuple[datetime, tuple[str, str], str, str, str]
Row = Mapping[str, str]
STATES = {
    "New": ("new", ""), "Active": ("in_progress", ""), "Resolved": ("resolved", ""), "Closed": ("closed", ""),
    "Awaiting User Info": ("waiting", "customer"), "Awaiting Evidence": ("waiting", "customer"),
    "Awaiting Problem": ("waiting", "change"), "Awaiting Vendor": ("waiting", "supplier"),
}  # fmt: skip
FILE = "servicenow-2000-incidents.csv.gz"


def read_rows(file: Path) -> dict[str, list[Row]]:
    """The rows of each incident in the order of the file."""
    rows: dict[str, list[Row]] = defaultdict(list)
    with gzip.open(file, "rt", newline="") as text:
        for row in csv.DictReader(text):
            rows[row["number"]].append(row)
    return rows


def collapsed(rows: Sequence[Row]) -> list[Moment]:
    """By time, then as in the file; a row counts when state, group, assignee or priority differ from the one before."""
    moments: list[Moment] = []
    stamped = [(datetime.strptime(r["sys_updated_at"], "%d/%m/%Y %H:%M").replace(tzinfo=UTC), r) for r in rows]
    for at, row in sorted(stamped, key=lambda pair: pair[0]):
        seen = (STATES[row["incident_state"]], row["assignment_group"], row["assigned_to"], row["priority"][0])
        if not moments or moments[-1][1:] != seen:
            moments.append((at, *seen))
    return moments


@pytest.fixture
def log(data_dir: Path) -> dict[str, list[Row]]:
    """The file, read by the reader above."""
    return read_rows(data_dir / "tickets" / FILE)


def recorded(desk: Desk) -> dict[str, list[Moment]]:
    """The same sequences as the ledger holds them."""
    with desk.unit_of_work(TESTER, write=False) as uow:
        names = {row.id: row.name for row in uow.session.execute(select(Person.id, Person.name))}
        teams = {row.id: row.label["en"] for row in uow.session.execute(select(Team.id, Team.label))}
        ids = {row.id: row.external_id for row in uow.session.execute(select(Ticket.id, Ticket.external_id))}
        moments: dict[str, list[Moment]] = defaultdict(list)
        reasons: dict[int, str] = {}
        for event in uow.session.scalars(select(Event).where(Event.stream == "ticket").order_by(Event.id)):
            told = event.facts.get("incidents.wait_reason")
            if told is not None:
                reasons[event.subject_id] = (told[1] if isinstance(told, list) else told) or ""
            state = (event.state or "", reasons.get(event.subject_id, ""))
            group, who = teams.get(event.team_id or 0, "?"), names.get(event.assignee_id or 0, "?")
            moments[ids[event.subject_id]].append((event.occurred_at, state, group, who, str(event.priority)))
        return moments


def test_every_incident_has_the_history_that_the_file_tells(
    desk: Desk, data_dir: Path, log: dict[str, list[Row]], work: Callable[[], int]
) -> None:
    outcome = run_import(desk, "tickets", data_dir / "tickets" / FILE, mapping="servicenow")
    expected = {number: collapsed(rows) for number, rows in log.items()}
    assert (outcome.code, outcome.told) == (0, "")
    events = sum(map(len, expected.values()))
    assert outcome.counts == {"created": 2000, "updated": 0, "unchanged": 0, "refused": 0, "events": events}
    assert recorded(desk) == expected
    _the_figures_equal_the_files_own(desk, log)
    assert work() == 0, "imported tickets owe nothing"
    again = run_import(desk, "tickets", data_dir / "tickets" / FILE, mapping="servicenow")
    assert (again.code, again.counts["unchanged"], again.counts["events"]) == (0, 2000, 0)


def _the_figures_equal_the_files_own(desk: Desk, log: dict[str, list[Row]]) -> None:
    """By the last row of each number: its priority, and its counters of reassignments and reopenings."""
    last = [rows[-1] for rows in log.values()]
    filters = ",".join(str(number) for number in range(1, 50))
    with desk.unit_of_work(TESTER, write=False) as uow:
        for priority, wanted in Counter(row["priority"][0] for row in last).items():
            assert count_tickets(uow, filters={"priority": priority}) == wanted
        reassigned = count_tickets(uow, filters={"incidents.reassigned": filters})
        reopened = count_tickets(uow, filters={"incidents.reopened": filters})
    assert reassigned == sum(row["reassignment_count"] != "0" for row in last) == 990
    assert reopened == sum(row["reopen_count"] != "0" for row in last) == 27
    changed = {number for number, moments in recorded(desk).items() if len({m[2] for m in moments}) > 1}
    assert changed == {number for number, rows in log.items() if len({r["assignment_group"] for r in rows}) > 1}


def test_the_first_half_of_a_log_and_then_the_whole_is_the_whole(
    desk: Desk, data_dir: Path, log: dict[str, list[Row]], tmp_path: Path
) -> None:
    middle = datetime(2016, 3, 5, tzinfo=UTC)
    with gzip.open(data_dir / "tickets" / FILE, "rt", newline="") as text:
        rows = list(csv.reader(text))
    place = rows[0].index("sys_updated_at")
    early = [r for r in rows[1:] if datetime.strptime(r[place], "%d/%m/%Y %H:%M").replace(tzinfo=UTC) < middle]
    half = tmp_path / "half.csv"
    with half.open("w", newline="") as target:
        csv.writer(target).writerows([rows[0], *early])
    first = run_import(desk, "tickets", half, mapping="servicenow")
    then = run_import(desk, "tickets", data_dir / "tickets" / FILE, mapping="servicenow")
    assert (first.code, then.code) == (0, 0)
    assert then.counts["updated"] > 100
    assert then.counts["created"] == 2000 - first.counts["created"]
    assert recorded(desk) == {number: collapsed(told) for number, told in log.items()}


def test_the_chain_of_an_imported_ticket_holds(desk: Desk, data_dir: Path, tmp_path: Path) -> None:
    with gzip.open(data_dir / "tickets" / FILE, "rb") as packed:
        (tmp_path / "few.csv").write_bytes(b"".join(packed.readlines()[:200]))
    assert run_import(desk, "tickets", tmp_path / "few.csv", mapping="servicenow").code == 0
    with desk.unit_of_work(TESTER, write=False) as uow:
        previous: dict[int, bytes] = {}
        for event in uow.session.scalars(select(Event).where(Event.stream == "ticket").order_by(Event.id)):
            row: dict[str, Any] = {column.name: getattr(event, column.name) for column in Event.__table__.columns}
            assert event.hash == chain(previous.get(event.subject_id, GENESIS), row, event.texts_digest)
            previous[event.subject_id] = event.hash
    assert len(previous) > 10
