"""The fixtures of the kit: one desk per engine and process, each test rolled back.

PYTEST_DONT_REWRITE (see the package).
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from pkgutil import resolve_name
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.exc import SQLAlchemyError

from itsm.core.act import Act, system
from itsm.core.hookspecs.imports import ImportJob, ImportReport
from itsm.core.tickets.verbs import open_ticket
from itsm.core.work.jobs import drain
from itsm.core.work.uow import UnitOfWork
from itsm.core.work.verbs import run_schedule as owe_schedule
from itsm.plugins.machinery.desk import Desk
from itsm.plugins.machinery.faults import Fault
from itsm.plugins.machinery.members import Member
from itsm.plugins.testing.engines import lacking_postgres, new_database, postgres_server
from itsm.plugins.testing.projects import incidents, members_of, with_needs
from itsm.plugins.testing.sample import TESTER, Sample, hash_quickly
from itsm.plugins.testing.visitors import Visitor, enter
from itsm.plugins.testing.worlds import START, Clock, World, new_world

LACKING = lacking_postgres()
LAST_LINES = 6
LOST = """The connection to the database was lost during this test: the server ended it, a thread worked on it too, or
an exception that is no `Exception` (a time limit, sys.exit) came up in a statement. The next gets a new database."""
ENGINES = ["sqlite"] if LACKING else ["sqlite", "postgresql"]


def pytest_configure() -> None:
    """Before anybody has a password."""
    hash_quickly()


def pytest_report_header() -> list[str]:
    """What is left out is said once, at the top."""
    return [f"itsm.plugins.testing: worlds on SQLite only; for PostgreSQL {LACKING}"] if LACKING else []


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[Any]:
    """A hook that failed is passed over on a desk; a test must not pass over it."""
    try:
        result = yield
    except BaseException as error:
        if left := _left(item):
            error.add_note(unexpected(left))
        raise
    if left := _left(item):
        pytest.fail(unexpected(left), pytrace=False)
    return result


def _left(item: pytest.Item) -> list[Fault]:
    world = getattr(item, "funcargs", {}).get("world")
    return world.desk.faults.take() if isinstance(world, World) else []


def unexpected(faults: Sequence[Fault]) -> str:
    """Names each fault: plugin, hook and the last lines of its traceback."""
    head = "Parts of plugins failed, and the test did not ask for it (`faults()` of the kit tells and expects them):"
    told = (f"{f.plugin}, {f.hook}:\n" + "\n".join(f.error.rstrip().splitlines()[-LAST_LINES:]) for f in faults)
    return "\n".join([head, *dict.fromkeys(told)])


@pytest.fixture(scope="session")
def enabled_plugins(request: pytest.FixtureRequest) -> Sequence[Member]:
    """The plugins of the desk: those of the `pyproject.toml` at pytest's root folder, what they need, and incidents.

    A project that wants others overrides this fixture.
    """
    members = with_needs(members_of(request.config.rootpath))
    known = {member.name for member in members}
    return members if "incidents" in known else [incidents(), *members]


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A PostgreSQL server, by the URL of its maintenance database."""
    try:
        context = postgres_server()
        url = context.__enter__()
    except LookupError as reason:
        pytest.skip(f"PostgreSQL: {reason}")
    yield url
    context.__exit__(None, None, None)


@contextmanager
def kept_worlds(
    request: pytest.FixtureRequest, folders: pytest.TempPathFactory, members: Sequence[Member]
) -> Iterator[Callable[[str], World]]:
    """`world(engine)`: made at its first use, and anew when a test has lost its connection."""
    made: dict[str, World] = {}
    with ExitStack() as stack:

        def world(engine: str) -> World:
            if engine not in made or made[engine].connection.invalidated:
                folder = folders.mktemp(engine)
                url = f"sqlite:///{folder / 'desk.sqlite3'}"
                if engine == "postgresql":
                    url = stack.enter_context(new_database(request.getfixturevalue("postgres_url")))
                made[engine] = stack.enter_context(new_world(url, folder, members))
            return made[engine]

        yield world


@pytest.fixture(scope="session")
def worlds(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, enabled_plugins: Sequence[Member]
) -> Iterator[Callable[[str], World]]:
    """Worlds by engine."""
    with kept_worlds(request, tmp_path_factory, enabled_plugins) as world:
        yield world


@contextmanager
def rolled_back(world: World) -> Iterator[World]:
    """A world for one test, as it was before when the test is over; fails for faults that nobody asked for."""
    world.clock.now = START
    savepoint = world.connection.begin_nested()
    yield world
    left = world.desk.faults.take()
    try:
        savepoint.rollback()
    except SQLAlchemyError:  # somebody ended it, or another thread works on this connection
        world.connection.invalidate()
    lost = world.connection.invalidated
    world.desk.registry.revisions.clear()
    world.desk.registry.parsed.clear()
    if lost:
        pytest.fail(LOST, pytrace=False)
    if left:
        pytest.fail(unexpected(left), pytrace=False)


