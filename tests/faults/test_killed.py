"""kill -9 of web and worker, Redis killed and frozen, PostgreSQL restarted at once, while tickets are created.

Every acknowledged ticket exists, and every owed call took effect once in the database.
"""

import random
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import psutil
import pytest
import redis
import requests
from rq import Queue
from rq.serializers import JSONSerializer

from tests import servers
from tests.journeys.gadget import install_gadget
from tests.journeys.running import RunningDesk, running_desk, until

pytestmark = pytest.mark.faults
CLIENTS = 4
for_a_while = pytest.mark.parametrize("seconds", [14.0, pytest.param(3600.0, marks=pytest.mark.long)])
BETWEEN = (0.4, 1.6)
SETTLED_WITHIN = 90.0


@dataclass
class Clients:
    """Clients that create tickets and repeat each request, with its key, until it is acknowledged."""

    desk: RunningDesk
    acknowledged: list[int] = field(default_factory=list)
    unexpected: list[str] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)
    threads: list[threading.Thread] = field(default_factory=list)

    def start(self) -> None:
        """Begin."""
        self.threads = [threading.Thread(target=self._create) for _ in range(CLIENTS)]
        for thread in self.threads:
            thread.start()

    def stop(self) -> None:
        """End after the requests under way are acknowledged."""
        self.over.set()
        for thread in self.threads:
            thread.join(60)

    def _create(self) -> None:
        while not self.over.is_set():
            key = {"Idempotency-Key": str(uuid4())}
            deadline = time.monotonic() + 60
            while time.monotonic() < deadline and not self._acknowledged(key):
                time.sleep(0.1)

    def _acknowledged(self, key: dict[str, str]) -> bool:
        body = {"kind": "incident", "title": "under fire"}
        try:
            answer = self.desk.call("POST", "/tickets", json=body, headers=key, timeout=5)
        except requests.RequestException:
            return False
        if answer.status_code == 201:
            self.acknowledged.append(answer.json()["number"])
            return True
        if answer.status_code != 503:
            self.unexpected.append(answer.text)
        return False


def kill_family(process: psutil.Process) -> None:
    """kill -9 for a process and its children, by their ids."""
    with suppress(psutil.NoSuchProcess):
        for one in [*process.children(recursive=True), process]:
            with suppress(psutil.NoSuchProcess):
                one.send_signal(signal.SIGKILL)


def supervised(desk: RunningDesk, word: str) -> None:
    """Kill the supervised child that runs this command; its supervisor starts it again."""
    with suppress(psutil.NoSuchProcess):
        for child in desk.processes["run"].children():
            if word in child.cmdline():
                kill_family(child)


def replaced(desk: RunningDesk, name: str, *arguments: str) -> None:
    """Kill one process and start another, as the supervisor of that machine would."""
    process = desk.processes[name]
    kill_family(process)
    process.wait(10)
    desk.spawn(name, *arguments)


def frozen(server: servers.Server) -> None:
    """Stop the world of a server for a moment."""
    server.freeze()
    time.sleep(1.5)
    server.thaw()


def shoot(faults: Sequence[Callable[[], None]], seconds: float) -> None:
    """Every fault at least once, in random order, until the time is over."""
    chance = random.Random(5)
    deadline = time.monotonic() + seconds
    left = list(faults)
    while left or time.monotonic() < deadline:
        fault = left.pop(0) if left else chance.choice(faults)
        time.sleep(chance.uniform(*BETWEEN))
        fault()


