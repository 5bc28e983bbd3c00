"""Real PostgreSQL and Valkey for tests, from wheels: each on a free port of 127.0.0.1 with its own data folder."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from itsm.plugins.testing.engines import new_database
from tests.servers.kinds import new_postgres, new_valkey
from tests.servers.process import Server, Unavailable, free_port

__all__ = ["Server", "Unavailable", "free_port", "new_database", "postgres", "valkey", "work_folder"]


@contextmanager
def postgres(*, durable: bool = True) -> Iterator[Server]:
    """A PostgreSQL of one's own, running; durable unless told otherwise."""
    with work_folder() as folder, _running(new_postgres(folder, durable=durable)) as server:
        yield server


@contextmanager
def valkey(*, durable: bool = False) -> Iterator[Server]:
    """A Valkey of one's own, running; like most Redis servers it forgets all when killed, unless durable."""
    with work_folder() as folder, _running(new_valkey(folder, durable=durable)) as server:
        yield server


@contextmanager
def _running(server: Server) -> Iterator[Server]:
    server.start()
    try:
        yield server
    finally:
        server.stop()


@contextmanager
def work_folder() -> Iterator[Path]:
    """A folder under /tmp, the one place that every account can reach; others may pass through it, not look."""
    folder = Path(tempfile.mkdtemp(prefix="itsm-", dir="/tmp"))
    folder.chmod(0o711)
    try:
        yield folder
    finally:
        shutil.rmtree(folder)
