"""The desk as tests get it: one migrated database per engine and process, each test rolled back."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Connection

from itsm.app import build
from itsm.core.access.verbs import add_account, add_token, grant_defaults
from itsm.core.act import Act, Actor, system
from itsm.core.db import Base, make_engine
from itsm.core.people.models import Person, Team
from itsm.core.people.verbs import add_organisation, add_person, add_team
from itsm.core.settings import Settings, read_settings
from itsm.core.work.jobs import drain
from itsm.core.work.session import Database
from itsm.core.work.uow import UnitOfWork
from itsm.plugins.machinery.desk import Desk
from itsm.plugins.machinery.members import Member, load
from tests.servers import new_database

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
INCIDENTS = Member("incidents", "1", "itsm_incidents.hooks")
TESTER = Act(system("test"), channel="test")


class Clock:
    """The tests' clock: it stands still until it is moved."""

    def __init__(self, now: datetime = START) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **time: float) -> None:
        """Move ahead by a timedelta's arguments."""
        self.now += timedelta(**time)


@dataclass
class Sample:
    """A small desk: two organisations, two teams, staff and requesters, tokens for the API."""

    people: dict[str, Person] = field(default_factory=dict)
    teams: dict[str, Team] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)

    def act(self, desk: Desk, name: str, **more: Any) -> Act:
        """An act of one of the people, with the permissions they have."""
        from itsm.core.access.verbs import actor_of_token

        with desk.unit_of_work(TESTER, write=False) as uow:
            actor = actor_of_token(uow, self.tokens[name])
        return Act(actor, channel="web", **more)


def settings_for(folder: Path, url: str, **more: str) -> Settings:
    """Settings of a test desk."""
    given = {"ITSM_MODE": "test", "ITSM_DATA_DIR": str(folder), "ITSM_DATABASE_URL": url, "ITSM_SECRET_KEY": "test-key"}
    return read_settings(given | {f"ITSM_{k.upper()}": v for k, v in more.items()})


def fill(desk: Desk) -> Sample:
    """Put the sample people into a desk."""
    sample = Sample()
    with desk.unit_of_work(TESTER) as uow:
        grant_defaults(uow, desk.registry.permissions.values())
        acme = add_organisation(uow, name="Акме", contracts=["Д-17"])
        other = add_organisation(uow, name="Other Ltd", premium=True)
        staff = {"agent": "agent", "second": "agent", "head": "head", "admin": "administrator"}
        for name, role in {**staff, "requester": "requester", "stranger": "requester"}.items():
            organisation = {"requester": acme.id, "stranger": other.id}.get(name)
            mail = f"{name}@example.org"
            person = add_person(
                uow, name=name.title(), addresses=[("email", mail)], organisation_id=organisation,
            )  # fmt: skip
            add_account(uow, person_id=person.id, login=mail, password=f"password of {name}", roles=[role])
            sample.people[name] = person
            sample.tokens[name] = add_token(uow, person_id=person.id, name="tests")
        people = sample.people
        members = [people["agent"].id, people["second"].id]
        first = add_team(uow, key="l1", label={"en": "First line", "ru": "Первая линия"}, line="L1", members=members)
        second = add_team(uow, key="l2", label={"en": "Second line"}, line="L2", head_id=people["head"].id)
        sample.teams = {"l1": first, "l2": second}
    return sample


@dataclass
class World:
    """What stays from test to test: the engine with its tables, the desk built on it, the sample in it."""

    connection: Connection
    desk: Desk
    app: Flask
    sample: Sample
    clock: Clock


@contextmanager
def _world(url: str, folder: Path) -> Iterator[World]:
    engine = make_engine(url).execution_options(itsm_write=True)
    load(INCIDENTS)  # its tables too, whichever test comes first
    with engine.begin() as connection:
        Base.metadata.create_all(connection)
    clock = Clock()
    settings = settings_for(folder, url)
    with engine.connect() as connection:
        desk, app = build(settings, ["incidents"], database=Database(url, connection), clock=clock, members=[INCIDENTS])
        assert not desk.aside, desk.aside
        outer = connection.begin()
        sample = fill(desk)
        yield World(connection, desk, app, sample, clock)
        outer.rollback()
    engine.dispose()


