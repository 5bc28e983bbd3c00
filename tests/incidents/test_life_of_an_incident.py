"""The life of an incident: waiting, resolving, reopening, closing by itself, cancelling."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from itsm.blocks.notices.models import Notice
from itsm.core.errors import Invalid, NotAllowedNow
from itsm.core.ledger.verbs import history
from itsm.core.tickets.models import Link, Ticket
from itsm.core.tickets.verbs import add_comment, change_ticket, find_ticket, move_ticket, open_ticket
from itsm.core.work.uow import UnitOfWork
from itsm_incidents.models import Wait
from tests.fixtures import Clock, Sample

As = Callable[..., AbstractContextManager[UnitOfWork]]
Work = Callable[[], int]
TEXTS = {"incidents.problem": "Не печатает", "incidents.solution": "Заменён картридж"}
RESOLVED = {**TEXTS, "incidents.resolution_code": "fixed"}


@pytest.fixture
def number(as_: As, sample: Sample) -> int:
    """An incident that the requester asked for."""
    with as_("agent") as uow:
        who = sample.people["requester"].id
        return open_ticket(uow, kind="incident", title="Принтер", requested_for=who, contact=who).id


def move(as_: As, number: int, transition: str, who: str = "agent", **changes: Any) -> None:
    with as_(who) as uow:
        move_ticket(uow, number=number, transition=transition, changes=changes)


def read(as_: As, number: int) -> Ticket:
    with as_("agent") as uow:
        return find_ticket(uow, number=number)


def test_taken_into_work_is_the_first_entry_into_open_and_an_event_of_its_own(as_: As, number: int) -> None:
    move(as_, number, "take")
    move(as_, number, "wait", **{"incidents.wait_reason": "parts"})
    move(as_, number, "continue")
    with as_("agent") as uow:
        types = [event.type for event, _ in history(uow.session, "ticket", number)]
    assert types.count("ticket_taken") == 1


@pytest.mark.parametrize("missing", sorted(RESOLVED))
def test_a_person_resolves_only_with_code_and_both_texts(as_: As, number: int, missing: str) -> None:
    given = {name: value for name, value in RESOLVED.items() if name != missing}
    with pytest.raises(NotAllowedNow) as refused:
        move(as_, number, "resolve", **given)
    assert [r.field for r in refused.value.refusals] == [missing]


def test_a_resolved_incident_is_closed_after_two_days(as_: As, number: int, clock: Clock, work: Work) -> None:
    move(as_, number, "resolve", **RESOLVED)
    clock.forward(days=2, seconds=-1)
    work()
    assert read(as_, number).state == "resolved"
    clock.forward(seconds=1)
    work()
    closed = read(as_, number)
    assert (closed.state, closed.category, closed.outcome) == ("closed", "closed", "solved")


def test_a_reply_on_resolved_reopens_and_flags_and_the_old_closing_timer_does_nothing(
    as_: As, number: int, clock: Clock, work: Work
) -> None:
    move(as_, number, "resolve", **RESOLVED)
    clock.forward(days=1)
    with as_("requester") as uow:
        add_comment(uow, number=number, body="Снова не печатает")
    reopened = read(as_, number)
    assert (reopened.category, reopened.outcome, reopened.fields["incidents.reopened"]) == ("open", "", 1)
    move(as_, number, "resolve", **RESOLVED)
    clock.forward(days=1, hours=1)
    work()
    assert read(as_, number).state == "resolved"


def test_a_reply_on_closed_opens_a_new_linked_incident(as_: As, number: int, clock: Clock, work: Work) -> None:
    move(as_, number, "resolve", **RESOLVED)
    clock.forward(days=2)
    work()
    with as_("requester") as uow:
        done = add_comment(uow, number=number, body="Опять")
    assert done.ticket.id != number
    with as_("agent") as uow:
        links = uow.session.execute(select(Link.from_id, Link.to_id, Link.type)).all()
        assert [tuple(link) for link in links] == [(done.ticket.id, number, "follows")]
        assert find_ticket(uow, number=done.ticket.id).requested_for_id == read(as_, number).requested_for_id


def test_an_agents_comment_moves_nothing(as_: As, number: int) -> None:
    move(as_, number, "wait", **{"incidents.wait_reason": "customer"})
    with as_("agent") as uow:
        add_comment(uow, number=number, body="Ждём")
    assert read(as_, number).category == "waiting"


def test_a_reply_on_waiting_brings_the_incident_back(as_: As, number: int) -> None:
    move(as_, number, "wait", **{"incidents.wait_reason": "customer"})
    with as_("requester") as uow:
        add_comment(uow, number=number, body="Вот ответ")
    assert read(as_, number).category == "open"


def test_waiting_until_a_moment_ends_by_itself(as_: As, number: int, clock: Clock, work: Work) -> None:
    until = (clock() + timedelta(hours=3)).isoformat()
    move(as_, number, "wait", **{"incidents.wait_reason": "date", "incidents.wait_until": until})
    clock.forward(hours=2)
    work()
    assert read(as_, number).category == "waiting"
    clock.forward(hours=1)
    work()
    assert read(as_, number).category == "open"
    with as_("agent") as uow:
        wait = uow.session.scalars(select(Wait)).one()
        assert wait.ended_at == clock()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({}, "incidents.wait_reason"),
        ({"incidents.wait_reason": "boredom"}, "incidents.wait_reason"),
        ({"incidents.wait_reason": "supplier"}, "incidents.supplier_number"),
        ({"incidents.wait_reason": "date"}, "incidents.wait_until"),
        ({"incidents.wait_reason": "parts", "incidents.wait_until": "2020-01-01T00:00:00Z"}, "incidents.wait_until"),
        ({"incidents.wait_reason": "parts", "incidents.wait_until": "tomorrow"}, "incidents.wait_until"),
    ],
)  # fmt: skip
def test_waiting_needs_its_reason_and_what_the_reason_asks(
    as_: As, number: int, changes: dict[str, str], field: str
) -> None:
    with pytest.raises(NotAllowedNow) as refused:
        move(as_, number, "wait", **changes)
    assert field in [r.field for r in refused.value.refusals]


def test_the_customer_is_reminded_twice_and_no_more(
    as_: As, number: int, clock: Clock, work: Work, sample: Sample
) -> None:
    move(as_, number, "wait", **{"incidents.wait_reason": "customer"})
    for _ in range(4):
        clock.forward(hours=24)
        work()
    with as_("agent") as uow:
        told = uow.session.scalars(select(Notice).where(Notice.template == "incidents.reminder")).all()
        assert [n.person_id for n in told] == [sample.people["requester"].id] * 2


def test_cancelled_needs_a_reason_and_is_not_solved(as_: As, number: int) -> None:
    with pytest.raises(NotAllowedNow):
        move(as_, number, "cancel")
    move(as_, number, "cancel", **{"incidents.cancel_reason": "spam"})
    cancelled = read(as_, number)
    assert (cancelled.category, cancelled.outcome) == ("closed", "cancelled")
    with pytest.raises(NotAllowedNow), as_("agent") as uow:
        change_ticket(uow, number=number, changes={"title": "Ещё"})


def test_a_resolved_parent_resolves_its_free_children_and_proposes_to_those_who_hold_one(
    as_: As, number: int, work: Work, sample: Sample
) -> None:
    from itsm.core.tickets.verbs import claim_ticket, set_parent

    with as_("agent") as uow:
        free = open_ticket(uow, kind="incident", title="Тоже").id
        held = open_ticket(uow, kind="incident", title="И тут").id
        set_parent(uow, number=free, parent=number)
        set_parent(uow, number=held, parent=number)
    with as_("second") as uow:
        claim_ticket(uow, number=held)
    move(as_, number, "resolve", **RESOLVED)
    work()
    child = read(as_, free)
    assert (child.category, child.fields["incidents.solution"]) == ("resolved", "Заменён картридж")
    assert read(as_, held).category == "new"
    with as_("agent") as uow:
        assert "comment_added" in [event.type for event, _ in history(uow.session, "ticket", held)]


def test_the_priority_table_speaks_and_a_person_may_overrule_it(as_: As) -> None:
    degrees = {"incidents.impact": "high", "incidents.urgency": "medium"}
    with as_("agent") as uow:
        ticket = open_ticket(uow, kind="incident", title="x", fields=degrees)
        assert (ticket.priority, ticket.priority_pinned) == (2, False)
        change_ticket(uow, number=ticket.id, changes={"priority": 4})
        change_ticket(uow, number=ticket.id, changes={"incidents.urgency": "high"})
        assert (ticket.priority, ticket.priority_pinned) == (4, True)
        change_ticket(uow, number=ticket.id, changes={"priority": None})
        assert (ticket.priority, ticket.priority_pinned) == (1, False)


def test_a_wrong_degree_is_refused_by_name(as_: As) -> None:
    with pytest.raises(Invalid) as refused, as_("agent") as uow:
        open_ticket(uow, kind="incident", title="x", fields={"incidents.impact": "huge", "incidents.colour": "red"})
    assert {r.field for r in refused.value.refusals} == {"incidents.impact", "incidents.colour"}


def test_whoever_brings_a_resolved_incident_back_it_is_flagged(as_: As, number: int) -> None:
    for times in (1, 2):
        move(as_, number, "resolve", **RESOLVED)
        move(as_, number, "reopen")
        assert read(as_, number).fields["incidents.reopened"] == times
