"""One server process: started, stopped, killed, frozen and restarted by its process id."""

import os
import secrets
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
from _pytest.outcomes import Skipped

# The caller's PG* and locale variables must not reach the server.
PLAIN_ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}


class Unavailable(Skipped):
    """A server could not be started here, and why: skips the test by name, which in CI is a failure."""


@dataclass
class Server:
    """A server process that can be killed, frozen, and started again on the same port and data."""

    name: str
    url: str
    folder: Path
    command: Sequence[str]
    ping: Callable[[], bool]
    farewell: signal.Signals
    account: dict[str, Any] = field(default_factory=dict)
    process: psutil.Popen | None = None

    def start(self, within: float = 60) -> None:
        """Start it and wait until it answers; after a kill -9 PostgreSQL refuses until its orphans are gone."""
        deadline = time.monotonic() + within
        while not self._answers():
            if time.monotonic() > deadline:
                self.kill()
                raise Unavailable(f"{self.name} did not start within {within:g} s: {self.log()[-800:]}")
            if self.process is None or self.process.poll() is not None:
                self.process = self._spawn()
            time.sleep(0.05)

    def stop(self, within: float = 20) -> None:
        """Ask it to end, by its process id, and insist when it does not."""
        if self.process is not None and self.process.poll() is None:
            self.thaw()
            end(self.process, self.farewell, within)

    def kill(self) -> None:
        """kill -9 for it and all its children."""
        for process in (family := self._family()):
            _send(process, signal.SIGKILL)
        _wait_until_gone(family, 10)

    def restart(self) -> None:
        """kill -9, then start again: what an abrupt power cut and a reboot do to it."""
        self.kill()
        self.start()

    def freeze(self) -> None:
        """Stop its world (SIGSTOP): connections stay open, nothing answers."""
        for process in self._family():
            _send(process, signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on after freeze()."""
        for process in self._family():
            _send(process, signal.SIGCONT)

    def log(self) -> str:
        """What it has said so far."""
        path = self.folder / "log"
        return path.read_text(errors="replace") if path.exists() else ""

    def _spawn(self) -> psutil.Popen:
        with (self.folder / "log").open("ab") as log:
            return psutil.Popen(
                self.command, cwd=self.folder, env=PLAIN_ENVIRONMENT, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True, **self.account,
            )  # fmt: skip

    def _answers(self) -> bool:
        return self.ping() and self.process is not None and self.process.poll() is None

    def _family(self) -> list[psutil.Process]:
        with suppress(psutil.NoSuchProcess):
            return [self.process, *self.process.children(recursive=True)] if self.process else []
        return []


def end(process: psutil.Process, farewell: signal.Signals, within: float = 20) -> None:
    """Ask a process to end by its id; after `within` seconds it is killed with its children."""
    family = [process, *process.children(recursive=True)]
    _send(process, farewell)
    if not _wait_until_gone(family, within):
        for member in family:
            _send(member, signal.SIGKILL)
        _wait_until_gone(family, 10)


def _send(process: psutil.Process, what: signal.Signals) -> None:
    with suppress(psutil.NoSuchProcess):
        process.send_signal(what)


def _wait_until_gone(family: Sequence[psutil.Process], within: float) -> bool:
    """An orphan that nobody reaps counts as gone: it holds no memory, port or file any more."""
    deadline = time.monotonic() + within
    while any(map(_lives, family)):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def _lives(process: psutil.Process) -> bool:
    if isinstance(process, psutil.Popen):
        return process.poll() is None
    with suppress(psutil.NoSuchProcess):
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    return False


def free_port() -> int:
    """A free port below those that outgoing connections get, so that nobody takes it while its server is down."""
    while True:
        port = 20_000 + secrets.randbelow(12_000)
        with closing(socket.socket()) as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