@pytest.fixture(scope="session")
def gadget(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site folder with a plugin whose observer counts its effects."""
    return install_gadget(tmp_path_factory.mktemp("gadget"))


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    """What must end with the test."""
    with ExitStack() as stack:
        yield stack


def survives(desk: RunningDesk, faults: Sequence[Callable[[], None]], seconds: float) -> None:
    clients = Clients(desk)
    clients.start()
    try:
        until(lambda: len(clients.acknowledged) > CLIENTS, desk.log)
        shoot(faults, seconds)
        after = len(clients.acknowledged)
        until(lambda: len(clients.acknowledged) > after + CLIENTS, lambda: f"goes on\n{desk.log()}", SETTLED_WITHIN)
    finally:
        clients.stop()
    assert not clients.unexpected, clients.unexpected[:3]
    assert len(set(clients.acknowledged)) == len(clients.acknowledged)
    total = desk.call("GET", "/tickets/count").json()["count"]
    assert total >= len(clients.acknowledged) > 20

    def seen() -> dict[str, int]:
        found: dict[str, int] = desk.call("GET", "/gadget/effects").json()
        return found

    until(lambda: seen()["tickets"] >= total, lambda: f"{total} tickets, {seen()}\n{desk.log()}", SETTLED_WITHIN)
    assert (seen()["total"], seen()["tickets"]) == (total, total), "each effect once"
    assert all(desk.ticket(number)["number"] == number for number in clients.acknowledged)
    assert '"state": "dead"' not in desk.itsm("calls", "list", "--state", "dead", "--json")


@for_a_while
def test_an_embedded_desk_survives_kill_9_of_web_and_worker(
    tmp_path: Path, gadget: Path, stack: ExitStack, seconds: float
) -> None:
    desk = stack.enter_context(running_desk(tmp_path / "desk", PYTHONPATH=str(gadget)))
    desk.found("incidents", "gadget")
    desk.start()
    survives(desk, [lambda: supervised(desk, "web"), lambda: supervised(desk, "worker")], seconds)


def test_a_worker_killed_between_effect_and_receipt_leaves_neither(
    tmp_path: Path, gadget: Path, stack: ExitStack
) -> None:
    clock, now = tmp_path / "clock", datetime.now(UTC)
    clock.write_text(now.isoformat())
    environment = {"PYTHONPATH": str(gadget), "ITSM_CLOCK_FILE": str(clock)}
    desk = stack.enter_context(running_desk(tmp_path / "desk", embedded=False, **environment))
    desk.found("incidents", "gadget")
    desk.spawn("web", "web", "--port", str(desk.port))
    desk.wait_until_ready()
    desk.open_ticket()
    desk.environment["ITSM_FAILPOINT"] = "before_done:kill"
    for minutes in (1, 2):  # both die when the event is expanded for its observer, before that is committed
        assert desk.spawn(f"doomed{minutes}", "worker").wait(30) == -signal.SIGKILL
        clock.write_text((now + timedelta(minutes=minutes)).isoformat())
    desk.environment["ITSM_FAILPOINT"] = ""
    desk.spawn("worker", "worker")
    address = f"http://127.0.0.1:{desk.port}/metrics"

    def nothing_under_way() -> bool:
        told = requests.get(address, timeout=5).text
        return "itsm_calls_overdue 0.0" in told and 'itsm_calls{state="leased"} 0.0' in told

    until(nothing_under_way, desk.log)
    assert desk.call("GET", "/gadget/effects").json()["total"] == 1


@for_a_while
def test_a_distributed_desk_survives_all_that_can_be_killed(
    tmp_path: Path, gadget: Path, stack: ExitStack, seconds: float
) -> None:
    postgres, valkey = stack.enter_context(servers.postgres()), stack.enter_context(servers.valkey())
    url = stack.enter_context(servers.new_database(postgres.url))
    environment = {"ITSM_DATABASE_URL": url, "ITSM_REDIS_URL": valkey.url, "PYTHONPATH": str(gadget)}
    desk = stack.enter_context(running_desk(tmp_path / "desk", embedded=False, **environment))
    desk.found("incidents", "gadget")
    desk.start()
    desk.spawn("worker2", "worker")
    survives(
        desk,
        [
            lambda: replaced(desk, "worker", "worker"),
            valkey.restart,
            lambda: replaced(desk, "web", "web", "--port", str(desk.port)),
            lambda: frozen(valkey),
            postgres.restart,
            lambda: replaced(desk, "worker2", "worker"),
        ],
        seconds,
    )


def test_with_a_frozen_redis_requests_do_not_wait_and_work_goes_on(
    tmp_path: Path, gadget: Path, stack: ExitStack, postgres_url: str
) -> None:
    valkey = stack.enter_context(servers.valkey())
    url = stack.enter_context(servers.new_database(postgres_url))
    environment = {"ITSM_DATABASE_URL": url, "ITSM_REDIS_URL": valkey.url, "PYTHONPATH": str(gadget)}
    desk = stack.enter_context(running_desk(tmp_path / "desk", embedded=False, **environment))
    desk.found("incidents", "gadget")
    desk.start()
    quick = min(timed(desk) for _ in range(5))
    valkey.freeze()
    try:
        slow = min(timed(desk) for _ in range(5))
        ready = requests.get(f"http://127.0.0.1:{desk.port}/readyz", timeout=10)
        assert (ready.status_code, ready.json()["degraded"], ready.json()["redis"]) == (200, True, "away")
        until(lambda: desk.call("GET", "/gadget/effects").json()["total"] == 10, lambda: f"worked\n{desk.log()}")
    finally:
        valkey.thaw()
    assert slow < quick + 0.25


def timed(desk: RunningDesk) -> float:
    before = time.monotonic()
    desk.open_ticket()
    return time.monotonic() - before


def test_redis_cannot_make_a_worker_run_anything_else(
    tmp_path: Path, gadget: Path, stack: ExitStack, postgres_url: str
) -> None:
    valkey = stack.enter_context(servers.valkey())
    url = stack.enter_context(servers.new_database(postgres_url))
    environment = {"ITSM_DATABASE_URL": url, "ITSM_REDIS_URL": valkey.url, "PYTHONPATH": str(gadget)}
    desk = stack.enter_context(running_desk(tmp_path / "desk", embedded=False, **environment))
    desk.found("incidents", "gadget")
    desk.start()
    with redis.Redis.from_url(valkey.url) as client:
        queue = Queue("itsm", connection=client, serializer=JSONSerializer)
        target = tmp_path / "owned"
        job = queue.enqueue("os.mkdir", str(target), job_timeout=10)
        until(lambda: job.get_status(refresh=True) == "failed", lambda: f"refused\n{desk.log()}")
    assert not target.exists()
    desk.open_ticket()
    until(lambda: desk.call("GET", "/gadget/effects").json()["total"] == 1, desk.log)
