"""One PostgreSQL and one Valkey for all workers of a test run, started by the first test that asks for one.

They belong to no worker: a helper process starts them and leaves, the run's controller ends them.
"""

import fcntl
import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import psutil

from tests.servers.kinds import new_postgres, new_valkey
from tests.servers.process import Unavailable, end

MAKERS = {"postgres": new_postgres, "valkey": new_valkey}
ROOT = Path(__file__).parents[2]


def shared_url(name: str, folder: Path) -> str:
    """The URL of the run's server of this name; Unavailable if it could not be started, now or before."""
    record = folder / f"{name}.json"
    with (folder / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not record.exists():
            record.write_text(_start_detached(name, folder))
    told = json.loads(record.read_text())
    if "error" in told:
        raise Unavailable(told["error"])
    return str(told["url"])


def end_shared(folder: Path) -> None:
    """End every server of this run by its process id."""
    for record in folder.glob("*.json"):
        told = json.loads(record.read_text())
        if told.get("pid") and (process := _the_same(told["pid"], told["born"])):
            end(process, signal.Signals(told["farewell"]))


def _start_detached(name: str, folder: Path) -> str:
    command = [sys.executable, "-m", __name__, name, str(folder / name)]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    return answer.stdout or json.dumps({"error": answer.stderr.strip().rpartition("\n")[2]})


def _the_same(pid: int, born: float) -> psutil.Process | None:
    """The process of this id, unless the id has gone to another one since."""
    try:
        process = psutil.Process(pid)
    except psutil.NoSuchProcess:
        return None
    return process if process.create_time() == born else None


def _start(name: str, folder: Path) -> dict[str, Any]:
    folder.mkdir(mode=0o711)
    try:
        server = MAKERS[name](folder, durable=False)
        server.start()
    except Unavailable as reason:
        return {"error": str(reason)}
    assert server.process is not None
    born = server.process.create_time()
    return {"url": server.url, "pid": server.process.pid, "born": born, "farewell": server.farewell}


if __name__ == "__main__":
    print(json.dumps(_start(sys.argv[1], Path(sys.argv[2]))))
