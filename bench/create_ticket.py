"""Creating a ticket over HTTP against a bare endpoint on the same server and database; and what hooks add to it."""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests

from bench.desks import databases
from tests.servers import free_port

ROUNDS, BLOCK = 12, 60
PASSWORD = "a password for measuring"  # noqa: S105
BODY = {
    "kind": "incident",
    "title": "Принтер не печатает",
    "description": "слово " * 40,
    "fields": {"incidents.impact": "high", "incidents.urgency": "low"},
}


@contextmanager
def serving(command: list[str], environment: dict[str, str], url: str) -> Iterator[None]:
    """A server in a process of its own, until it answers; ended by its id."""
    process = subprocess.Popen(command, env=environment)
    try:
        for _ in range(300):
            try:
                requests.get(url, timeout=1)
                break
            except requests.ConnectionError:
                time.sleep(0.1)
        yield
    finally:
        process.terminate()
        process.wait(20)


def one_block(session: requests.Session, url: str, body: dict[str, Any]) -> float:
    """The median of a block of requests, in milliseconds."""
    times = []
    for _ in range(BLOCK):
        started = time.perf_counter()
        answer = session.post(url, json=body, timeout=30)
        times.append((time.perf_counter() - started) * 1000)
        if answer.status_code != 201:
            raise SystemExit(f"{url}: {answer.status_code} {answer.text}")
    return statistics.median(times)


def measure(url: str) -> tuple[float, float, float]:
    """(ours ms, floor ms, median ratio of pairs of blocks) on one database."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "ITSM_DATA_DIR": folder, "ITSM_DATABASE_URL": url}
        itsm = [sys.executable, "-m", "itsm"]
        init = ["init", "--admin-email", "a@example.org", "--admin-password", PASSWORD]
        subprocess.run([*itsm, *init], env=environment, check=True, stdout=subprocess.DEVNULL)
        token = subprocess.run(
            [*itsm, "token", "add", "--user", "a@example.org"],
            env=environment,
            check=True,
            capture_output=True,
            text=True,
        ).stdout.strip()
        ours, floor = free_port(), free_port()
        granian = Path(sys.executable).parent / "granian"
        bare = [str(granian), "bench.floor:application", "--factory", "--interface", "wsgi", "--port", str(floor)]
        bare += ["--blocking-threads", "8", "--log-level", "warning"]
        with (
            serving([*itsm, "web", "--port", str(ours)], environment, f"http://127.0.0.1:{ours}/healthz"),
            serving(bare, environment, f"http://127.0.0.1:{floor}/"),
            requests.Session() as session,
        ):
            session.headers["Authorization"] = f"Bearer {token}"
            places = f"http://127.0.0.1:{ours}/api/v1/tickets", f"http://127.0.0.1:{floor}/tickets"
            for place in places:
                one_block(session, place, BODY)
            pairs = [[one_block(session, place, BODY) for place in places] for _ in range(ROUNDS)]
    a, b = (statistics.median(pair[i] for pair in pairs) for i in (0, 1))
    return a, b, statistics.median(x / y for x, y in pairs)


def main() -> None:
    """Print the table."""
    print("| database | create (ms) | floor (ms) | ratio |\n|---|---|---|---|")
    with databases() as makers:
        for name, maker in makers.items():
            with maker() as url:
                ours, floor, ratio = measure(url)
                print(f"| {name} | {ours:.2f} | {floor:.2f} | {ratio:.2f} |")


if __name__ == "__main__":
    main()
