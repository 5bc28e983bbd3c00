"""`itsm search`: rebuild now or later, and tell how far it is."""

from typing import Any

from click.testing import CliRunner
from sqlalchemy import delete

from itsm.blocks.search.commands import search
from itsm.blocks.search.models import SearchDocument
from itsm.blocks.search.verbs import find_subjects
from itsm.core.tickets.verbs import open_ticket
from tests.fixtures import TESTER


class Office:
    """The test's desk as commands meet it."""

    def __init__(self, desk: Any) -> None:
        self.desk = desk

    def unit_of_work(self, *, write: bool = True) -> Any:
        return self.desk.unit_of_work(TESTER, write=write)


def run(desk: Any, *words: str) -> str:
    done = CliRunner().invoke(search, words, obj=lambda: Office(desk), catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


def test_rebuild_makes_all_documents_and_status_tells_of_them(as_: Any, work: Any, desk: Any, uow: Any) -> None:
    with as_("agent") as other:
        number = open_ticket(other, kind="incident", title="Факс").id
    work()
    uow.session.execute(delete(SearchDocument))
    assert "ticket: not begun" in run(desk, "status")
    assert "ticket: 1 documents" in run(desk, "rebuild")
    assert [hit.id for hit in find_subjects(uow, words="факсы").hits] == [number]
    assert "ticket: 1 of 1, finished" in run(desk, "status")
    uow.session.execute(delete(SearchDocument))
    assert "workers" in run(desk, "rebuild", "--later", "--kind", "ticket")
    assert find_subjects(uow, words="факсы").hits == []
    work()
    assert [hit.id for hit in find_subjects(uow, words="факсы").hits] == [number]
