"""A plugin that fails harms nobody: it is named, its act is undone, the desk goes on or refuses, as declared."""

import sys
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, text

from itsm.core.act import Act
from itsm.core.errors import DeskError
from itsm.core.hookspecs.marks import hook
from itsm.core.hookspecs.voices import Voice
from itsm.core.ledger.verbs import append, history
from itsm.core.people.models import Person
from itsm.core.tickets.models import Ticket
from itsm.core.tickets.verbs import open_ticket
from itsm.core.work.models import OwedCall
from itsm.plugins.machinery.desk import Desk
from tests.fixtures import TESTER, Sample

WithPlugin = Callable[..., tuple[Desk, Flask]]


def open_one(desk: Desk, act: Act = TESTER, **more: Any) -> Ticket:
    with desk.unit_of_work(act) as uow:
        return open_ticket(uow, kind="incident", title="Сбой", **more)


def raises(uow: Any, draft: Any) -> None:
    raise ValueError("a plugin's mistake")


def exits(uow: Any, draft: Any) -> None:
    sys.exit(3)


def rolls_back(uow: Any, draft: Any) -> None:
    uow.session.rollback()


def breaks_the_transaction(uow: Any, draft: Any) -> None:
    uow.session.execute(text("select nothing from nowhere"))


def adds_a_row(uow: Any, draft: Any) -> None:
    uow.session.add(Person(name="ghost", name_fold="ghost", created_at=uow.now))


def changes_a_row(uow: Any, draft: Any) -> None:
    uow.session.scalars(select(Person)).first().name = "changed"


def writes_by_statement(uow: Any, draft: Any) -> None:
    uow.session.execute(text("update person set name = 'changed'"))


FAULTY = [raises, exits, rolls_back, breaks_the_transaction, adds_a_row, changes_a_row]


@pytest.mark.parametrize("guard", FAULTY, ids=lambda f: f.__name__)
def test_a_faulty_guard_is_named_and_the_ticket_is_opened(with_plugin: WithPlugin, guard: Any) -> None:
    desk, _ = with_plugin("bad", ticket_opening=hook(guard))
    ticket = open_one(desk)
    assert [f.plugin for f in desk.faults.take()] == ["bad"]
    with desk.unit_of_work(TESTER, write=False) as uow:
        types = [event.type for event, _ in history(uow.session, "ticket", ticket.id)]
        assert types == ["ticket_opened", "plugin_failed"]
        assert uow.session.scalar(select(func.count()).where(Person.name.in_(["ghost", "changed"]))) == 0


def test_what_a_guard_writes_by_statement_is_undone(with_plugin: WithPlugin) -> None:
    desk, _ = with_plugin("bad", ticket_opening=hook(writes_by_statement))
    open_one(desk)
    with desk.unit_of_work(TESTER, write=False) as uow:
        assert uow.session.scalar(select(func.count()).where(Person.name == "changed")) == 0


@pytest.mark.parametrize("guard", FAULTY[:4], ids=lambda f: f.__name__)
def test_a_guard_that_must_not_be_missed_refuses_when_it_fails(with_plugin: WithPlugin, guard: Any) -> None:
    desk, _ = with_plugin("freeze", ticket_opening=hook(on_fault="refuse")(guard))
    with pytest.raises(DeskError) as refused:
        open_one(desk)
    assert "freeze" in str(refused.value)


def fails_to_record(uow: Any, ticket_id: int, draft: Any) -> None:
    uow.session.add(Person(name="ghost", name_fold="ghost", created_at=uow.now))
    uow.session.flush()
    raise KeyError("after its row was written")


def test_a_failed_record_is_undone_alone(with_plugin: WithPlugin) -> None:
    desk, _ = with_plugin("bad", ticket_recorded=hook(fails_to_record))
    ticket = open_one(desk)
    with desk.unit_of_work(TESTER, write=False) as uow:
        assert uow.session.get(Ticket, ticket.id) is not None
        assert uow.session.scalar(select(func.count()).where(Person.name == "ghost")) == 0


def leaves_a_row_that_cannot_be_written(uow: Any, ticket_id: int, draft: Any) -> None:
    uow.session.add(Person(name=None, name_fold="", created_at=uow.now))


