"""What a process leaves behind when it ends: taken back at once or when its lease lapses, whatever the clocks do."""

import os
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from itsm.core.hookspecs.declarations import Schedule
from itsm.core.work.jobs import drain
from itsm.core.work.jobs.claim import LOST, SKEW, claim, due_rows, free_lost, start_attempt
from itsm.core.work.jobs.clockwork import fire_schedules, follow_clock, lead
from itsm.core.work.limits import GRACE
from itsm.core.work.models import OwedCall
from itsm.core.work.rules import pause_before
from itsm.plugins.machinery.desk import Desk
from itsm.processes.presence import Presence
from tests.fixtures import TESTER, Clock

ROOT = Path(__file__).parents[2]
HANGS = """
from itsm.core.work.limits import hard_limit
with hard_limit(0.5):
    sum(range(10**12))
"""


def owed(desk: Desk, number: int) -> None:
    with desk.unit_of_work(TESTER) as uow:
        for _ in range(number):
            uow.later("core.forget_receipts")


def states(session: Session) -> list[tuple[str, int]]:
    rows = session.scalars(select(OwedCall).order_by(OwedCall.id).execution_options(populate_existing=True))
    return [(row.state, row.attempts) for row in rows]


def test_of_a_batch_only_the_call_that_was_begun_has_lost_an_attempt(desk: Desk) -> None:
    owed(desk, 3)
    with desk.unit_of_work(TESTER) as uow:
        rows = claim(uow.session, uow.now, limit=20, holder="gone")
        start_attempt(uow.session, rows[1], uow.now)
        assert free_lost(uow.session, uow.now, gone=["another"]) == 0
        assert free_lost(uow.session, uow.now, gone=["gone"]) == 3
        assert states(uow.session) == [("due", 0), ("due", 1), ("due", 0)]
        assert len(claim(uow.session, uow.now, limit=20)) == 2, "the one that was begun waits a little"


def test_a_call_that_always_kills_its_process_is_dead_after_its_attempts(desk: Desk, clock: Clock) -> None:
    owed(desk, 1)
    for attempt in (1, 2, 3):
        with desk.unit_of_work(TESTER) as uow:
            row = claim(uow.session, uow.now, limit=1, holder="gone")[0]
            start_attempt(uow.session, row, uow.now)
            free_lost(uow.session, uow.now, gone=["gone"], most=3)
        clock.forward(seconds=pause_before(attempt).total_seconds())
    with desk.unit_of_work(TESTER) as uow:
        assert states(uow.session) == [("dead", 3)]
        assert uow.session.scalars(select(OwedCall.error)).one() == LOST


def test_a_round_that_broke_leaves_nothing_under_its_own_name(desk: Desk, clock: Clock) -> None:
    owed(desk, 2)
    with desk.unit_of_work(TESTER) as uow:
        claim(uow.session, uow.now, limit=20, holder="me")
    assert drain(desk, holder="me") == 2


def test_a_lease_of_a_clock_that_was_put_back_is_void(desk: Desk, clock: Clock) -> None:
    owed(desk, 1)
    with desk.unit_of_work(TESTER) as uow:
        claim(uow.session, uow.now + timedelta(hours=1), limit=1)
        assert lead(uow.session, uow.now + timedelta(hours=1), "one")
        assert not lead(uow.session, uow.now + timedelta(hours=1) - SKEW, "other"), "clocks of hosts differ a little"
        assert free_lost(uow.session, uow.now + timedelta(hours=1) - SKEW) == 0
        assert free_lost(uow.session, uow.now) == 1
        assert lead(uow.session, uow.now, "other")


def test_what_is_owed_at_once_does_not_wait_for_a_clock_that_was_put_back_but_timers_do(
    desk: Desk, clock: Clock
) -> None:
    with desk.unit_of_work(TESTER) as uow:
        lead(uow.session, uow.now, "one")
        uow.later("core.forget_receipts", at=uow.now + timedelta(minutes=5))
    owed(desk, 1)
    clock.forward(hours=-1)
    assert drain(desk) == 0
    with desk.unit_of_work(TESTER) as uow:
        follow_clock(uow.session, uow.now)
        lead(uow.session, uow.now, "one")
    assert drain(desk) == 1
    with desk.unit_of_work(TESTER) as uow:
        assert states(uow.session) == [("due", 0), ("done", 1)]


def test_schedules_go_on_when_the_clock_jumps_and_no_due_time_fires_twice(desk: Desk, clock: Clock) -> None:
    hourly = [Schedule("core.receipts", "core.forget_receipts", timedelta(hours=1))]
    fired = []
    for hours in (0, 1, 48, -48, 1, 1, 48, 1):
        clock.forward(hours=hours)
        with desk.unit_of_work(TESTER) as uow:
            fire_schedules(uow, hourly)
        fired.append(drain(desk))
    assert fired == [0, 1, 1, 0, 0, 1, 1, 1], "what was made up 48 hours on does not fire at its own time again"


def test_workers_know_at_once_who_of_them_has_ended_however_it_ended(tmp_path: Path) -> None:
    code = f"import os; from pathlib import Path; from itsm.processes.presence import Presence\n" \
           f"one = Presence(Path({str(tmp_path)!r})); print(one.name, flush=True); input()"  # fmt: skip
    me = Presence(tmp_path)
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    ) as other:
        assert other.stdout is not None
        name = other.stdout.readline().strip()
        assert me.gone() == []
        other.kill()
    assert me.gone() == [name]
    me.forget([name])
    assert me.gone() == []
    me.leave()
    assert list(tmp_path.iterdir()) == []


def test_a_call_that_hangs_where_no_signal_and_no_thread_reaches_it_ends_its_process() -> None:
    """A loop in C hears no signal and holds the interpreter's lock."""
    before = time.monotonic()
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", HANGS], capture_output=True, text=True, timeout=120, env=environment)
    assert done.returncode == 1
    assert "Timeout" in done.stderr
    assert "line 4 in <module>" in done.stderr, "it tells where it stood"
    assert time.monotonic() - before >= 0.5 + GRACE


def test_claiming_reads_the_index_of_what_is_due_however_many_wait(desk: Desk) -> None:
    """A partial index whose condition is a parameter is not used by SQLite: 80 ms a look at 200,000 timers, now 3."""
    if desk.database.dialect == "postgresql":
        return
    with desk.unit_of_work(TESTER) as uow:
        connection = uow.session.connection()
        compiled = due_rows(uow.now).limit(20).compile(connection)
        plan = "\n".join(
            row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled}", ("x", "x", 20, 0))
        )
    assert "owed_call USING INDEX ix_owed_call_claimable" in plan
    assert "USING INDEX ix_owed_call_lane" in plan
    assert "SCAN owed_call" not in plan
