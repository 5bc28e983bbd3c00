"""Two people at once: merges that cross, strangers who write twice in the same moment; one winner, nothing lost."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from itsm.app import build
from itsm.core.db import Base
from itsm.core.errors import Conflict
from itsm.core.people.models import Address, Person
from itsm.core.people.verbs import add_person, find_or_meet, merge_people
from itsm.core.work.session import Database
from itsm.plugins.machinery.desk import Desk
from tests.fixtures import INCIDENTS, START, TESTER, Clock, settings_for


@pytest.fixture
def open_desk(database_url: str, tmp_path: Path) -> Iterator[Desk]:
    """A desk whose units of work commit, each on a connection of its own."""
    database = Database(database_url)
    with database.engine.execution_options(itsm_write=True).begin() as connection:
        Base.metadata.create_all(connection)
    settings = settings_for(tmp_path, database_url)
    desk, _ = build(settings, ["incidents"], database=database, clock=Clock(START), members=[INCIDENTS])
    yield desk
    database.dispose()


def at_once(*acts: Callable[[], object]) -> list[str]:
    """Do them in threads that start together; how each of them ended."""
    ended, gate = [""] * len(acts), threading.Barrier(len(acts))

    def run(number: int) -> None:
        gate.wait(timeout=20)
        try:
            acts[number]()
            ended[number] = "done"
        except Conflict:
            ended[number] = "conflict"

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return sorted(ended)


def test_of_two_merges_that_cross_one_wins(open_desk: Desk) -> None:
    def merge(source: int, into: int) -> None:
        with open_desk.unit_of_work(TESTER) as uow:
            merge_people(uow, person_id=source, into=into)

    for _ in range(5):
        with open_desk.unit_of_work(TESTER) as uow:
            a, b = (add_person(uow, name=name).id for name in "ab")
        ended = at_once(lambda a=a, b=b: merge(a, b), lambda a=a, b=b: merge(b, a))
        assert ended == ["conflict", "done"]
        with open_desk.unit_of_work(TESTER, write=False) as uow:
            into = {
                row.id: row.merged_into_id for row in uow.session.scalars(select(Person).where(Person.id.in_((a, b))))
            }
        assert into in ({a: b, b: None}, {a: None, b: a})


def test_a_stranger_who_writes_eight_times_at_once_is_one_person(open_desk: Desk) -> None:
    def meet() -> None:
        with open_desk.unit_of_work(TESTER) as uow:
            find_or_meet(uow, type="email", value="once@stranger.example")

    assert at_once(*[meet] * 8) == ["done"] * 8
    with open_desk.unit_of_work(TESTER, write=False) as uow:
        assert uow.session.scalar(select(func.count()).select_from(Person)) == 1
        assert uow.session.scalar(select(func.count()).select_from(Address)) == 1
