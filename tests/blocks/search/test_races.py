"""Writers, workers, the ledger's reader and a rebuild at once, on real connections: in the end nothing is stale."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, select

from itsm.blocks.search.models import SearchDocument
from itsm.blocks.search.verbs import build_some, find_subjects, follow_ledger
from itsm.core.act import Act, system
from itsm.core.people.verbs import add_person, change_person
from itsm.core.tickets.verbs import Step, change_ticket, open_ticket, record_history
from itsm.core.work.jobs import drain
from itsm.plugins.machinery.desk import Desk
from tests.fixtures import TESTER
from tests.real import real_desk

pytestmark = pytest.mark.faults
ROUNDS = 12
IMPORT = Act(system("import"), channel="cli", origin="import")
CONTENT = (SearchDocument.kind, SearchDocument.subject_id, SearchDocument.title, SearchDocument.stems)


@pytest.fixture
def desk(quiet_url: str, tmp_path: Path) -> Iterator[Desk]:
    """A desk on which nobody else works."""
    with real_desk(quiet_url, tmp_path) as desk:
        yield desk


def documents(desk: Desk) -> set[Any]:
    with desk.unit_of_work(TESTER, write=False) as uow:
        return {tuple(row) for row in uow.session.execute(select(*CONTENT))}


def write(desk: Desk, writer: int) -> None:
    """Tickets and people, opened here and imported, each changed at once."""
    for n in range(ROUNDS):
        with desk.unit_of_work(TESTER) as uow:
            ticket = open_ticket(uow, kind="incident", title=f"Первый {writer} {n}").id
            person = add_person(uow, name=f"Человек {writer} {n}").id
        with desk.unit_of_work(IMPORT) as uow:
            step = Step(at=uow.now, values={"title": f"Прошлый {n}", "state": "new"})
            record_history(uow, source="old", external_id=f"{writer}-{n}", kind="incident", steps=[step])
        with desk.unit_of_work(TESTER) as uow:
            change_ticket(uow, number=ticket, changes={"title": f"Последний {writer} {n}"})
            change_person(uow, person_id=person, changes={"name": f"Переименован {writer} {n}"})


def follow(desk: Desk) -> None:
    """One step along the ledger."""
    with desk.unit_of_work(TESTER) as uow:
        follow_ledger(uow)


def rebuild(desk: Desk) -> None:
    """All tickets, in small batches."""
    progress = None
    while progress is None or not progress.finished:
        with desk.unit_of_work(TESTER) as uow:
            progress = build_some(uow, kind="ticket", after=progress.after if progress else 0, limit=5)


def test_after_the_storm_the_documents_are_what_a_rebuild_makes(desk: Desk) -> None:
    over = threading.Event()

    def keep(act: Any) -> None:
        while not over.is_set():
            act(desk)

    with ThreadPoolExecutor(6) as pool:
        kept = [pool.submit(keep, act) for act in (drain, follow, rebuild)]
        for written in [pool.submit(write, desk, n) for n in range(3)]:
            written.result()
        over.set()
        for one in kept:
            one.result()
    for act in (drain, follow, drain):
        act(desk)
    seen = documents(desk)
    with desk.unit_of_work(TESTER) as uow:
        for words in ("последние", "прошлый", "переименован"):
            assert len(find_subjects(uow, words=words, limit=100).hits) == 3 * ROUNDS
        assert find_subjects(uow, words="первый").hits == []
        uow.session.execute(delete(SearchDocument))
        for kind in ("ticket", "person", "organisation"):
            build_some(uow, kind=kind)
    assert documents(desk) == seen
