"""Many at once, on real connections: one winner, no lost edit, no number twice, no event missed by a reader."""

import threading
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from itsm.core.act import Act, Actor
from itsm.core.errors import Conflict, DeskError
from itsm.core.hookspecs.declarations import Schedule
from itsm.core.ledger.models import Event
from itsm.core.ledger.verbs import Cursor, append, events_after
from itsm.core.people.models import Person
from itsm.core.people.verbs import add_person
from itsm.core.tickets.models import Ticket
from itsm.core.tickets.verbs import add_comment, change_ticket, claim_ticket, open_ticket
from itsm.core.work.jobs.clockwork import fire_schedules, lead
from itsm.core.work.models import OwedCall
from itsm.core.work.uow import UnitOfWork
from itsm.plugins.machinery.desk import Desk
from tests.fixtures import TESTER
from tests.real import at_once, real_desk

pytestmark = pytest.mark.faults
AGENTS, WRITERS, EACH = 50, 8, 25


@pytest.fixture
def shared_desk(quiet_url: str, tmp_path: Path) -> Iterator[Desk]:
    """A desk on which nobody else works."""
    with real_desk(quiet_url, tmp_path) as desk:
        yield desk


def open_one(desk: Desk) -> int:
    with desk.unit_of_work(TESTER) as uow:
        return open_ticket(uow, kind="incident", title="Общий").id


def test_of_fifty_agents_who_claim_one_ticket_one_wins(shared_desk: Desk) -> None:
    with shared_desk.unit_of_work(TESTER) as uow:
        agents = [add_person(uow, name=f"Agent {n}").id for n in range(AGENTS)]
    number = open_one(shared_desk)

    def claim(index: int) -> int:
        actor = Actor(kind="person", person_id=agents[index], permissions=frozenset({"*"}))
        with shared_desk.unit_of_work(Act(actor)) as uow:
            claim_ticket(uow, number=number)
        return agents[index]

    results = at_once(AGENTS, claim)
    winners = [r for r in results if isinstance(r, int)]
    assert len(winners) == 1
    assert all(isinstance(r, Conflict) for r in results if not isinstance(r, int))
    with shared_desk.unit_of_work(TESTER, write=False) as uow:
        assert uow.session.get_one(Ticket, number).assignee_id == winners[0]


def test_of_many_edits_from_one_version_one_is_taken_and_comments_do_not_count(shared_desk: Desk) -> None:
    number = open_one(shared_desk)

    def act(index: int) -> str:
        with shared_desk.unit_of_work(TESTER) as uow:
            if index % 2:
                add_comment(uow, number=number, body=f"comment {index}")
                return "comment"
            change_ticket(uow, number=number, changes={"title": f"edit {index}"}, match=1)
            return "edit"

    results = at_once(16, act)
    assert results.count("edit") == 1
    assert results.count("comment") == 8
    assert [r.status for r in results if isinstance(r, DeskError)] == [412] * 7


def test_numbers_are_unique_and_every_event_is_in_its_place(shared_desk: Desk) -> None:
    def act(_: int) -> list[int]:
        return [open_one(shared_desk) for _ in range(EACH)]

    numbers = [n for made in at_once(WRITERS, act) for n in made]  # type: ignore[attr-defined]
    assert len(set(numbers)) == WRITERS * EACH
    with shared_desk.unit_of_work(TESTER, write=False) as uow:
        assert len(uow.session.scalars(select(Event.id).where(Event.type == "ticket_opened")).all()) == len(numbers)


def read_to_the_end(desk: Desk, done: threading.Event) -> list[tuple[str, int, int]]:
    """Follow the ledger in small steps until the writers are done and nothing more comes."""
    cursor, seen = Cursor(), []
    while True:
        finished = done.is_set()
        with desk.unit_of_work(TESTER, write=False) as uow:
            events, cursor = events_after(uow.session, cursor, limit=7)
        seen += [(event.stream, event.subject_id, event.seq) for event in events]
        if finished and not events:
            return seen


