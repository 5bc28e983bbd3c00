"""Two people at once: merges that cross, strangers who write twice in the same moment; one winner, nothing lost."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from itsm.core.people.models import Address, Person
from itsm.core.people.verbs import add_person, find_or_meet, merge_people
from itsm.plugins.machinery.desk import Desk
from tests.fixtures import START, TESTER, Clock
from tests.real import at_once, real_desk


@pytest.fixture
def open_desk(database_url: str, tmp_path: Path) -> Iterator[Desk]:
    """A desk whose units of work commit, each on a connection of its own."""
    with real_desk(database_url, tmp_path, clock=Clock(START)) as desk:
        yield desk


def ends(results: list[object]) -> list[str]:
    """How each of them ended."""
    return sorted("done" if result is None else type(result).__name__.lower() for result in results)


def test_of_two_merges_that_cross_one_wins(open_desk: Desk) -> None:
    def merge(source: int, into: int) -> None:
        with open_desk.unit_of_work(TESTER) as uow:
            merge_people(uow, person_id=source, into=into)

    for _ in range(5):
        with open_desk.unit_of_work(TESTER) as uow:
            a, b = (add_person(uow, name=name).id for name in "ab")
        pairs = ((a, b), (b, a))
        ended = ends(at_once(2, lambda index, pairs=pairs: merge(*pairs[index])))  # type: ignore[misc]
        assert ended == ["conflict", "done"]
        with open_desk.unit_of_work(TESTER, write=False) as uow:
            into = {
                row.id: row.merged_into_id for row in uow.session.scalars(select(Person).where(Person.id.in_((a, b))))
            }
        assert into in ({a: b, b: None}, {a: None, b: a})


def test_a_stranger_who_writes_eight_times_at_once_is_one_person(open_desk: Desk) -> None:
    def meet(_index: int) -> None:
        with open_desk.unit_of_work(TESTER) as uow:
            find_or_meet(uow, type="email", value="once@stranger.example")

    assert ends(at_once(8, meet)) == ["done"] * 8
    with open_desk.unit_of_work(TESTER, write=False) as uow:
        assert uow.session.scalar(select(func.count()).select_from(Person)) == 1
        assert uow.session.scalar(select(func.count()).select_from(Address)) == 1
