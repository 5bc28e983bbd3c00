"""Taking alerts in over HTTP against a bare endpoint on the same server and database, and working them off against
batched inserts and against `open_ticket`: half the rate, a third and 0.8 are the bounds."""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import requests
from sqlalchemy import insert

from bench.create_ticket import PASSWORD, serving
from bench.desks import databases
from itsm.app import build
from itsm.core.act import Act, system
from itsm.core.intake.models import Intake
from itsm.core.tickets.verbs import open_ticket
from itsm.plugins import AlertRequest
from itsm.plugins.machinery.desk import Desk
from itsm_monitoring.models import MonitoredAlert
from itsm_monitoring.outside import generic
from itsm_monitoring.verbs import receive, work_off
from tests.fixtures import INCIDENTS, MONITORING, fill, settings_for
from tests.real import make_tables
from tests.servers import free_port

ROUNDS, BLOCK, CONNECTIONS, BATCH = 8, 200, 8, 100
REQUEST = AlertRequest(None, {}, datetime.now(UTC))
MONITOR = Act(system("monitoring"), channel="worker")


def alert(number: int, key: str = "") -> dict[str, Any]:
    """One message of a script."""
    return {
        "key": key or f"host{number}/disk",
        "title": f"Disk full on host{number}",
        "severity": "error",
        "event": f"{number}",
    }


def rate(url: str, token: str, first: int) -> float:
    """Requests a second of a block over some connections."""

    def some(of: int) -> None:
        with requests.Session() as session:
            session.headers["Authorization"] = f"Bearer {token}"
            for number in range(of, BLOCK, CONNECTIONS):
                answer = session.post(url, json=alert(first + number), timeout=60)
                if answer.status_code != 202:
                    raise SystemExit(f"{url}: {answer.status_code} {answer.text}")

    started = time.perf_counter()
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        list(pool.map(some, range(CONNECTIONS)))
    return BLOCK / (time.perf_counter() - started)


def accepting(url: str) -> tuple[float, float, float]:
    """(ours, floor, median ratio of pairs of blocks) in requests a second."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "ITSM_DATA_DIR": folder, "ITSM_DATABASE_URL": url, "ITSM_LOG_LEVEL": "error"}
        itsm = [sys.executable, "-m", "itsm"]
        init = [
            "init",
            "--admin-email",
            "a@example.org",
            "--admin-password",
            PASSWORD,
            "--plugins",
            "incidents,monitoring",
        ]
        subprocess.run([*itsm, *init], env=environment, check=True, stdout=subprocess.DEVNULL)
        add = [*itsm, "token", "add", "--user", "a@example.org"]
        token = subprocess.run(add, env=environment, check=True, capture_output=True, text=True).stdout.strip()
        ours, floor = free_port(), free_port()
        granian = Path(sys.executable).parent / "granian"
        bare = [str(granian), "bench.floor:application", "--factory", "--interface", "wsgi", "--port", str(floor)]
        bare += ["--blocking-threads", "8", "--log-level", "warning"]
        with (
            serving([*itsm, "web", "--port", str(ours)], environment, f"http://127.0.0.1:{ours}/healthz"),
            serving(bare, environment, f"http://127.0.0.1:{floor}/"),
        ):
            requests.post(f"http://127.0.0.1:{floor}/tokens", data=token, timeout=10)
            places = f"http://127.0.0.1:{ours}/api/v1/alerts/generic", f"http://127.0.0.1:{floor}/alerts"
            pairs = [[rate(place, token, turn * BLOCK) for place in places] for turn in range(ROUNDS + 1)][1:]
    a, b = (statistics.median(pair[i] for pair in pairs) for i in (0, 1))
    return a, b, statistics.median(x / y for x, y in pairs)


@contextmanager
def own_desk(url: str) -> Iterator[Desk]:
    """A desk with monitoring on an empty database."""
    make_tables(url)
    with tempfile.TemporaryDirectory() as folder:
        members = [INCIDENTS, MONITORING]
        desk, _ = build(settings_for(Path(folder), url), ["incidents", "monitoring"], members=members)
        fill(desk)
        yield desk
        desk.database.dispose()


def per_second(work: Callable[[int], None]) -> float:
    """Items a second of a batch."""
    times = []
    for turn in range(ROUNDS):
        started = time.perf_counter()
        work(turn)
        times.append(time.perf_counter() - started)
    return BATCH / statistics.median(times)


def take(desk: Desk, turn: int, key: str = "") -> None:
    """A batch that waits."""
    with desk.unit_of_work(MONITOR) as uow:
        found = [generic.alert_of(alert(turn * BATCH + n, key), REQUEST) for n in range(BATCH)]
        receive(uow, source="generic", found=found, body=b"", content_type="")


def working_off(url: str) -> dict[str, float]:
    """Items a second: alerts that join, rows inserted raw, alerts that open, tickets opened alike."""
    with own_desk(url) as desk:

        def drain(_: int) -> None:
            with desk.unit_of_work(MONITOR) as uow:
                work_off(uow, source="generic", most=BATCH)

        def raw(turn: int) -> None:
            with desk.unit_of_work(MONITOR) as uow:
                row = {"source": "raw", "digest": b"", "received_at": uow.now, "reason": "", "outcome": "added"}
                uow.session.execute(insert(Intake), [{**row, "key": f"{turn}/{n}"} for n in range(BATCH)])
                known = dict.fromkeys(("severity", "title", "text", "url", "key", "proposed"), "x")
                made = {"source": "raw", "status": "firing", "labels": {}, "ends": [], "acknowledged": False}
                made |= {"heard": 1, "repeats": 0, "first_at": uow.now, "last_at": uow.now}
                rows = [{**known, **made, "name": f"{turn}/{n}"} for n in range(BATCH)]
                uow.session.execute(insert(MonitoredAlert), rows)

        def tickets(_: int) -> None:
            with desk.unit_of_work(MONITOR) as uow:
                for n in range(BATCH):
                    open_ticket(uow, kind="incident", title=f"Disk full on host{n}", source="alert", form=False)

        for turn in range(ROUNDS):
            take(desk, turn)
        found = {"opens": per_second(drain), "open_ticket": per_second(tickets)}
        for turn in range(ROUNDS):
            take(desk, 1000 + turn, key="host0/disk")
        return found | {"joins": per_second(drain), "raw": per_second(raw)}


def main() -> None:
    """Print the tables."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    with databases() as makers:
        print("| database | accepted a second | floor | ratio |\n|---|---|---|---|")
        for name, maker in makers.items():
            with maker() as url:
                ours, floor, ratio = accepting(url)
                print(f"| {name} | {ours:.0f} | {floor:.0f} | {ratio:.2f} |", flush=True)
        print("\n| database | join | raw inserts | ratio | open | open_ticket | ratio |\n|---|---|---|---|---|---|---|")
        for name, maker in makers.items():
            with maker() as url:
                f = working_off(url)
                joined, opened = f["joins"] / f["raw"], f["opens"] / f["open_ticket"]
                joins, opens = f"{f['joins']:.0f} | {f['raw']:.0f}", f"{f['opens']:.0f} | {f['open_ticket']:.0f}"
                print(f"| {name} | {joins} | {joined:.2f} | {opens} | {opened:.2f} |")


if __name__ == "__main__":
    main()
