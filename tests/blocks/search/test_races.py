"""Writers, workers, the ledger's reader and a rebuild at once, on real connections: in the end nothing is stale."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, select

from itsm.app import build
from itsm.blocks.search.models import SearchDocument
from itsm.blocks.search.verbs import build_some, find_subjects, follow_ledger
from itsm.core.act import Act, system
from itsm.core.db import Base, make_engine
from itsm.core.people.verbs import add_person, change_person
from itsm.core.tickets.verbs import Step, change_ticket, open_ticket, record_history
from itsm.core.work.jobs import drain
from itsm.plugins.machinery.desk import Desk
from tests.fixtures import INCIDENTS, TESTER, settings_for
from tests.servers import new_database, postgres

pytestmark = pytest.mark.faults
ROUNDS = 12
IMPORT = Act(system("import"), channel="cli", origin="import")
CONTENT = (SearchDocument.kind, SearchDocument.subject_id, SearchDocument.title, SearchDocument.stems)


@pytest.fixture(params=["sqlite", "postgresql"])
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Desk]:
    """A desk whose transactions are real, on a server where nobody else works."""
    if request.param == "sqlite":
        yield from _desk(f"sqlite:///{tmp_path / 'test.sqlite3'}", tmp_path)
        return
    with postgres(durable=False) as server, new_database(server.url) as url:
        yield from _desk(url, tmp_path)


def _desk(url: str, folder: Path) -> Iterator[Desk]:
    engine = make_engine(url).execution_options(itsm_write=True)
    with engine.begin() as connection:
        Base.metadata.create_all(connection)
    engine.dispose()
    desk, _ = build(settings_for(folder, url), ["incidents"], members=[INCIDENTS])
    yield desk
    desk.database.dispose()


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
