"""What hooks add to opening a ticket: ten idle guards, and a records hook that writes a row, against the bare row."""

import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

from sqlalchemy import insert

from bench.desks import databases
from itsm.app import build
from itsm.core.act import Act, system
from itsm.core.db import table_of
from itsm.core.desk.models import DeskFact
from itsm.core.hookspecs.marks import hook
from itsm.core.tickets.verbs import open_ticket
from itsm.core.work.uow import UnitOfWork
from itsm.plugins.machinery.desk import Desk
from itsm.plugins.machinery.members import Member
from itsm.plugins.machinery.see.times import Times
from tests.fixtures import INCIDENTS, settings_for
from tests.real import make_tables

ROUNDS, BLOCK, GUARDS, CALLS = 40, 30, 10, 10_000
ADD = insert(table_of(DeskFact))
ACT = Act(system("bench"), channel="bench")


def idle_guard() -> Callable[..., Any]:
    """A guard that does nothing."""

    def ticket_opening(uow: Any, draft: Any) -> None:
        return None

    return ticket_opening


def idle_record(uow: Any, ticket_id: int, draft: Any) -> None:
    """A records hook that has nothing to write: what the savepoint and the guard around it cost."""


def writing_record(uow: Any, ticket_id: int, draft: Any) -> None:
    """Write one small row with the ticket."""
    uow.session.connection().execute(ADD, {"name": f"bench {ticket_id}", "value": "x"})


def plugin(name: str, **hooks: Any) -> Member:
    """A plugin made of these hooks."""
    module = ModuleType(f"{name}.hooks")
    module.__file__ = str(Path(__file__))
    vars(module).update(hooks)
    return Member(name, "1", f"{name}.hooks", hooks=module)


def bare_row(uow: UnitOfWork, ticket_id: int) -> None:
    """The floor: the same row, written by the verb itself."""
    uow.session.connection().execute(ADD, {"name": f"bare {ticket_id}", "value": "x"})


def row_in_savepoint(uow: UnitOfWork, ticket_id: int) -> None:
    """The floor of every design in which a failing hook takes back its own rows and no others."""
    with uow.session.begin_nested():
        bare_row(uow, ticket_id)


def block(desk: Desk, then: Callable[[UnitOfWork, int], None] | None = None) -> float:
    """The median time to open a ticket, without the commit's disk, in milliseconds; `then`: and do that."""
    times = []
    for _ in range(BLOCK):
        with desk.unit_of_work(ACT) as uow:
            started = time.perf_counter()
            ticket = open_ticket(uow, kind="incident", title="Принтер")
            if then is not None:
                then(uow, ticket.id)
            times.append((time.perf_counter() - started) * 1000)
    return statistics.median(times)


def measure(url: str) -> list[float]:
    """Plain ms; and the ms that ten idle guards, an idle and a writing records hook, a row and
    a row in a savepoint add.
    """
    with tempfile.TemporaryDirectory() as folder:
        make_tables(url)
        idle = [plugin(f"idle{n}", ticket_opening=hook(idle_guard())) for n in range(GUARDS)]
        resting = [plugin("records", ticket_recorded=hook(idle_record))]
        writing = [plugin("records", ticket_recorded=hook(writing_record))]
        settings = settings_for(Path(folder), url)
        desks = []
        for extra in ([], idle, resting, writing):
            members = [INCIDENTS, *extra]
            desk, _ = build(settings, [m.name for m in members], members=members)
            if desk.aside:
                raise SystemExit(str(desk.aside))
            desks.append(desk)
        for desk in desks:
            block(desk)
        floors = (bare_row, row_in_savepoint)
        rounds = [[*map(block, desks), *(block(desks[0], floor) for floor in floors)] for _ in range(ROUNDS)]
    added = [statistics.median(r[n] - r[0] for r in rounds) for n in range(1, 6)]
    return [statistics.median(r[0] for r in rounds), *added]


def noting() -> float:
    """Microseconds that noting the time of one call costs, adding up included: the best of some rounds."""
    times, best = Times(), float("inf")
    for _ in range(ROUNDS):
        started = time.perf_counter()
        for _ in range(CALLS):
            times.note("bench", "ticket_opening", 0.00001)
        best = min(best, (time.perf_counter() - started) / CALLS * 1e6)
    return best


def main() -> None:
    """Print the table."""
    print(f"Noting the time of a call: {noting():.2f} µs\n")
    print(
        f"| database | open (ms) | {GUARDS} idle guards add | an idle record | a record with a row"
        " | the bare row | a row in a savepoint |"
    )
    print("|---|---|---|---|---|---|---|")
    with databases() as makers:
        for name, maker in makers.items():
            with maker() as url:
                print(f"| {name} | " + " | ".join(f"{ms:.3f}" for ms in measure(url)) + " |")


if __name__ == "__main__":
    main()
