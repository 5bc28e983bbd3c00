"""Clients that open tickets while everything around them is killed, and remember what they were promised."""

import threading
import time
from dataclasses import dataclass, field
from uuid import uuid4

import requests

from tests.journeys.running import RunningDesk

PATIENCE = 40.0


@dataclass
class Clients:
    """Some threads that open tickets until they are stopped; each asks again, with its key, until it has an answer.

    promised: title → number of every ticket that was acknowledged. errors: answers that no fault excuses.
    """

    desk: RunningDesk
    number: int = 4
    promised: dict[str, int] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    _stop: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    def start(self) -> None:
        """Begin."""
        self._threads = [threading.Thread(target=self._work, args=(n,), daemon=True) for n in range(self.number)]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Let each finish the request that it is at."""
        self._stop.set()
        for thread in self._threads:
            thread.join(PATIENCE + 10)

    def _work(self, client: int) -> None:
        step = 0
        while not self._stop.is_set():
            step += 1
            title = f"client {client} step {step}"
            number = self._ask(title, uuid4().hex)
            if number is not None:
                self.promised[title] = number

    def _ask(self, title: str, key: str) -> int | None:
        """Open one ticket, however often that takes; 5xx and broken connections are what faults look like."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            try:
                body = {"kind": "incident", "title": title}
                answer = self.desk.call("POST", "/tickets", headers={"Idempotency-Key": key}, json=body, timeout=10)
            except requests.RequestException:
                time.sleep(0.1)
                continue
            if answer.status_code == 201:
                return int(answer.json()["number"])
            if answer.status_code < 500 and answer.status_code != 409:
                self.errors.append(f"{answer.status_code} {answer.text}")
                return None
            time.sleep(0.1)
        self.errors.append(f"{title}: no answer within {PATIENCE:g} s")
        return None
