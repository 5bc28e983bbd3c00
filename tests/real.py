"""Desks whose every act is committed on a connection of its own, and acts on them that happen at once."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from itsm.app import build
from itsm.core.db import Base, make_engine
from itsm.core.errors import DeskError
from itsm.plugins.machinery.desk import Desk
from itsm.plugins.machinery.members import load
from tests.fixtures import INCIDENTS, Clock, settings_for


def make_tables(url: str) -> None:
    """The tables of all models, in an empty database."""
    load(INCIDENTS)  # its tables too, whoever comes first
    engine = make_engine(url).execution_options(itsm_write=True)
    with engine.begin() as connection:
        Base.metadata.create_all(connection)
    engine.dispose()


@contextmanager
def real_desk(url: str, folder: Path, *, clock: Clock | None = None) -> Iterator[Desk]:
    """A desk with the incident process on an empty database; nothing is rolled back."""
    make_tables(url)
    desk, _ = build(settings_for(folder, url), ["incidents"], members=[INCIDENTS], clock=clock)
    try:
        yield desk
    finally:
        desk.database.dispose()


def at_once(number: int, act: Callable[[int], object]) -> list[object]:
    """Run `act(0)` … `act(number - 1)` in threads that start together; what each returned, or how it was refused."""
    gate = threading.Barrier(number)

    def one(index: int) -> object:
        gate.wait(20)
        try:
            return act(index)
        except DeskError as error:
            return error

    with ThreadPoolExecutor(number) as pool:
        return list(pool.map(one, range(number)))