def test_a_reader_misses_nothing_and_sees_each_stream_in_order(shared_desk: Desk) -> None:
    shared = [open_one(shared_desk) for _ in range(3)]
    done = threading.Event()

    def write(index: int) -> None:
        for step in range(EACH):
            with shared_desk.unit_of_work(TESTER) as uow:
                add_comment(uow, number=shared[(index + step) % 3], body="x")
                append(uow, stream="article", subject_id=index, type="touched", facts={"step": step})

    with ThreadPoolExecutor(1) as reader:
        following = reader.submit(read_to_the_end, shared_desk, done)
        at_once(WRITERS, write)  # type: ignore[arg-type]
        done.set()
        seen = following.result(60)
    with shared_desk.unit_of_work(TESTER, write=False) as uow:
        written = {(e.stream, e.subject_id, e.seq) for e in uow.session.scalars(select(Event))}
    assert set(seen) == written
    assert len(seen) == len(written)
    order = defaultdict(list)
    for stream, subject, seq in seen:
        order[stream, subject].append(seq)
    assert all(seqs == list(range(1, len(seqs) + 1)) for seqs in order.values())


@pytest.mark.parametrize("quiet_url", ["postgresql"], indirect=True)
def test_a_lower_transaction_with_a_higher_place_in_its_stream_is_read_in_the_streams_order(
    shared_desk: Desk,
) -> None:
    """One transaction gets its id first, then waits for the head of the stream behind a younger one.

    SQLite has one writer: this interleaving cannot happen there.
    """
    number = open_one(shared_desk)
    with shared_desk.unit_of_work(TESTER) as uow:
        person = add_person(uow, name="Somebody").id
    older_has_id, younger_committed = threading.Event(), threading.Event()

    def older() -> None:
        with shared_desk.unit_of_work(TESTER) as uow:
            uow.session.execute(update(Person).where(Person.id == person).values(name="Renamed"))
            older_has_id.set()
            younger_committed.wait(20)
            add_comment(uow, number=number, body="older transaction, later event")

    thread = threading.Thread(target=older)
    thread.start()
    assert older_has_id.wait(20)
    with shared_desk.unit_of_work(TESTER) as uow:
        add_comment(uow, number=number, body="younger transaction, earlier event")
    with shared_desk.unit_of_work(TESTER, write=False) as uow:
        early, cursor = events_after(uow.session, Cursor())
    younger_committed.set()
    thread.join(20)
    with shared_desk.unit_of_work(TESTER, write=False) as uow:
        late, _ = events_after(uow.session, cursor)
    mine = [event.seq for event in [*early, *late] if (event.stream, event.subject_id) == ("ticket", number)]
    assert mine == [1, 2, 3]
    assert [event.seq for event in early if event.stream == "ticket"] == [1], "the younger one lies above the horizon"


def test_of_many_who_claim_to_lead_one_does_and_a_due_time_fires_once_whoever_fires_it(shared_desk: Desk) -> None:
    hourly = [Schedule("core.receipts", "core.forget_receipts", timedelta(hours=1))]
    with shared_desk.unit_of_work(TESTER) as uow:
        fire_schedules(uow, hourly)
        due = hourly[0].next_after(uow.now)

    def act(index: int) -> tuple[bool, int]:
        with shared_desk.unit_of_work(TESTER) as uow:
            return lead(uow.session, uow.now, f"worker {index}"), _fired_at(uow, due, hourly)

    results = at_once(WRITERS, act)
    assert sum(leads for leads, _ in results) == 1  # type: ignore[misc, attr-defined]
    with shared_desk.unit_of_work(TESTER, write=False) as uow:
        keys = list(uow.session.scalars(select(OwedCall.key).where(OwedCall.name == "core.forget_receipts")))
    assert keys == [f"core.receipts@{due.isoformat()}"]


def _fired_at(uow: UnitOfWork, now: datetime, schedules: list[Schedule]) -> int:
    uow.now = now
    return fire_schedules(uow, schedules)
