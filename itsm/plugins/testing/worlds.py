"""The desk of tests: in one process, on one connection, its clock standing still until it is moved."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

from flask import Flask
from sqlalchemy import Connection

from itsm.app import build
from itsm.core.db import Base, make_engine
from itsm.core.settings import Settings, read_settings
from itsm.core.work.session import Database
from itsm.plugins.machinery.desk import Desk
from itsm.plugins.machinery.members import Member, load
from itsm.plugins.testing.sample import Sample, fill

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


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
class World:
    """What stays from test to test: the engine with its tables, the desk built on it, the sample in it.

    members: the plugins that are enabled.
    """

    connection: Connection
    desk: Desk
    app: Flask
    sample: Sample
    clock: Clock
    members: Sequence[Member] = ()

    def with_plugin(self, name: str, **hooks: Any) -> tuple[Desk, Flask]:
        """The same desk with one more plugin of these hooks."""
        module = ModuleType(f"{name}.hooks")
        module.__file__ = str(self.desk.settings.data_dir / name / "hooks.py")
        vars(module).update(hooks)
        return self.with_members([*self.members, Member(name, "1", f"{name}.hooks", hooks=module)])

    def with_members(self, members: Sequence[Member]) -> tuple[Desk, Flask]:
        """The same data under a desk of other plugins."""
        database = Database(self.desk.database.url, self.connection)
        names = [member.name for member in members]
        return build(self.desk.settings, names, database=database, clock=self.clock, members=members)


def settings_for(folder: Path, url: str, **more: str) -> Settings:
    """Settings of a test desk."""
    given = {"ITSM_MODE": "test", "ITSM_DATA_DIR": str(folder), "ITSM_DATABASE_URL": url, "ITSM_SECRET_KEY": "test-key"}
    given["ITSM_RATE_STRANGERS"] = "0"  # tests sign in more often than people
    given["ITSM_HOOK_FAULT_AFTER"] = "10"  # and a machine that holds its breath is no fault of a plugin
    return read_settings(given | {f"ITSM_{k.upper()}": v for k, v in more.items()})


@contextmanager
def new_world(url: str, folder: Path, members: Sequence[Member]) -> Iterator[World]:
    """A desk of these plugins with the sample people, on an empty database; nothing is committed."""
    engine = make_engine(url).execution_options(itsm_write=True)
    loaded = [load(member) for member in members]  # their tables too, whichever test comes first
    with engine.begin() as connection:
        Base.metadata.create_all(connection)
    clock = Clock()
    names = [member.name for member in loaded]
    with engine.connect() as connection:
        database = Database(url, connection)
        desk, app = build(settings_for(folder, url), names, database=database, clock=clock, members=loaded)
        if desk.aside:
            raise AssertionError("\n".join(f"{name} is set aside: {reason}" for name, reason in desk.aside.items()))
        outer = connection.begin()
        yield World(connection, desk, app, fill(desk), clock, loaded)
        outer.rollback()
    engine.dispose()