@pytest.fixture(scope="session")
def worlds(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[str], World]]:
    """Worlds by engine, made at their first use."""
    made: dict[str, World] = {}
    open_: list[AbstractContextManager[Any]] = []

    def world(engine: str) -> World:
        if engine not in made:
            folder = tmp_path_factory.mktemp(engine)
            url = f"sqlite:///{folder / 'desk.sqlite3'}"
            if engine == "postgresql":
                database = new_database(request.getfixturevalue("postgres_url"))
                open_.append(database)
                url = database.__enter__()
            context = _world(url, folder)
            open_.append(context)
            made[engine] = context.__enter__()
        return made[engine]

    yield world
    for context in reversed(open_):
        context.__exit__(None, None, None)


@pytest.fixture(params=["sqlite", "postgresql"])
def world(request: pytest.FixtureRequest, worlds: Callable[[str], World]) -> Iterator[World]:
    """A desk with the sample people; everything a test does is rolled back."""
    world = worlds(request.param)
    world.clock.now = START
    savepoint = world.connection.begin_nested()
    yield world
    world.desk.faults.take()
    savepoint.rollback()
    world.desk.registry.revisions.clear()
    world.desk.registry.parsed.clear()


@pytest.fixture
def desk(world: World) -> Desk:
    """The desk."""
    return world.desk


@pytest.fixture
def with_plugin(world: World) -> Callable[..., tuple[Desk, Flask]]:
    """`with_plugin("bad", ticket_opening=…)`: the same desk with one more plugin of these hooks."""

    def extended(name: str, **hooks: Any) -> tuple[Desk, Flask]:
        module = ModuleType(f"{name}.hooks")
        module.__file__ = str(world.desk.settings.data_dir / name / "hooks.py")
        vars(module).update(hooks)
        plugin = Member(name, "1", f"{name}.hooks", hooks=module)
        database = Database(world.desk.database.url, world.connection)
        enabled, members = ["incidents", name], [INCIDENTS, plugin]
        return build(world.desk.settings, enabled, database=database, clock=world.clock, members=members)

    return extended


@pytest.fixture
def sample(world: World) -> Sample:
    """The sample people, teams and tokens."""
    return world.sample


@pytest.fixture
def clock(world: World) -> Clock:
    """The desk's clock."""
    return world.clock


@pytest.fixture
def client(world: World) -> FlaskClient:
    """A client of the web application."""
    return world.app.test_client()


@pytest.fixture
def work(world: World) -> Callable[[], int]:
    """Do everything that is due, as a worker would; how many calls were tried."""
    return lambda: drain(world.desk)


@pytest.fixture
def uow(world: World) -> Iterator[UnitOfWork]:
    """A unit of work of the machinery, committed (inside the test's own transaction) when the test ends."""
    with world.desk.unit_of_work(TESTER) as unit:
        yield unit


@pytest.fixture
def as_(world: World) -> Callable[..., AbstractContextManager[UnitOfWork]]:
    """`with as_("agent") as uow:` a unit of work of one of the sample people."""

    def unit(name: str, **more: Any) -> UnitOfWork:
        return world.desk.unit_of_work(world.sample.act(world.desk, name, **more))

    return unit


@pytest.fixture
def api(world: World, client: FlaskClient) -> Callable[..., Any]:
    """`api("agent", "POST", "/tickets", json={…})`: a call of the API as one of the sample people."""

    def call(who: str | None, method: str, path: str, headers: dict[str, str] | None = None, **more: Any) -> Any:
        given = dict(headers or {})
        if who is not None:
            given["Authorization"] = f"Bearer {world.sample.tokens[who]}"
        return client.open(f"/api/v1{path}", method=method, headers=given, **more)

    return call


__all__ = ["Actor", "Clock", "Sample", "World"]
