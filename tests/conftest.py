"""What every test may ask for: real servers, and a fresh database on either engine."""

import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy import make_url

from tests.servers import Server, new_database, postgres, work_folder
from tests.servers.shared import end_shared, shared_url

ROOT = Path(__file__).parents[1]
# How the controller of a run tells its workers where the run's servers are noted.
SERVERS_FOLDER = "TEST_SERVERS_FOLDER"
WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))

pytest_plugins = ["tests.selection", "itsm.plugins.testing", "tests.fixtures"]


def pytest_configure(config: pytest.Config) -> None:
    """The controller makes the folder of the run's servers, and ends them when all is done."""
    if hasattr(config, "workerinput"):
        return
    stack = ExitStack()
    folder = stack.enter_context(work_folder())
    os.environ[SERVERS_FOLDER] = str(folder)
    stack.callback(end_shared, folder)
    config.add_cleanup(stack.close)


@pytest.fixture(scope="session")
def postgres_url() -> str:
    """A PostgreSQL server, by the URL of its maintenance database."""
    url = os.environ.get("TEST_POSTGRES_URL") or _shared("postgres")
    return make_url(url).set(drivername="postgresql+psycopg").render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def redis_url() -> str:
    """A Redis (Valkey) server; each xdist worker has a database number of its own."""
    url = make_url(os.environ.get("TEST_REDIS_URL") or _shared("valkey"))
    return url.set(database=str(int(url.database or 0) + WORKER)).render_as_string(hide_password=False)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A fresh, empty database: once on SQLite, once on PostgreSQL."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'test.sqlite3'}"
        return
    with new_database(request.getfixturevalue("postgres_url")) as url:
        yield url


@pytest.fixture(scope="session")
def quiet_server() -> Iterator[Server]:
    """A PostgreSQL where nobody else works: the safe horizon waits for every open transaction of its server."""
    with postgres(durable=False) as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def quiet_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database on which nobody else works, on either engine."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'test.sqlite3'}"
        return
    with new_database(request.getfixturevalue("quiet_server").url) as url:
        yield url


def _shared(name: str) -> str:
    return shared_url(name, Path(os.environ[SERVERS_FOLDER]))
