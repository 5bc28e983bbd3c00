"""Serve the desk with granian: this process accepts signals and starts one child, the child serves.

Light: the child alone loads the desk, from `itsm.processes.wsgi`.
"""

import multiprocessing
import socket
import sys
import threading
import time
from contextlib import closing

import click
from granian import Granian
from granian.constants import Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels

from itsm.core.errors import SettingsError
from itsm.processes.options import host_option, port_option, supervised_option
from itsm.processes.parent import end_with_parent

APPLICATION = "itsm.processes.wsgi:application"
THREADS = 8
BACKPRESSURE = 64
PATIENCE = 3.0
LARGEST_HEADERS = 65_536
SLOWEST_HEADERS = 10_000  # milliseconds


@click.command()
@port_option
@host_option
@click.option("--threads", type=click.IntRange(1, 64), default=THREADS, show_default=True, help="Requests at once.")
@supervised_option
def web(port: int, host: str, threads: int, supervised: int | None) -> None:
    """Serve pages and API. Start it from something (systemd, a container) that starts it again when it ends."""
    if supervised:
        end_with_parent(supervised)
    sys.exit(serve(host, port, threads=threads))


def serve(host: str, port: int, *, threads: int = THREADS) -> int:
    """Serve until a signal comes or the child ends; its exit code, 0 after a signal."""
    refuse_taken(host, port)
    server = Granian(
        APPLICATION,
        factory=True,
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=threads,
        backpressure=BACKPRESSURE,
        runtime_threads=1,
        workers_kill_timeout=10,
        http1_settings=HTTP1Settings(header_read_timeout=SLOWEST_HEADERS, max_buffer_size=LARGEST_HEADERS),
        log_level=LogLevels.error,
    )
    child = Child()
    server.on_startup(child.watch)
    try:
        server.serve()
    except SystemExit as end:
        return child.exit_code(int(end.code or 0))
    return 0


class Child:
    """The child that serves, and the code that it ends with: granian itself tells only 1."""

    def __init__(self) -> None:
        self._process: multiprocessing.process.BaseProcess | None = None

    def watch(self) -> None:
        """Find the child as soon as it is there."""
        threading.Thread(target=self._find, name="find child", daemon=True).start()

    def exit_code(self, otherwise: int) -> int:
        """The child's own exit code; a signal that ended it counts as 128 + its number, as in a shell."""
        code = self._process.exitcode if self._process is not None else None
        if code is None:
            return otherwise
        return code if code >= 0 else 128 - code

    def _find(self) -> None:
        while self._process is None:
            self._process = next(iter(multiprocessing.active_children()), None)
            time.sleep(0.005)


def refuse_taken(host: str, port: int) -> None:
    """Say so when another program listens there: granian would share the port with it in silence."""
    deadline = time.monotonic() + PATIENCE  # a web process that was just killed may still be leaving
    while not _is_free(host, port):
        if time.monotonic() > deadline:
            raise SettingsError(f"Port {port} of {host} is taken. Choose another with --port.")
        time.sleep(0.1)


def _is_free(host: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with closing(socket.socket(family, socket.SOCK_STREAM)) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True