@pytest.fixture(params=ENGINES)
def world(request: pytest.FixtureRequest, worlds: Callable[[str], World]) -> Iterator[World]:
    """A desk with the sample people; everything a test does is rolled back."""
    with rolled_back(worlds(request.param)) as world:
        yield world


@pytest.fixture
def desk(world: World) -> Desk:
    """The desk."""
    return world.desk


@pytest.fixture
def with_plugin(world: World) -> Callable[..., tuple[Desk, Flask]]:
    """`with_plugin("bad", ticket_opening=…)`: the same desk with one more plugin of these hooks."""
    return world.with_plugin


@pytest.fixture
def faults(world: World) -> Callable[[], list[Fault]]:
    """`faults()`: the hooks, panels and the like that failed until now, each with `plugin`, `hook` and `error` (its
    traceback). What a test has asked for is expected; any other fault fails it."""
    return world.desk.faults.take


@pytest.fixture
def sample(world: World) -> Sample:
    """The sample people, teams, organisations and tokens; `stranger` is of `other`, which is premium, `requester` of
    `acme`, which is not."""
    return world.sample


@pytest.fixture
def clock(world: World) -> Clock:
    """The desk's clock; `clock.forward(hours=2)` moves it."""
    return world.clock


@pytest.fixture
def work(world: World) -> Callable[[], int]:
    """`work()` does everything that is due, as a worker would; how many calls were tried."""
    return lambda: drain(world.desk)


@pytest.fixture
def run_schedule(world: World, work: Callable[[], int]) -> Callable[[str], int]:
    """`run_schedule("sample.nightly")`: what this schedule owes comes due now, and is done."""

    def run(name: str) -> int:
        with world.desk.unit_of_work(TESTER) as uow:
            owe_schedule(uow, name=name)
        return work()

    return run


@pytest.fixture
def run_import(world: World) -> Callable[..., ImportReport]:
    """`run_import("roster", path)`: what `itsm import roster FILE` does; its report."""

    def run(name: str, path: Path, **more: Any) -> ImportReport:
        act = Act(system("import"), channel="import", origin="import")
        importer = world.desk.registry.importers[name].run
        function = resolve_name(importer) if isinstance(importer, str) else importer
        job = ImportJob(path=path, unit_of_work=world.desk.unit_of_work, act=act, store=world.desk.files, **more)
        report: ImportReport = function(job)
        return report

    return run


@pytest.fixture
def uow(world: World) -> Iterator[UnitOfWork]:
    """A unit of work that may do everything, committed (inside the test's own transaction) only when the test ends.

    Until then its events and owed calls are not written, and pages, the API and `work` need not see its rows: for what
    they shall see, write in `with as_("agent") as uow:` or with `new_ticket`.
    """
    with world.desk.unit_of_work(TESTER) as unit:
        yield unit


@pytest.fixture
def as_(world: World) -> Callable[..., AbstractContextManager[UnitOfWork]]:
    """`with as_("agent") as uow:` a unit of work of one of the sample people, committed when the block is left."""

    def unit(name: str, **more: Any) -> UnitOfWork:
        return world.desk.unit_of_work(world.sample.act(world.desk, name, **more))

    return unit


@pytest.fixture
def new_ticket(world: World) -> Callable[..., int]:
    """`new_ticket("Printer", by="agent", kind="incident", fields={…})` opens a ticket; its number."""

    def opened(title: str = "Сбой", *, by: str = "agent", kind: str = "incident", **more: Any) -> int:
        with world.desk.unit_of_work(world.sample.act(world.desk, by)) as uow:
            return open_ticket(uow, kind=kind, title=title, **more).id

    return opened


@pytest.fixture
def client(world: World) -> FlaskClient:
    """A client of the web application that nobody signed in to."""
    return world.app.test_client()


@pytest.fixture
def api(world: World, client: FlaskClient) -> Callable[..., Any]:
    """`api("agent", "POST", "/tickets", json={…})`: a call of the API as one of the sample people."""

    def call(who: str | None, method: str, path: str, headers: dict[str, str] | None = None, **more: Any) -> Any:
        given = dict(headers or {})
        if who is not None:
            given["Authorization"] = f"Bearer {world.sample.tokens[who]}"
        return client.open(f"/api/v1{path}", method=method, headers=given, **more)

    return call


@pytest.fixture
def visitor(world: World) -> Visitor:
    """A browser in which nobody has signed in."""
    return Visitor(world.app.test_client())


@pytest.fixture
def signed_in(world: World) -> Callable[[str], Visitor]:
    """`signed_in("agent")`: a browser of one of the sample people: `get(path)`, `submit(page, action, values)`,
    `post(path, values)`."""
    return lambda name: enter(world.app, name)