def test_a_row_that_cannot_be_written_is_the_fault_of_who_left_it(with_plugin: WithPlugin) -> None:
    desk, _ = with_plugin("bad", ticket_recorded=hook(leaves_a_row_that_cannot_be_written))
    open_one(desk)
    assert [f.plugin for f in desk.faults.take()] == ["bad"]


def test_a_record_that_must_not_be_missed_refuses_the_act(with_plugin: WithPlugin) -> None:
    desk, _ = with_plugin("approvals", ticket_recorded=hook(on_fault="refuse")(fails_to_record))
    with pytest.raises(DeskError):
        open_one(desk)


def test_a_failed_voice_is_missing_and_said_so(with_plugin: WithPlugin) -> None:
    desk, _ = with_plugin("bad", priority_voices=hook(raises))
    ticket = open_one(desk, fields={"incidents.impact": "high", "incidents.urgency": "high"})
    assert ticket.priority == 1
    with desk.unit_of_work(TESTER, write=False) as uow:
        opened, _ = history(uow.session, "ticket", ticket.id)[0]
        assert ["bad", None, "failed"] in opened.facts["voices"]


def test_of_several_voices_the_most_urgent_wins_until_a_person_chooses(with_plugin: WithPlugin, sample: Sample) -> None:
    def loud(uow: Any, draft: Any) -> Voice:
        return Voice(1, "premium partner")

    desk, _ = with_plugin("vip", priority_voices=hook(loud))
    assert open_one(desk, fields={"incidents.impact": "low", "incidents.urgency": "low"}).priority == 1
    assert open_one(desk, priority=4).priority == 4


def test_a_slow_guard_is_a_fault(with_plugin: WithPlugin) -> None:
    def slow(uow: Any, draft: Any) -> None:
        return None

    desk, _ = with_plugin("slow", ticket_opening=hook(slow))
    desk.hooks.slow = -1.0
    open_one(desk)
    assert "slow" in {f.plugin for f in desk.faults.take()}


def test_a_plugin_that_does_not_fit_is_set_aside_by_name(with_plugin: WithPlugin) -> None:
    def misspelt(uow: Any) -> None:
        return None

    def unknown_parameter(uow: Any, drafft: Any) -> None:
        return None

    async def asynchronous(uow: Any, draft: Any) -> None:
        return None

    def keyword_only(uow: Any, *, draft: Any) -> None:
        return None

    cases: dict[str, tuple[str, Any]] = {
        "ticket_openning": ("did you mean ticket_opening", misspelt),
        "ticket_opening": ("unknown parameter drafft", unknown_parameter),
        "ticket_changing": ("is async", asynchronous),
        "priority_voices": ("must be a plain one", keyword_only),
    }
    for name, (reason, function) in cases.items():
        desk, _ = with_plugin("odd", **{name: hook(function)})
        assert reason in desk.aside["odd"], name
        open_one(desk)


def test_two_answerers_of_one_question_are_a_fault_at_start(with_plugin: WithPlugin) -> None:
    def answers(uow: Any, draft: Any) -> None:
        return None

    desk, _ = with_plugin("rival", reply_effect=hook(answers))
    assert "only one may be enabled" in desk.aside["rival"]


def test_a_record_that_fails_leaves_no_event_and_owes_nothing(with_plugin: WithPlugin, faults: Any) -> None:
    @hook
    def ticket_recorded(uow: Any, ticket_id: int, draft: Any) -> None:
        append(uow, stream="ticket", subject_id=ticket_id, type="half.done")
        uow.later("core.expand", event=ticket_id, key="half.done")
        raise ValueError("in the middle")

    desk, _ = with_plugin("half", ticket_recorded=ticket_recorded)
    number = open_one(desk).id
    with desk.unit_of_work(TESTER, write=False) as uow:
        told = [event.type for event, _ in history(uow.session, "ticket", number)]
        assert told == ["ticket_opened", "plugin_failed"]
        assert not uow.session.scalar(select(func.count()).where(OwedCall.key == "half.done"))
    faults()
