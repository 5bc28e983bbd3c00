"""How fast the audit log of a real desk comes in: events a second, with plain inserts of the same rows as the floor.

`python -m bench.import_tickets [sqlite|postgresql …]`; the recorded data lie beside the checkout (TEST_DATA_DIR).
"""

import io
import sys
import time
from collections.abc import Sequence
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Table, insert, select

from bench.desks import databases, filled
from itsm.core.db import Base, make_engine
from itsm.core.importing.commands import import_command
from tests.real import make_tables
from tests.selection import DATA

FILE = DATA / "tickets" / "servicenow-2000-incidents.csv.gz"
WRITTEN = ("organisation", "person", "address", "team", "ticket", "stream_head", "event", "event_text", "ticket_import")
AT_ONCE = 1000


def main(names: Sequence[str]) -> None:
    """Measure each database in one run."""
    if not FILE.is_file():
        sys.exit(f"the recorded data are absent: no file {FILE}")
    with databases(tuple(names) or ("sqlite",)) as makers:
        for name, database in makers.items():
            with database() as url, filled(url, 0) as measured, database() as empty:
                told = [measure(measured.desk) for _ in range(2)]
                rows = rows_of(measured.desk.database.engine)
                floor = plain_inserts(empty, rows)
                report(name, told, sum(map(len, rows.values())), floor)


def measure(desk: Any) -> tuple[int, float]:
    """(events, seconds) of one import."""
    out = io.StringIO()
    started = time.perf_counter()
    code = import_command(desk, "tickets", FILE, mapping="servicenow", out=out, err=sys.stderr)
    seconds = time.perf_counter() - started
    assert code == 0, out.getvalue()
    return int(out.getvalue().rsplit(", ", 1)[1].split()[0]), seconds


def rows_of(engine: Any) -> dict[str, list[dict[str, Any]]]:
    """Everything that the import wrote, by table, the parents first."""
    tables = [table for table in Base.metadata.sorted_tables if table.name in WRITTEN]
    with engine.connect() as connection:
        return {table.name: [dict(row) for row in connection.execute(select(table)).mappings()] for table in tables}


def plain_inserts(url: str, rows: dict[str, list[dict[str, Any]]]) -> float:
    """Seconds for the same rows with nothing but executemany, a thousand per transaction."""
    engine = make_engine(url).execution_options(itsm_write=True)
    make_tables(url)
    started = time.perf_counter()
    for name, content in rows.items():
        rest = iter(content)
        while chunk := list(islice(rest, AT_ONCE)):
            with engine.begin() as connection:
                insert_plainly(connection, Base.metadata.tables[name], chunk)
    seconds = time.perf_counter() - started
    engine.dispose()
    return seconds


def insert_plainly(connection: Connection, table: Table, chunk: Sequence[dict[str, Any]]) -> None:
    """One executemany."""
    connection.execute(insert(table), list(chunk))


def report(name: str, told: Sequence[tuple[int, float]], rows: int, floor: float) -> None:
    """What a reader compares: all numbers come from one run."""
    (events, first), (_, second) = told
    print(f"{name}: {events} events in {first:.1f} s = {events / first:.0f} events/s, parsing included")
    print(f"{name}: the second run, which finds nothing new, {second:.1f} s")
    print(f"{name}: floor, {rows} rows by plain executemany: {floor:.1f} s; the import takes {first / floor:.1f}× that")


if __name__ == "__main__":
    main(sys.argv[1:])
