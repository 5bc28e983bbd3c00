"""The supervisor: starts web and worker, starts them again when they end, and ends them by their ids.

It stands outside of `itsm.plugins` and uses the standard library only: the door would load the whole desk into it.
"""

import contextlib
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import FrameType

ITSM = (sys.executable, "-m", "itsm")
WRONG_SETTINGS, NOT_READY = 2, 3
LONGEST_PAUSE = 5.0
KILLED_PAUSE = 0.5
KILLED = 128  # and the number of the signal: what a child tells of a child of its own
STEADY_AFTER = 10.0
GRACE = 15.0


@dataclass
class Child:
    """One supervised process and how often it ended lately."""

    name: str
    command: Sequence[str]
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    due: float = 0.0
    ends: int = 0
    starts: int = 0

    def start(self) -> None:
        """Start it."""
        self.starts += 1
        self.started = time.monotonic()
        self.process = subprocess.Popen(self.command)  # noqa: S603 - our own commands

    def ended(self) -> int | None:
        """Its exit code once it has ended."""
        return self.process.poll() if self.process is not None else None

    def plan(self, code: int) -> None:
        """When to start it again: at once, and ever later while it keeps ending, unless somebody else kills it."""
        now = time.monotonic()
        longest = KILLED_PAUSE if code < 0 or code > KILLED else LONGEST_PAUSE
        self.ends = 0 if now - self.started > STEADY_AFTER else self.ends + 1
        self.due = now + (min(0.1 * 2**self.ends, longest) if self.ends else 0.0)
        self.process = None


class Supervisor:
    """Runs children until it is told to stop, or one says that starting it again is useless."""

    def __init__(self, commands: Mapping[str, Sequence[str]], say: Callable[[str], None]) -> None:
        """commands: name → arguments of `itsm`. say: where to tell that a child ended."""
        self.children = [Child(name, [*ITSM, *arguments]) for name, arguments in commands.items()]
        self.say = say
        self.stopping = threading.Event()
        self._wake = threading.Event()
        self._migrated_at: float | None = None

    def run(self) -> int:
        """Supervise; the exit code for the command."""
        for sort in (signal.SIGTERM, signal.SIGINT):
            signal.signal(sort, self._stop)
        signal.signal(signal.SIGCHLD, lambda *_: self._wake.set())
        try:
            while not self.stopping.is_set():
                code = self._round()
                if code is not None:
                    return code
                self._wake.wait(0.2)
                self._wake.clear()
            return 0
        finally:
            self._end()

    def _round(self) -> int | None:
        for child in self.children:
            code = child.ended()
            if code is not None:
                # What was right once is so again soon: the port is held by who was killed and is still leaving.
                useless = code == WRONG_SETTINGS and child.starts == 1
                if useless or (code == NOT_READY and not self._migrate(child)):
                    return code
                self.say(f"{child.name} ended with {code}; it is started again")
                child.plan(code)
            if child.process is None and time.monotonic() >= child.due and not self.stopping.is_set():
                child.start()
        return None

    def _migrate(self, child: Child) -> bool:
        """The schema is older than the code: embedded, that is mended once; False when that did not help."""
        if self._migrated_at is not None:
            return child.started < self._migrated_at
        done = subprocess.run([*ITSM, "migrate"], check=False)  # noqa: S603 - our own command
        self._migrated_at = time.monotonic()
        return done.returncode == 0

    def _stop(self, _signal: int, _frame: FrameType | None) -> None:
        self.stopping.set()
        self._wake.set()

    def _end(self) -> None:
        """Ask every child to end, by its id, and insist when one does not."""
        living = [child.process for child in self.children if child.process is not None]
        for process in living:
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
        deadline = time.monotonic() + GRACE
        for process in living:
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
