"""Everything is killed while tickets are opened: what was acknowledged exists, what is owed takes effect once."""

import random
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from tests.faults.clients import Clients
from tests.journeys.running import RunningDesk, running_desk, until
from tests.servers import new_database, postgres, valkey
from tests.servers.process import Server

pytestmark = pytest.mark.faults
SEED = 20261
STEPS, EVERY = 8, 1.5
SETTLED_WITHIN = 60.0


def children(desk: RunningDesk, role: str) -> list[psutil.Process]:
    """The processes of one role, `web` or `worker`, whoever started them."""
    found = []
    for process in desk.processes.values():
        for one in [process, *process.children(recursive=True)]:
            words = one.cmdline() if one.is_running() and one.status() != psutil.STATUS_ZOMBIE else []
            if role in words:
                found.append(one)
    return found


def kill(desk: RunningDesk, role: str) -> None:
    """kill -9 for every process of a role."""
    for process in children(desk, role):
        try:
            process.kill()
        except psutil.NoSuchProcess:
            continue


def keep_alive(desk: RunningDesk) -> None:
    """What a service manager does for `itsm web` and `itsm worker`: start them again."""
    words = {"web": ["web", "--port", str(desk.port)], "worker": ["worker"]}
    for name, process in list(desk.processes.items()):
        if name in words and process.poll() is not None:
            desk.spawn(name, *words[name])


def storm(desk: RunningDesk, faults: list[Callable[[], None]], steps: int = STEPS) -> Clients:
    """Open tickets while one of the faults happens every now and then; then let everything settle."""
    chance = random.Random(SEED)
    clients = Clients(desk)
    clients.start()
    for _ in range(steps):
        time.sleep(EVERY)
        chance.choice(faults)()
        keep_alive(desk)
    clients.stop()
    keep_alive(desk)
    desk.wait_until_ready()
    return clients


def all_tickets(desk: RunningDesk) -> dict[str, int]:
    """title → number of every ticket of the desk, by its pages."""
    found: dict[str, int] = {}
    after = ""
    while True:
        page = desk.call("GET", f"/tickets?limit=200&after={after}" if after else "/tickets?limit=200").json()
        assert not found.keys() & {t["title"] for t in page["items"]}, "a ticket was opened twice"
        found |= {t["title"]: t["number"] for t in page["items"]}
        if page["next"] is None:
            return found
        after = page["next"]


def requests_do_not_wait(desk: RunningDesk, bell: Server) -> dict[str, int]:
    """Open tickets while Redis is frozen and while it is gone; none waits for it."""
    made = {}
    for fault in (bell.freeze, bell.kill):
        fault()
        started = time.monotonic()
        made[fault.__name__] = desk.open_ticket(fault.__name__)
        assert time.monotonic() - started < 2.5
        bell.thaw()
    bell.start()
    return made


def check(desk: RunningDesk, clients: Clients) -> None:
    """Every promise kept once: as many tickets as were acknowledged, each with one effect of its observer."""
    assert clients.errors == []
    assert len(clients.promised) > STEPS
    assert len(set(clients.promised.values())) == len(clients.promised)
    assert all_tickets(desk) == clients.promised

    def effects() -> bool:
        counted = desk.call("GET", "/gadget/effects").json()
        assert counted["total"] == counted["tickets"], "an effect took place twice"
        return bool(counted["tickets"] == len(clients.promised))

    until(effects, desk.log, SETTLED_WITHIN)


def test_nothing_is_lost_or_doubled_when_web_and_worker_are_killed(tmp_path: Path, gadget: Path) -> None:
    with running_desk(tmp_path / "desk", PYTHONPATH=str(gadget)) as desk:
        desk.found("incidents")
        desk.itsm("plugins", "enable", "gadget")
        desk.start()
        clients = storm(desk, [lambda: kill(desk, "web"), lambda: kill(desk, "worker")])
        check(desk, clients)


def test_nothing_is_lost_or_doubled_when_postgresql_and_redis_fail_too(tmp_path: Path, gadget: Path) -> None:
    with postgres() as server, valkey() as bell, new_database(server.url) as url:
        more = {"PYTHONPATH": str(gadget), "ITSM_DATABASE_URL": url, "ITSM_REDIS_URL": bell.url}
        with running_desk(tmp_path / "desk", embedded=False, **more) as desk:
            desk.found("incidents")
            desk.itsm("plugins", "enable", "gadget")
            desk.start()

            def frozen_bell() -> None:
                bell.freeze()
                time.sleep(2)
                bell.thaw()

            faults = [
                lambda: kill(desk, "web"), lambda: kill(desk, "worker"), server.restart, bell.restart, frozen_bell,
            ]  # fmt: skip
            early = requests_do_not_wait(desk, bell)
            clients = storm(desk, faults, steps=12)
            clients.promised |= early
            check(desk, clients)
