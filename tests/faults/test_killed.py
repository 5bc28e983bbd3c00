"""kill -9 of web, worker and children, Redis killed and frozen, PostgreSQL restarted at once, while tickets are made.

Every acknowledged ticket exists, every owed call took effect once in the database, and another system heard of a ticket
again with the same key only.
"""

import signal
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import redis
import requests
from rq import Queue
from rq.serializers import JSONSerializer

from tests import servers
from tests.faults.conftest import started, stop_immediately
from tests.faults.fire import effects, frozen, kill_child, kill_supervised, replaced, survives
from tests.journeys.running import RunningDesk, until
from tests.servers.sink import Sink

pytestmark = pytest.mark.faults
for_a_while = pytest.mark.parametrize("seconds", [10.0, pytest.param(900.0, marks=pytest.mark.long)])


@for_a_while
@pytest.mark.parametrize("with_redis", [False, True], ids=["alone", "with Redis"])
def test_a_desk_survives_all_that_can_be_killed(
    desk: RunningDesk, sink: Sink, engine: str, with_redis: bool, seconds: float, request: pytest.FixtureRequest
) -> None:
    faults = [
        lambda: kill_supervised(desk, "web"),
        lambda: kill_supervised(desk, "worker"),
        lambda: kill_child(desk, "web"),
    ]
    if engine == "postgresql":
        postgres = request.getfixturevalue("own_postgres")
        faults += [postgres.restart, lambda: stop_immediately(postgres)]
    if with_redis:
        valkey = request.getfixturevalue("own_valkey")
        desk.environment["ITSM_REDIS_URL"] = valkey.url
        faults += [valkey.restart, lambda: frozen(valkey)]
    start = started(desk)
    if engine == "postgresql" and with_redis:
        desk.spawn("worker2", "worker")
        faults.append(lambda: replaced(desk, "worker2", "worker"))
    survives(desk, sink, faults, seconds, start)


@pytest.mark.parametrize(("where", "heard"), [("before_done", 1), ("after_outside", 3)])
def test_a_worker_killed_between_effect_and_receipt_leaves_neither(
    desk: RunningDesk, sink: Sink, tmp_path: Path, where: str, heard: int
) -> None:
    clock = tmp_path / "clock"
    clock.write_text(datetime.now(UTC).isoformat())
    desk.environment |= {"ITSM_CLOCK_FILE": str(clock), "ITSM_FAILPOINT": f"{where}:kill"}
    desk.spawn("web", "web", "--port", str(desk.port))
    desk.wait_until_ready()
    number = desk.open_ticket()
    for name in ("doomed", "doomed too"):  # each dies before its receipt: of the expanded event, or after it was told
        worker = desk.spawn(name, "worker")
        until(lambda worker=worker: put_forward(clock) or worker.poll() is not None, desk.log)
        assert worker.wait(1) == -signal.SIGKILL
    desk.environment["ITSM_FAILPOINT"] = ""
    desk.spawn("worker", "worker")
    until(lambda: put_forward(clock) or effects(desk)["told"], desk.log)
    assert (effects(desk)["total"], effects(desk)["told"]) == (1, [number])
    assert [path for path, _ in sink.heard] == [f"/{number}"] * heard
    assert len({key for _, key in sink.heard}) == 1


def put_forward(clock: Path) -> None:
    """A second later: what failed is tried again after a pause by this clock."""
    following = clock.with_suffix(".next")
    following.write_text((datetime.fromisoformat(clock.read_text()) + timedelta(seconds=1)).isoformat())
    following.replace(clock)


@pytest.mark.parametrize("engine", ["postgresql"])
def test_with_a_frozen_redis_requests_do_not_wait_and_work_goes_on(
    desk: RunningDesk, own_valkey: servers.Server
) -> None:
    desk.environment["ITSM_REDIS_URL"] = own_valkey.url
    desk.start()
    quick = min(timed(desk) for _ in range(5))
    own_valkey.freeze()
    try:
        slow = min(timed(desk) for _ in range(5))
        ready = requests.get(f"http://127.0.0.1:{desk.port}/readyz", timeout=10)
        assert (ready.status_code, ready.json()["degraded"], ready.json()["redis"]) == (200, True, "away")
        until(lambda: effects(desk)["total"] == 10, lambda: f"worked\n{desk.log()}")
    finally:
        own_valkey.thaw()
    assert slow < quick + 0.25


def timed(desk: RunningDesk) -> float:
    before = time.monotonic()
    desk.open_ticket()
    return time.monotonic() - before


@pytest.mark.parametrize("engine", ["sqlite"])
def test_redis_cannot_make_a_worker_run_anything_else(
    desk: RunningDesk, own_valkey: servers.Server, tmp_path: Path
) -> None:
    desk.environment["ITSM_REDIS_URL"] = own_valkey.url
    desk.start()
    with redis.Redis.from_url(own_valkey.url) as client:
        queue = Queue("itsm", connection=client, serializer=JSONSerializer)
        target = tmp_path / "owned"
        job = queue.enqueue("os.mkdir", str(target), job_timeout=10)
        until(lambda: job.get_status(refresh=True) == "failed", lambda: f"refused\n{desk.log()}")
    assert not target.exists()
    desk.open_ticket()
    until(lambda: effects(desk)["total"] == 1, desk.log)
