"""Two administrators at the same moment, on real connections."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from itsm.core.configuration.verbs import activate_document, document, list_revisions, save_document
from itsm.core.errors import Stale
from itsm.plugins.machinery.desk import Desk
from tests.fixtures import TESTER
from tests.real import at_once, real_desk

pytestmark = pytest.mark.faults
MANY = 8


@pytest.fixture
def shared_desk(database_url: str, tmp_path: Path) -> Iterator[Desk]:
    """A desk whose transactions are real."""
    with real_desk(database_url, tmp_path) as desk:
        yield desk


def put(desk: Desk, index: int, match: int | None) -> int:
    body = {"entries": [{"key": f"by{index}", "label": {"en": f"By {index}"}}]}
    with desk.unit_of_work(TESTER) as uow:
        revision = save_document(uow, name="core.topics", body=body, reason="at once", match=match)
        return activate_document(uow, revision_id=revision.id, match=match).id


def test_of_those_who_saw_the_same_one_wins_and_the_others_are_told(shared_desk: Desk) -> None:
    for _ in range(3):
        with shared_desk.unit_of_work(TESTER, write=False) as uow:
            seen = document(uow, "core.topics").revision
        results = at_once(MANY, lambda index, seen=seen: put(shared_desk, index, seen))  # type: ignore[misc]
        won = [result for result in results if isinstance(result, int)]
        assert len(won) == 1, results
        assert all(isinstance(result, int | Stale) for result in results)
        with shared_desk.unit_of_work(TESTER, write=False) as uow:
            assert document(uow, "core.topics").revision == won[0]


def test_everybody_who_saves_gets_a_number_of_their_own(shared_desk: Desk) -> None:
    results = at_once(MANY, lambda index: put(shared_desk, index, None))
    assert all(isinstance(result, int) for result in results), results
    with shared_desk.unit_of_work(TESTER, write=False) as uow:
        numbers = sorted(revision.number for revision in list_revisions(uow, name="core.topics"))
    assert numbers == list(range(1, MANY + 1))
