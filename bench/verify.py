"""Checking the ledger against its floor: `python -m bench.verify [sqlite postgresql]`. Bound: 10,000 events a second.

The floor is what no check can do without: reading the same rows with their texts, and one SHA-256 over each. Both in
one run, in turn; memory is measured too, for it may not grow with the ledger.
"""

import hashlib
import statistics
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path

from bench.desks import databases, filled
from itsm.core.act import Act, system
from itsm.core.evidence.outside import SealFolder
from itsm.core.evidence.verbs import make_seal, verify_ledger
from itsm.core.evidence.verbs.walk import rows_of
from itsm.core.ledger.rules import canonical
from itsm.core.ledger.verbs import append
from itsm.plugins.machinery.desk import Desk

EVENTS, STREAMS, BATCH, ROUNDS = 50_000, 10_000, 1000, 3
WRITER = Act(system("bench"), channel="cli", request_id="0" * 32)
TEXTS = {"body": "Принтер на третьем этаже снова не печатает, просьба посмотреть. " * 4}
AFTER = {"kind": "incident", "state": "open", "category": "open", "outcome": "", "team_id": 3, "priority": 2}


def fill(desk: Desk) -> None:
    """A ledger like that of tickets: five events each, every other one with a text."""
    for first in range(0, EVENTS, BATCH):
        with desk.unit_of_work(WRITER) as uow:
            for number in range(first, first + BATCH):
                append(
                    uow, stream="ticket", subject_id=number % STREAMS + 1, type="ticket_changed",
                    facts={"priority": [3, 2], "team": [1, 3], "workflow": 7}, after=AFTER,
                    texts=TEXTS if number % 2 else None,
                )  # fmt: skip


def seconds(act: Callable[[], object]) -> tuple[float, float]:
    """How long it takes, and how much of it this process computes: that does not depend on what else the machine does.

    On PostgreSQL the server computes beside it, on a core of its own.
    """
    started, computed = time.perf_counter(), time.process_time()
    act()
    return time.perf_counter() - started, time.process_time() - computed


def measure(desk: Desk, folder: SealFolder) -> dict[str, tuple[float, float]]:
    """What → (seconds, of them computed), medians."""

    def check() -> None:
        with desk.unit_of_work(WRITER, write=False) as uow:
            report = verify_ledger(uow, folder=folder)
            if not report.sound or report.events < EVENTS:
                raise AssertionError(report.damages[:3])

    def floor() -> None:
        with desk.unit_of_work(WRITER, write=False) as uow:
            for row in rows_of(uow.session, "ticket"):
                hashlib.sha256(canonical(tuple(row)[:20])).digest()

    def seal() -> None:
        with desk.unit_of_work(WRITER) as uow:
            make_seal(uow, folder=folder)

    acts = {"seal": seal, "check": check, "floor": floor}
    times = [{name: seconds(act) for name, act in acts.items()} for _ in range(ROUNDS)]
    return {name: _medians([taken[name] for taken in times]) for name in acts}


def _medians(times: list[tuple[float, float]]) -> tuple[float, float]:
    whole, computed = zip(*times, strict=True)
    return statistics.median(whole), statistics.median(computed)


def peak(desk: Desk, folder: SealFolder) -> float:
    """The most memory that a check holds, in MiB."""
    tracemalloc.start()
    with desk.unit_of_work(WRITER, write=False) as uow:
        verify_ledger(uow, folder=folder)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return most / (1 << 20)


def main() -> None:
    """Print one line for each database."""
    with databases(tuple(sys.argv[1:]) or ("sqlite", "postgresql")) as makers:
        for name, maker in makers.items():
            with tempfile.TemporaryDirectory() as folder, maker() as url, filled(url, 1) as measured:
                fill(measured.desk)
                seals = SealFolder(Path(folder))
                taken = measure(measured.desk, seals)
                for what in ("check", "floor"):
                    whole, computed = taken[what]
                    print(f"{name}: {what} {EVENTS / whole:,.0f} events/s, {EVENTS / computed:,.0f} by computing")
                (checking, computed), (reading, read) = taken["check"], taken["floor"]
                print(f"{name}: ratio {checking / reading:.2f} of time, {computed / read:.2f} of computing")
                memory, sealing = peak(measured.desk, seals), taken["seal"][0]
                print(f"{name}: {memory:.0f} MiB; a seal over {STREAMS:,} streams {sealing:.2f} s", flush=True)


if __name__ == "__main__":
    main()
