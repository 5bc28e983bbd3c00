"""`itsm run`: web and worker under a supervisor. Light: what serves and works is loaded in the children."""

import os
import socket
import sys
import threading
from collections.abc import Sequence

import click

from itsm.processes.options import host_option, port_option
from itsm.processes.supervisor import Supervisor


@click.command()
@port_option
@host_option
def run(port: int, host: str) -> None:
    """Web and worker together, started again when they end. For one machine; needs no Redis."""
    sys.exit(supervise(host, port))


def supervise(host: str, port: int, words: Sequence[str] = ()) -> int:
    """Run web and worker under a supervisor; `words` are told when the web answers."""
    address, mine = ["--host", host, "--port", str(port)], ["--supervised", str(os.getpid())]
    commands = {"web": ["web", *address, *mine], "worker": ["worker", *mine]}
    supervisor = Supervisor(commands, lambda text: click.echo(f"itsm: {text}", err=True))
    threading.Thread(target=_announce, args=(supervisor, host, port, words), daemon=True).start()
    return supervisor.run()


def _announce(supervisor: Supervisor, host: str, port: int, words: Sequence[str]) -> None:
    """Say once that the desk can be opened."""
    while not supervisor.stopping.wait(0.1):
        try:
            socket.create_connection((host, port), 1).close()
        except OSError:
            continue
        click.echo("\n".join([f"The desk is open: http://{host}:{port}", *words, "Stop with Ctrl-C."]))
        return
