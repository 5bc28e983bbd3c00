"""A backup of 190,000 tickets while tickets are opened: how much slower a write becomes, and for how long.

Bound: the median write is slowed at most 2×. Beside ours, on SQLite, the two ways that SQLite itself offers.
"""

import argparse
import itertools
import os
import sqlite3
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import insert, make_url, text

from bench.desks import Measured, databases, filled
from itsm.core.db import make_engine, table_of
from itsm.core.failpoints import Failpoint
from itsm.core.files.outside import FileStore
from itsm.core.ledger.models import Event, EventText, StreamHead
from itsm.core.tickets.models import Comment
from itsm.core.tickets.verbs import open_ticket
from itsm.operations.backup.take import take_backup
from itsm.operations.commands import YIELDING
from tests.fixtures import START, TESTER

LARGE, AT_ONCE, QUIET = 190_000, 5_000, 400
FIRST = 10_000_000  # beyond the events of the sample people
STEP = 1_000  # pages that the online backup copies between two pauses


def rows(size: int) -> Iterator[tuple[Any, dict[str, Any]]]:
    """Two events, a text, a comment and the head of the stream for each ticket."""
    event = {"epoch": 1, "position": 0, "stream": "ticket", "occurred_at": START, "recorded_at": START, "actor": "test",
             "actor_id": 1, "channel": "web", "origin": "live", "request_id": "0" * 32, "kind": "incident",
             "state": "closed", "category": "closed", "priority": 3,
             "texts_digest": bytes(32), "hash": os.urandom(32)}  # fmt: skip
    for n in range(1, size + 1):
        for seq, type in ((1, "ticket_opened"), (2, "ticket_changed")):
            facts = {"state": ["new", "closed"], "team": [None, n % 9]}
            yield Event, event | {"id": FIRST + 2 * n + seq, "subject_id": n, "seq": seq, "type": type, "facts": facts}
        yield EventText, {"event_id": FIRST + 2 * n + 1, "salt": os.urandom(16), "texts": {"title": f"Incident {n}"}}
        yield StreamHead, {"stream": "ticket", "subject_id": n, "seq": 2, "hash": event["hash"], "position": 0}
        yield Comment, {"ticket_id": n, "public": True, "author": "", "body": "слово " * 40, "channel": "web",
                        "created_at": START + timedelta(minutes=n)}  # fmt: skip


def give_past(url: str, size: int) -> None:
    """Put those rows in, and what a backup asks of a database that migrations made."""
    engine = make_engine(url).execution_options(itsm_write=True)
    source = rows(size)
    while some := list(itertools.islice(source, AT_ONCE)):
        with engine.begin() as connection:
            for model in (Event, EventText, StreamHead, Comment):
                connection.execute(insert(table_of(model)), [row for other, row in some if other is model])
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE core_version (version_num VARCHAR(32) NOT NULL)"))
        connection.execute(text("INSERT INTO core_version VALUES ('0000')"))
        connection.execute(text("ANALYZE"))
    engine.dispose()


def ours(url: str, folder: Path) -> None:
    """`itsm backup`."""
    engine = make_engine(url)
    take_backup(engine, FileStore(folder / "files", 1), folder / "ours.zip", datetime.now(UTC), Failpoint())
    engine.dispose()


def vacuum_into(url: str, folder: Path) -> None:
    """SQLite's VACUUM INTO."""
    with closing(sqlite3.connect(make_url(url).database or "", timeout=60)) as connection:
        connection.execute("VACUUM INTO ?", (str(folder / "vacuum.sqlite3"),))


def online(url: str, folder: Path) -> None:
    """SQLite's online backup in steps; it begins anew whenever another process has written."""
    deadline = time.monotonic() + 60

    def look(*_: int) -> None:
        if time.monotonic() > deadline:
            raise SystemExit("not done in a minute")

    with closing(sqlite3.connect(make_url(url).database or "", timeout=60)) as connection, \
            closing(sqlite3.connect(folder / "online.sqlite3")) as target:  # fmt: skip
        connection.backup(target, pages=STEP, sleep=0.01, progress=look)


WAYS: dict[str, Callable[[str, Path], None]] = {"ours": ours, "VACUUM INTO": vacuum_into, "online backup": online}


def write(measured: Measured, going_on: Callable[[int], bool]) -> list[float]:
    """Milliseconds of each ticket opened, one after another."""
    times = []
    while going_on(len(times)):
        started = time.perf_counter()
        with measured.desk.unit_of_work(TESTER) as uow:
            open_ticket(uow, kind="incident", title="Meanwhile", description="word " * 40)
        times.append((time.perf_counter() - started) * 1000)
    return times


def measure(measured: Measured, url: str, way: str) -> str:
    """A line of the table: writes before, during and after one backup."""
    with TemporaryDirectory() as name:
        before = write(measured, lambda done: done < QUIET)
        started = time.perf_counter()
        child = subprocess.Popen([sys.executable, "-m", "bench.backup", "--way", way, "--url", url, "--folder", name])
        during = write(measured, lambda _: child.poll() is None)
        seconds = time.perf_counter() - started
        after = write(measured, lambda done: done < QUIET)
        size = sum(path.stat().st_size for path in Path(name).iterdir()) / 1e6
    quiet = sorted(before + after)
    told = [
        f"{statistics.median(quiet):.1f} / {_p99(quiet):.1f}",
        f"{statistics.median(during):.1f} / {_p99(during):.1f}",
    ]
    slower = statistics.median(during) / statistics.median(quiet)
    how = f"{seconds:.0f} s, {size:.0f} MB" if child.returncode == 0 else f"not done after {seconds:.0f} s"
    return " | ".join([way, how, *told, f"{slower:.2f} / {_p99(during) / _p99(quiet):.2f}", str(len(during))])


def _p99(times: list[float]) -> float:
    return statistics.quantiles(times, n=100)[98]


def main(report: Callable[[str], None] = lambda line: print(line, flush=True)) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--on", default="sqlite,postgresql")
    parser.add_argument("--ways", default=",".join(WAYS))
    parser.add_argument("--tickets", type=int, default=LARGE)
    for name in ("--way", "--url", "--folder"):
        parser.add_argument(name, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.way:
        os.nice(YIELDING)
        WAYS[given.way](given.url, Path(given.folder))
        return
    report(
        "| database | way | backup | quiet: median / p99 (ms) | during | ratio | writes during |\n" + "|---" * 7 + "|"
    )
    with databases(tuple(given.on.split(","))) as makers:
        for name, maker in makers.items():
            with maker() as url, filled(url, given.tickets) as measured:
                give_past(url, given.tickets)
                for way in given.ways.split(",") if name == "sqlite" else ("ours",):
                    report(f"| {name} | {measure(measured, url, way)} |")


if __name__ == "__main__":
    main()
