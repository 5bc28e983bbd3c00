"""Desks of real processes, embedded and distributed; founded once, then copied for each test."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy import make_url

from tests.journeys.gadget import install_gadget
from tests.journeys.running import RunningDesk, running_desk
from tests.servers import new_database

Template = tuple[Path, str, str]


@pytest.fixture(scope="session")
def gadget(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site folder with the plugin `gadget` in it."""
    return install_gadget(tmp_path_factory.mktemp("gadget"))


@pytest.fixture(scope="session")
def templates(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[..., Template]]:
    """Founded desks by kind, made at their first use: (folder, database URL or '', token)."""
    made: dict[str, Template] = {}
    with ExitStack() as stack:

        def template(kind: str) -> Template:
            if kind not in made:
                folder = tmp_path_factory.mktemp(kind) / "desk"
                url = ""
                if kind == "distributed":
                    url = stack.enter_context(new_database(request.getfixturevalue("postgres_url")))
                environment = {"ITSM_DATABASE_URL": url} if url else {}
                with running_desk(folder, **environment) as desk:
                    desk.found("incidents")
                    made[kind] = folder, url, desk.token
            return made[kind]

        yield template


@pytest.fixture(params=["embedded", "distributed"])
def kind(request: pytest.FixtureRequest) -> str:
    """`itsm run` on SQLite, or web and worker on PostgreSQL and Redis."""
    return str(request.param)


@pytest.fixture
def new_desk(
    request: pytest.FixtureRequest, templates: Callable[..., Template], tmp_path: Path, gadget: Path
) -> Iterator[Callable[[str], RunningDesk]]:
    """Makes a founded desk of a kind, not started, with the plugin `gadget` installed and not enabled."""
    with ExitStack() as stack:

        def new(kind: str) -> RunningDesk:
            folder, url, token = templates(kind)
            mine = tmp_path / kind
            shutil.copytree(folder, mine)
            environment = {"PYTHONPATH": str(gadget)}
            if kind == "distributed":
                template = make_url(url).database or ""
                environment["ITSM_DATABASE_URL"] = stack.enter_context(
                    new_database(request.getfixturevalue("postgres_url"), template=template)
                )
                environment["ITSM_REDIS_URL"] = request.getfixturevalue("redis_url")
            made = stack.enter_context(running_desk(mine, embedded=kind == "embedded", **environment))
            made.token = token
            return made

        yield new


@pytest.fixture
def desk(kind: str, new_desk: Callable[[str], RunningDesk]) -> RunningDesk:
    """A founded desk that is not started, with the plugin `gadget` installed and not enabled."""
    return new_desk(kind)
