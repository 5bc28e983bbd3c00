"""Servers that may be killed, desks founded once on each database, and the gadget that shows what was done."""

import shutil
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from tests import servers
from tests.journeys.gadget import install_gadget
from tests.journeys.running import RunningDesk, running_desk
from tests.servers.sink import Sink, http_sink

Template = tuple[Path, str, str]
FOUNDED = "founded"


@pytest.fixture(scope="session")
def gadget(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site folder with a plugin whose observer counts its effects."""
    return install_gadget(tmp_path_factory.mktemp("gadget"))


@pytest.fixture(scope="module")
def own_postgres() -> Iterator[servers.Server]:
    """A PostgreSQL that this file may restart."""
    with servers.postgres() as server:
        yield server


@pytest.fixture(scope="module")
def own_valkey() -> Iterator[servers.Server]:
    """A Valkey that this file may kill and freeze."""
    with servers.valkey() as server:
        yield server


@pytest.fixture(scope="module")
def templates(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, gadget: Path
) -> Callable[[str], Template]:
    """Desks by database with incidents and gadget enabled, made at their first use: (folder, URL or '', token)."""
    made: dict[str, Template] = {}

    def template(kind: str) -> Template:
        if kind not in made:
            folder, url = tmp_path_factory.mktemp(kind) / "desk", ""
            if kind == "postgresql":
                server = request.getfixturevalue("own_postgres")
                on(server, f'CREATE DATABASE "{FOUNDED}"')
                url = make_url(server.url).set(database=FOUNDED).render_as_string(hide_password=False)
            environment = {"ITSM_DATABASE_URL": url} if url else {}
            with running_desk(folder, PYTHONPATH=str(gadget), **environment) as desk:
                desk.found("incidents", "gadget")
                made[kind] = folder, url, desk.token
        return made[kind]

    return template


def on(server: servers.Server, statement: str) -> None:
    """Do this on a server as a whole."""
    url = make_url(server.url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statement)


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest) -> str:
    """Which database."""
    return str(request.param)


@pytest.fixture
def sink() -> Iterator[Sink]:
    """Another system, which the gadget tells of each ticket."""
    with http_sink() as sink:
        yield sink


@pytest.fixture
def desk(
    engine: str, request: pytest.FixtureRequest, templates: Callable[[str], Template], tmp_path: Path, gadget: Path,
    sink: Sink,
) -> Iterator[RunningDesk]:  # fmt: skip
    """A copy of the founded desk, to be started as `itsm run`; without Redis unless the test adds it."""
    folder, url, token = templates(engine)
    shutil.copytree(folder, tmp_path / "desk")
    allowed = {"ITSM_OUTBOUND_ALLOW": f"127.0.0.1:{sink.port}", "GADGET_SINK": sink.url}
    with ExitStack() as stack:
        environment = {"PYTHONPATH": str(gadget), **allowed}
        if url:
            server = request.getfixturevalue("own_postgres")
            copied = servers.new_database(server.url, template=FOUNDED)
            environment["ITSM_DATABASE_URL"] = stack.enter_context(copied)
            # A copied sequence thinks that its next values stand in the log already, until there was a checkpoint:
            # killed before that, PostgreSQL 18 would give numbers a second time.
            on(server, "CHECKPOINT")
        made = stack.enter_context(running_desk(tmp_path / "desk", **environment))
        made.token = token
        yield made


def started(desk: RunningDesk) -> float:
    """Start it; how long that took."""
    before = time.monotonic()
    desk.start()
    return time.monotonic() - before


def stop_immediately(server: servers.Server) -> None:
    """PostgreSQL's immediate mode: no checkpoint, no farewell to clients; then start again."""
    if server.process is not None:
        server.process.send_signal(signal.SIGQUIT)
        server.process.wait(20)
    server.start()
