"""Calls that speak to another system: first the step outside without a transaction, then effect and receipt in one."""

from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from itsm.app import build
from itsm.core.hookspecs.declarations import CallHandler
from itsm.core.hookspecs.marks import hook
from itsm.core.hookspecs.outside import OutsideCall
from itsm.core.tickets.models import Tag, Ticket
from itsm.core.tickets.verbs import add_tag, open_ticket
from itsm.core.work.jobs import drain
from itsm.core.work.models import OwedCall
from itsm.core.work.rules import pause_before
from itsm.plugins.machinery.desk import Desk
from itsm.plugins.machinery.members import Member
from tests.fixtures import INCIDENTS, TESTER, Clock, settings_for
from tests.real import make_tables
from tests.servers.sink import Sink, http_sink

WithPlugin = Callable[..., tuple[Desk, Flask]]


class Telling:
    """A plugin that tells another system of a ticket; its effect fails as often as it is told to."""

    def __init__(self, failures: int = 0) -> None:
        self.failures, self.calls = failures, list[OutsideCall]()

    def hooks(self) -> dict[str, Any]:
        return {"register_calls": hook(lambda: (CallHandler("gadget.tell", self.told, outside=self.tell),))}

    def tell(self, call: OutsideCall) -> dict[str, str]:
        self.calls.append(call)
        with call.reading() as uow:
            title = uow.session.get_one(Ticket, call.args["number"]).title
        return {"receipt": f"{title} {call.attempt}"}

    def told(self, uow: Any, *, number: int, outcome: dict[str, str]) -> None:
        add_tag(uow, number=number, tag=outcome["receipt"])
        if len(self.calls) <= self.failures:
            raise RuntimeError("the effect failed")


def tags(desk: Desk) -> list[str]:
    with desk.unit_of_work(TESTER, write=False) as uow:
        return list(uow.session.scalars(select(Tag.tag)))


def tell_of_one(desk: Desk) -> None:
    with desk.unit_of_work(TESTER) as uow:
        number = open_ticket(uow, kind="incident", title="Printer").id
        uow.later("gadget.tell", number=number)


def test_what_the_outside_answered_is_given_to_the_effect(with_plugin: WithPlugin) -> None:
    desk, _ = with_plugin("gadget", **Telling().hooks())
    tell_of_one(desk)
    drain(desk)
    assert tags(desk) == ["Printer 1"]


def test_a_repetition_has_the_same_key_and_another_call_another(with_plugin: WithPlugin, clock: Clock) -> None:
    telling = Telling(failures=2)
    desk, _ = with_plugin("gadget", **telling.hooks())
    tell_of_one(desk)
    for attempt in (1, 2, 3):
        drain(desk)
        clock.forward(seconds=pause_before(attempt).total_seconds())
    tell_of_one(desk)
    drain(desk)
    assert [call.attempt for call in telling.calls] == [1, 2, 3, 1]
    first, second, third, other = (call.key for call in telling.calls)
    assert first == second == third != other
    assert tags(desk) == ["Printer 3", "Printer 1"]


def test_a_failed_step_leaves_no_effect_and_says_what_went_wrong(with_plugin: WithPlugin, clock: Clock) -> None:
    with http_sink() as sink:
        calls = (CallHandler("gadget.tell", Telling().told, outside=lambda call: call.http().get(sink.url).text),)
        desk, _ = with_plugin("gadget", register_calls=hook(lambda: calls))
        tell_of_one(desk)
        drain(desk)
    with desk.unit_of_work(TESTER, write=False) as uow:
        row = uow.session.scalars(select(OwedCall).where(OwedCall.name == "gadget.tell")).one()
    assert (row.state, row.attempts, tags(desk)) == ("due", 1, [])
    assert "inside address" in (row.error or "")


@pytest.fixture
def open_desk(database_url: str, tmp_path: Path) -> Iterator[Callable[[Telling, Sink], Desk]]:
    """A desk whose transactions are real."""
    desks = []

    def opened(telling: Telling, sink: Sink) -> Desk:
        make_tables(database_url)
        module = ModuleType("gadget.hooks")
        module.__file__ = str(tmp_path / "gadget" / "hooks.py")
        vars(module).update(telling.hooks())
        settings = settings_for(tmp_path, database_url, outbound_allow=f"127.0.0.1:{sink.port}")
        members = [INCIDENTS, Member("gadget", "1", "gadget.hooks", hooks=module)]
        desk, _ = build(settings, ["incidents", "gadget"], members=members)
        desks.append(desk)
        return desk

    yield opened
    for desk in desks:
        desk.database.dispose()


def test_while_it_speaks_to_the_outside_no_transaction_is_open_and_others_write(
    open_desk: Callable[[Telling, Sink], Desk],
) -> None:
    with http_sink() as sink:
        telling = Telling()
        desk = open_desk(telling, sink)
        seen: list[tuple[int, int]] = []

        def speaks(call: OutsideCall) -> dict[str, str]:
            telling.calls.append(call)
            pool: Any = desk.database.engine.pool
            busy = pool.checkedout()
            with desk.unit_of_work(TESTER) as uow:  # SQLite's one writer is free
                open_ticket(uow, kind="incident", title="Meanwhile")
            answer = call.http().post(sink.url, headers={"Idempotency-Key": call.key})
            seen.append((busy, answer.status_code))
            return {"receipt": answer.text}

        telling.tell = speaks  # type: ignore[method-assign, assignment]
        desk.registry.calls["gadget.tell"] = telling.hooks()["register_calls"]()[0]
        tell_of_one(desk)
        drain(desk)
        assert seen == [(0, 200)]
        assert tags(desk) == ["ok"]
        assert len(sink.heard) == 1
