"""A desk of real processes: the command `itsm`, started, asked over HTTP, and ended by process id."""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import requests

from tests.servers import free_port

ROOT = Path(__file__).parents[2]
ADMIN = "admin@example.org"
PASSWORD = "a long enough password"
PATIENCE = 90.0


def until(condition: Callable[[], Any], what: str | Callable[[], str], within: float = PATIENCE) -> Any:
    """Ask again and again until the answer is true; fails by name when it stays false."""
    deadline = time.monotonic() + within
    while not (answer := condition()):
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {within:g} s: {what if isinstance(what, str) else what()}")
        time.sleep(0.05)
    return answer


@dataclass
class RunningDesk:
    """A desk in a folder of its own. `embedded`: one `itsm run`, else `itsm web` and `itsm worker`."""

    folder: Path
    environment: dict[str, str]
    embedded: bool = True
    port: int = field(default_factory=free_port)
    token: str = ""
    processes: dict[str, psutil.Popen] = field(default_factory=dict)

    def itsm(self, *arguments: str, fails: bool = False) -> str:
        """Run a command to its end; what it printed."""
        done = subprocess.run(
            [sys.executable, "-m", "itsm", *arguments], cwd=self.folder, env=self._environment(), text=True,
            capture_output=True, timeout=120,
        )  # fmt: skip
        assert (done.returncode != 0) == fails, f"itsm {arguments} → {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done.stdout + (done.stderr if fails else "")

    def found(self, *plugins: str) -> None:
        """Make the desk, its administrator and a token."""
        bundled = ("--plugins", ",".join(plugins)) if plugins else ()
        self.itsm("init", "--admin-email", ADMIN, "--admin-password", PASSWORD, *bundled)
        self.token = self.itsm("token", "add", "--user", ADMIN).strip()

    def start(self) -> None:
        """Start the processes and wait until the desk answers."""
        if self.embedded:
            self.spawn("run", "run", "--port", str(self.port))
        else:
            self.spawn("web", "web", "--port", str(self.port))
            self.spawn("worker", "worker")
        self.wait_until_ready()

    def spawn(self, name: str, *arguments: str) -> psutil.Popen:
        """Start one process of the desk."""
        with (self.folder / f"{name}.log").open("ab") as log:
            self.processes[name] = psutil.Popen(
                [sys.executable, "-m", "itsm", *arguments], cwd=self.folder, env=self._environment(),
                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip
        return self.processes[name]

    def wait_until_ready(self) -> None:
        """Until `/readyz` says so."""
        until(lambda: self._get("/readyz") == 200, lambda: f"ready\n{self.log()}")

    def stop(self) -> None:
        """End everything that was started, in good order."""
        for process in self.processes.values():
            if process.poll() is None:
                process.terminate()
        for process in self.processes.values():
            try:
                process.wait(25)
            except psutil.TimeoutExpired:
                for child in [*process.children(recursive=True), process]:
                    child.kill()
        self.processes.clear()

    def call(self, method: str, path: str, *, token: str = "", timeout: float = 30, **more: Any) -> requests.Response:
        """A call of the API as the administrator, or with another token."""
        headers = {"Authorization": f"Bearer {token or self.token}", **more.pop("headers", {})}
        url = f"http://127.0.0.1:{self.port}/api/v1{path}"
        return requests.request(method, url, headers=headers, timeout=timeout, **more)

    def open_ticket(self, title: str = "Сбой", **more: Any) -> int:
        """Open an incident; its number."""
        answer = self.call("POST", "/tickets", json={"kind": "incident", "title": title, **more})
        assert answer.status_code == 201, answer.text
        return int(answer.json()["number"])

    def ticket(self, number: int) -> dict[str, Any]:
        """One ticket as the API tells it."""
        answer = self.call("GET", f"/tickets/{number}")
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def plugin(self, name: str) -> dict[str, str]:
        """What `itsm plugins list` says of a plugin."""
        lines = [json.loads(line) for line in self.itsm("plugins", "list", "--json").splitlines()]
        return next(line for line in lines if line["name"] == name)

    def state_of(self, plugin: str) -> str:
        """enabled, disabled or quarantined, as `/metrics` tells it: much cheaper than a command."""
        told = requests.get(f"http://127.0.0.1:{self.port}/metrics", timeout=10).text
        found = re.search(rf'itsm_plugin{{plugin="{plugin}",state="(\w+)"}}', told)
        return found[1] if found else ""

    def log(self) -> str:
        """What the processes have said."""
        return "\n".join(f"[{path.name}]\n{path.read_text()[-3000:]}" for path in sorted(self.folder.glob("*.log")))

    def _get(self, path: str) -> int:
        try:
            return requests.get(f"http://127.0.0.1:{self.port}{path}", timeout=5).status_code
        except requests.RequestException:
            return 0

    def _environment(self) -> dict[str, str]:
        plain = {name: value for name, value in os.environ.items() if not name.startswith(("ITSM_", "TEST_"))}
        paths = [self.environment.get("PYTHONPATH", ""), str(ROOT), os.environ.get("PYTHONPATH", "")]
        own = {**self.environment, "PYTHONPATH": os.pathsep.join(filter(None, paths))}
        return plain | {"ITSM_DATA_DIR": str(self.folder / "data"), "ITSM_MODE": "test"} | own


@contextmanager
def running_desk(folder: Path, *, embedded: bool = True, **environment: str) -> Iterator[RunningDesk]:
    """A desk that is not founded yet; everything it started ends with the block."""
    folder.mkdir(parents=True, exist_ok=True)
    desk = RunningDesk(folder, environment, embedded)
    try:
        yield desk
    finally:
        desk.stop()
