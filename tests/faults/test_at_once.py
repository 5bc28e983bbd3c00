"""Many at once, on both databases: one winner, no number twice, no event missed."""

import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, func, select

from itsm.app import build
from itsm.core.act import Act, Actor
from itsm.core.db import Base, make_engine
from itsm.core.desk.models import DeskFact
from itsm.core.errors import Conflict
from itsm.core.ledger.models import Event
from itsm.core.ledger.verbs import Cursor, append, events_after
from itsm.core.people.verbs import add_person
from itsm.core.tickets.models import Ticket
from itsm.core.tickets.verbs import add_comment, change_ticket, claim_ticket, open_ticket
from itsm.core.work.session import Database
from itsm.plugins.machinery.desk import Desk
from tests.fixtures import INCIDENTS, TESTER, settings_for

pytestmark = pytest.mark.faults
AGENTS = 50
WRITERS = 8


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """An engine on a database with all tables."""
    made = make_engine(database_url)
    with made.execution_options(itsm_write=True).begin() as connection:
        Base.metadata.create_all(connection)
    yield made
    made.dispose()


@pytest.fixture
def desk(engine: Engine, database_url: str, tmp_path: Path) -> Iterator[Desk]:
    """A desk on it, committing for real."""
    database = Database(database_url)
    yield build(settings_for(tmp_path, database_url), ["incidents"], database=database, members=[INCIDENTS])[0]
    database.dispose()


def opened(desk: Desk) -> int:
    with desk.unit_of_work(TESTER) as uow:
        return open_ticket(uow, kind="incident", title="Сбой").id


def together(number: int, work: Callable[[int], Any]) -> list[Any]:
    """Run `work(0)` … `work(number - 1)` at the same moment."""
    gate = threading.Barrier(number)

    def one(index: int) -> Any:
        gate.wait(30)
        return work(index)

    with ThreadPoolExecutor(number) as pool:
        return list(pool.map(one, range(number)))


def test_of_fifty_agents_who_claim_one_ticket_one_wins_and_the_others_hear_so(desk: Desk) -> None:
    number = opened(desk)
    with desk.unit_of_work(TESTER) as uow:
        people = [add_person(uow, name=f"Agent {n}").id for n in range(AGENTS)]

    def claim(index: int) -> int | None:
        act = Act(Actor("person", people[index], permissions=frozenset({"*"})), channel="api")
        try:
            with desk.unit_of_work(act) as uow:
                claim_ticket(uow, number=number)
        except Conflict:
            return None
        return people[index]

    winners = [who for who in together(AGENTS, claim) if who is not None]
    with desk.unit_of_work(TESTER, write=False) as uow:
        assert winners == [uow.session.get_one(Ticket, number).assignee_id]


def test_numbers_are_unique_under_concurrency(desk: Desk) -> None:
    numbers = [n for batch in together(WRITERS, lambda _: [opened(desk) for _ in range(10)]) for n in batch]
    assert len(set(numbers)) == len(numbers) == WRITERS * 10


class Reader:
    """Follows the ledger page by page."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.cursor, self.seen = desk, Cursor(), list[tuple[int, str, int, int]]()

    def read(self) -> bool:
        """Read the next page; whether there was one."""
        with self.desk.unit_of_work(TESTER, write=False) as uow:
            page, self.cursor = events_after(uow.session, self.cursor, limit=7)
            self.seen += [(event.id, event.stream, event.subject_id, event.seq) for event in page]
        return bool(page)

    def check(self) -> None:
        """Everything was seen once, and each stream in its own order."""
        while self.read():
            pass
        with self.desk.unit_of_work(TESTER, write=False) as uow:
            everything = uow.session.scalars(select(Event.id)).all()
        assert sorted(id_ for id_, *_ in self.seen) == sorted(everything)
        streams = defaultdict(list)
        for _, stream, subject, seq in self.seen:
            streams[stream, subject].append(seq)
        assert all(seqs == list(range(1, len(seqs) + 1)) for seqs in streams.values()), streams


def test_a_reader_beside_eight_writers_misses_no_event_and_sees_each_stream_in_order(desk: Desk) -> None:
    shared, reader, over = [opened(desk) for _ in range(3)], Reader(desk), threading.Event()

    def write(index: int) -> None:
        for turn in range(8):
            number = shared[(index + turn) % len(shared)]
            with desk.unit_of_work(TESTER) as uow:
                uow.session.add(DeskFact(name=f"{index}.{turn}", value="written before the head is waited for"))
                uow.session.flush()
                add_comment(uow, number=number, body="x")
            opened(desk)

    def follow() -> None:
        while not over.is_set():
            reader.read()

    following = threading.Thread(target=follow)
    following.start()
    try:
        together(WRITERS, write)
    finally:
        over.set()
        following.join()
    assert len(reader.seen) > 0
    reader.check()


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_lower_transaction_with_the_higher_number_in_the_stream_is_read_after_its_predecessor(desk: Desk) -> None:
    number, reader = opened(desk), Reader(desk)
    while reader.read():
        pass
    began, may_go = threading.Event(), threading.Event()

    def wrote_another_row_first() -> None:
        with desk.unit_of_work(TESTER) as uow:
            uow.session.add(DeskFact(name="early", value="takes the lower transaction id"))
            uow.session.flush()
            uow.session.scalar(select(func.pg_current_xact_id()))
            began.set()
            assert may_go.wait(30)
            append(uow, stream="ticket", subject_id=number, type="second_in_the_stream")

    early = threading.Thread(target=wrote_another_row_first)
    early.start()
    assert began.wait(30)
    with desk.unit_of_work(TESTER) as uow:
        change_ticket(uow, number=number, changes={"title": "first in the stream"})
    seen = len(reader.seen)
    reader.read()
    assert len(reader.seen) == seen, "what lies beyond the oldest running transaction is not complete yet"
    may_go.set()
    early.join()
    reader.check()
    with desk.unit_of_work(TESTER, write=False) as uow:
        last = uow.session.scalars(select(Event).where(Event.subject_id == number).order_by(Event.seq)).all()
    assert [event.type for event in last][-2:] == ["ticket_changed", "second_in_the_stream"]
