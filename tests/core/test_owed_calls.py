"""Owed calls: done once, tried again, dead and visible in the end, in the order of their lane."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from itsm.core.errors import Conflict
from itsm.core.hookspecs.declarations import CallHandler, Schedule
from itsm.core.hookspecs.marks import hook
from itsm.core.hookspecs.observes import Happened
from itsm.core.ledger.models import Event
from itsm.core.tickets.models import Tag
from itsm.core.tickets.verbs import add_tag, change_ticket, open_ticket
from itsm.core.work.jobs import drain
from itsm.core.work.jobs.claim import LEASE, claim, finish, free_lost
from itsm.core.work.jobs.clockwork import fire_schedules, forget_receipts, lead
from itsm.core.work.models import OwedCall
from itsm.core.work.rules import MAX_ATTEMPTS, pause_before
from itsm.core.work.verbs import count_calls, hold_calls, park, release_calls, retry_call, unpark
from itsm.plugins.machinery.desk import Desk
from tests.fixtures import TESTER, Clock

WithPlugin = Callable[..., tuple[Desk, Flask]]


def seen_in_order(desk: Desk, number: int) -> list[str]:
    with desk.unit_of_work(TESTER, write=False) as uow:
        return sorted(uow.session.scalars(select(Tag.tag).where(Tag.ticket_id == number)))


class Watching:
    """An observer that leaves a tag for each event, and fails as often as it is told to."""

    def __init__(self, failures: int = 0) -> None:
        self.failures, self.calls = failures, 0

    def hooks(self) -> dict[str, Any]:
        def ticket_opened(uow: Any, event: Happened) -> None:
            self._observe(uow, event)

        def ticket_changed(uow: Any, event: Happened) -> None:
            self._observe(uow, event)

        return {"ticket_opened": hook(ticket_opened), "ticket_changed": hook(ticket_changed)}

    def _observe(self, uow: Any, event: Happened) -> None:
        self.calls += 1
        add_tag(uow, number=event.subject_id, tag=f"seen {event.seq}")
        if self.calls <= self.failures:
            raise RuntimeError("the outside is away")


def a_changed_ticket(desk: Desk) -> int:
    with desk.unit_of_work(TESTER) as uow:
        number = open_ticket(uow, kind="incident", title="First").id
    with desk.unit_of_work(TESTER) as uow:
        change_ticket(uow, number=number, changes={"title": "Second"})
    return number


def test_an_observer_sees_each_event_once_and_in_order(with_plugin: WithPlugin) -> None:
    desk, _ = with_plugin("watcher", **Watching().hooks())
    number = a_changed_ticket(desk)
    drain(desk)
    assert seen_in_order(desk, number) == ["seen 1", "seen 2"]
    assert drain(desk) == 0


def test_a_failed_effect_is_undone_and_tried_again_later_and_its_lane_waits(
    with_plugin: WithPlugin, clock: Clock
) -> None:
    watching = Watching(failures=1)
    desk, _ = with_plugin("watcher", **watching.hooks())
    number = a_changed_ticket(desk)
    drain(desk)
    assert seen_in_order(desk, number) == []
    assert watching.calls == 1
    clock.forward(seconds=pause_before(1).total_seconds() + 1)
    drain(desk)
    assert seen_in_order(desk, number) == ["seen 1", "seen 2"]


def test_what_always_fails_is_dead_visible_and_can_be_retried(with_plugin: WithPlugin, clock: Clock) -> None:
    watching = Watching(failures=MAX_ATTEMPTS)
    desk, _ = with_plugin("watcher", **watching.hooks())
    number = a_changed_ticket(desk)
    for _ in range(MAX_ATTEMPTS + 3):
        drain(desk)
        clock.forward(hours=2)
    assert watching.calls == MAX_ATTEMPTS
    with desk.unit_of_work(TESTER) as uow:
        assert count_calls(uow)["dead"] == 1
        dead = uow.session.scalars(select(OwedCall).where(OwedCall.state == "dead")).one()
        assert "the outside is away" in (dead.error or "")
        retry_call(uow, call_id=dead.id)
    drain(desk)
    assert seen_in_order(desk, number) == ["seen 1", "seen 2"]


def test_only_a_dead_call_can_be_retried(desk: Desk) -> None:
    with desk.unit_of_work(TESTER) as uow:
        uow.later("core.forget_receipts", at=uow.now + timedelta(days=1))
        waiting = uow.session.scalars(select(OwedCall)).first()
        assert waiting is not None
        with pytest.raises(Conflict):
            retry_call(uow, call_id=waiting.id)


def test_a_handler_that_exits_is_one_failed_attempt(with_plugin: WithPlugin, clock: Clock) -> None:
    def exits(uow: Any) -> None:
        raise SystemExit(1)

    desk, _ = with_plugin("bad", register_calls=hook(lambda: (CallHandler("bad.exit", exits),)))
    with desk.unit_of_work(TESTER) as uow:
        uow.later("bad.exit")
        uow.later("core.forget_receipts")
    drain(desk)
    with desk.unit_of_work(TESTER, write=False) as uow:
        assert dict(uow.session.execute(select(OwedCall.name, OwedCall.state)).all()) == {
            "bad.exit": "due",
            "core.forget_receipts": "done",
        }


def test_a_second_call_with_the_same_key_is_none(desk: Desk) -> None:
    with desk.unit_of_work(TESTER) as uow:
        for _ in range(2):
            uow.later("core.forget_receipts", key="once")
    assert drain(desk) == 1


def test_a_key_holds_for_seven_days_after_its_call_was_done(desk: Desk, clock: Clock) -> None:
    tried = []
    for _ in range(3):
        with desk.unit_of_work(TESTER) as uow:
            forget_receipts(uow)
            uow.later("core.forget_receipts", key="once")
        tried.append(drain(desk))
        clock.forward(days=4)
    assert tried == [1, 0, 1]


def test_a_timer_fires_at_its_time_and_not_before(desk: Desk, clock: Clock) -> None:
    with desk.unit_of_work(TESTER) as uow:
        uow.later("core.forget_receipts", at=uow.now + timedelta(seconds=40))
    clock.forward(seconds=39)
    assert drain(desk) == 0
    clock.forward(seconds=1)
    assert drain(desk) == 1


def test_a_lapsed_lease_goes_to_another_and_the_first_cannot_finish(desk: Desk, clock: Clock) -> None:
    with desk.unit_of_work(TESTER) as uow:
        uow.later("core.forget_receipts")
        first = claim(uow.session, uow.now, limit=1)[0]
        stale = OwedCall(id=first.id, token=first.token)
        assert claim(uow.session, uow.now, limit=1) == []
        assert free_lost(uow.session, uow.now) == 0
    clock.forward(seconds=LEASE.total_seconds() + 1)
    with desk.unit_of_work(TESTER) as uow:
        assert free_lost(uow.session, uow.now) == 1
        second = claim(uow.session, uow.now, limit=1)[0]
        assert second.id == stale.id
        assert not finish(uow.session, stale, uow.now)
        assert finish(uow.session, second, uow.now)


def test_a_schedule_fires_once_however_late(desk: Desk, clock: Clock) -> None:
    nightly = [Schedule("core.receipts", "core.forget_receipts", timedelta(days=1))]
    with desk.unit_of_work(TESTER) as uow:
        assert fire_schedules(uow, nightly) == 0
    clock.forward(days=3)
    with desk.unit_of_work(TESTER) as uow:
        assert fire_schedules(uow, nightly) == 1
        assert fire_schedules(uow, nightly) == 0
    assert drain(desk) == 1


def test_there_is_one_leader_until_its_lease_ends(desk: Desk, clock: Clock) -> None:
    with desk.unit_of_work(TESTER) as uow:
        assert lead(uow.session, uow.now, "one")
        assert not lead(uow.session, uow.now, "other")
        assert lead(uow.session, uow.now, "one")
        assert lead(uow.session, uow.now + timedelta(minutes=1), "other")


def test_the_calls_of_a_plugin_that_is_off_wait_and_late_ones_are_dropped_as_declared(desk: Desk, clock: Clock) -> None:
    with desk.unit_of_work(TESTER) as uow:
        uow.later("incidents.close", number=0, resolved_at="", at=uow.now + timedelta(hours=1))
        uow.later("incidents.remind", wait=0, at=uow.now + timedelta(hours=1))
        park(uow, plugin="incidents")
    clock.forward(hours=2)
    assert drain(desk) == 0
    with desk.unit_of_work(TESTER) as uow:
        unpark(uow, plugin="incidents", dropped=["incidents.remind"])
        states = dict(uow.session.execute(select(OwedCall.name, OwedCall.state)).all())
        assert states == {"incidents.close": "due", "incidents.remind": "done"}


def test_old_receipts_are_forgotten(desk: Desk, clock: Clock) -> None:
    with desk.unit_of_work(TESTER) as uow:
        uow.later("core.forget_receipts")
    drain(desk)
    clock.forward(days=8)
    with desk.unit_of_work(TESTER) as uow:
        forget_receipts(uow)
        assert uow.session.scalars(select(OwedCall)).all() == []


def test_after_a_restore_nothing_is_done_and_no_schedule_fires_until_it_is_released(desk: Desk, clock: Clock) -> None:
    hourly = [Schedule("core.receipts", "core.forget_receipts", timedelta(hours=1))]
    with desk.unit_of_work(TESTER) as uow:
        fire_schedules(uow, hourly)
        uow.later("core.forget_receipts", key="before")
        claim(uow.session, uow.now, limit=1)
        assert hold_calls(uow) == 1
    with desk.unit_of_work(TESTER) as uow:
        uow.later("core.forget_receipts", key="after")
    clock.forward(days=1)
    with desk.unit_of_work(TESTER) as uow:
        assert fire_schedules(uow, hourly) == 0
    assert drain(desk) == 0
    with desk.unit_of_work(TESTER) as uow:
        assert count_calls(uow)["held"] == 1
        assert release_calls(uow) == 1
        assert fire_schedules(uow, hourly) == 1
    assert drain(desk) == 3
    with desk.unit_of_work(TESTER, write=False) as uow:
        told = select(Event.type, Event.facts).where(Event.type.startswith("calls_")).order_by(Event.seq)
        assert uow.session.execute(told).all() == [("calls_held", {"count": 1}), ("calls_released", {"count": 1})]
