"""Clients that go on creating tickets while things are killed, and what must hold when the last fault is over."""

import random
import signal
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import psutil
import requests

from tests.journeys.running import RunningDesk, until
from tests.servers import Server
from tests.servers.sink import Sink

CLIENTS = 3
BETWEEN = (0.4, 1.6)
SETTLED_WITHIN = 10.0
# How long the processes of a desk take to start where nothing else keeps the machine busy, at half speed.
QUICK_START = 4.0


@dataclass
class Clients:
    """Clients that create some tickets a second, and repeat each request, with its key, until it is acknowledged."""

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
        while not self.over.wait(0.2):
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
            kill(one)


def kill(process: psutil.Process) -> None:
    """kill -9 for one process."""
    with suppress(psutil.NoSuchProcess):
        process.send_signal(signal.SIGKILL)


def supervised(desk: RunningDesk, word: str) -> list[psutil.Process]:
    """The supervised children that run this command; their supervisor starts them again."""
    found = []
    with suppress(psutil.NoSuchProcess):
        for child in desk.processes["run"].children():
            with suppress(psutil.NoSuchProcess):
                if word in child.cmdline():
                    found.append(child)
    return found


def kill_supervised(desk: RunningDesk, word: str) -> None:
    """kill -9 for such a child with all its children."""
    for child in supervised(desk, word):
        kill_family(child)


def kill_child(desk: RunningDesk, word: str) -> None:
    """kill -9 for a child of such a child alone: the process that serves, below the one that accepts signals."""
    for child in supervised(desk, word):
        with suppress(psutil.NoSuchProcess):
            for one in child.children():
                kill(one)


def replaced(desk: RunningDesk, name: str, *arguments: str) -> None:
    """Kill one process and start another, as the supervisor of that machine would."""
    process = desk.processes[name]
    kill_family(process)
    process.wait(10)
    desk.spawn(name, *arguments)


def frozen(server: Server) -> None:
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


def effects(desk: RunningDesk) -> dict[str, Any]:
    """What the gadget has in the database."""
    found: dict[str, Any] = desk.call("GET", "/gadget/effects").json()
    return found


def survives(desk: RunningDesk, sink: Sink, faults: Sequence[Callable[[], None]], seconds: float, start: float) -> None:
    """Nothing is lost and no effect doubled; the other system hears of a ticket again with the same key only; and all
    is settled soon after the last fault. start: how long the desk took to start here, the measure of "soon"."""
    clients = Clients(desk)
    clients.start()
    try:
        until(lambda: len(clients.acknowledged) > CLIENTS, desk.log)
        shoot(faults, seconds)
    finally:
        last_fault = time.monotonic()
        clients.stop()
    within = SETTLED_WITHIN * max(1.0, start / QUICK_START)
    total = 0

    def settled() -> bool:
        nonlocal total
        with suppress(requests.RequestException, KeyError, ValueError):
            total = desk.call("GET", "/tickets/count", timeout=10).json()["count"]
            told = requests.get(f"http://127.0.0.1:{desk.port}/metrics", timeout=10).text
            quiet = "itsm_calls_overdue 0.0" in told and 'itsm_calls{state="leased"} 0.0' in told
            return quiet and len(effects(desk)["told"]) >= total
        return False

    until(settled, lambda: f"{total} tickets\n{desk.log()}", 6 * within)
    took = time.monotonic() - last_fault
    print(f"{total} tickets, settled {took:.1f} s after the last fault; started within {start:.1f} s")
    assert not clients.unexpected, clients.unexpected[:3]
    _each_once(desk, sink, clients.acknowledged, total)
    assert took < within, f"settled after {took:.1f} s, not within {within:.1f} s"


def _each_once(desk: RunningDesk, sink: Sink, acknowledged: list[int], total: int) -> None:
    assert len(set(acknowledged)) == len(acknowledged)
    assert total >= len(acknowledged) > CLIENTS
    assert all(desk.ticket(number)["number"] == number for number in acknowledged)
    seen = effects(desk)
    assert (seen["total"], seen["tickets"]) == (total, total), "each effect once"
    assert len(seen["told"]) == len(set(seen["told"])) == total, "each receipt of a delivery once"
    keys = defaultdict(set)
    for path, key in list(sink.heard):
        keys[path].add(key)
    assert set(keys) == {f"/{number}" for number in seen["told"]}, "each delivery, of nothing else"
    assert all(len(found) == 1 for found in keys.values()), "a repetition has the same key"
    assert len({key for found in keys.values() for key in found}) == total, "and no two tickets have one"
    assert '"state": "dead"' not in desk.itsm("calls", "list", "--state", "dead", "--json")
