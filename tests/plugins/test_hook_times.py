"""How long hooks take is noted by every process, added up in the database, and given to those who watch the desk."""

import re
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from itsm.core.desk.models import PluginFault
from itsm.core.hookspecs.declarations import CallHandler
from itsm.core.hookspecs.marks import hook
from itsm.core.tickets.verbs import open_ticket
from itsm.core.work.jobs import drain
from itsm.core.work.uow import UnitOfWork
from itsm.plugins.machinery.desk import Desk
from itsm.plugins.machinery.purge import forget_plugin
from itsm.plugins.machinery.see.models import EVER, HookTime
from itsm.plugins.machinery.see.times import Tally, Times
from itsm.plugins.machinery.see.verbs import all_times, hook_times, tidy, write_times
from tests.fixtures import TESTER, Clock

WithPlugin = Callable[..., tuple[Desk, Flask]]


def tally(*seconds: float) -> Tally:
    made = Tally()
    for each in seconds:
        made.add(each)
    return made


def passes(uow: Any, draft: Any) -> None:
    """A guard with nothing to say."""


def test_every_call_of_a_hook_is_counted_also_one_that_fails(with_plugin: WithPlugin) -> None:
    def fails(uow: Any, draft: Any) -> None:
        raise ValueError

    desk, _ = with_plugin("gadget", ticket_opening=hook(passes), priority_voices=hook(fails))
    for _ in range(3):
        with desk.unit_of_work(TESTER) as uow:
            open_ticket(uow, kind="incident", title="Сбой")
    taken = desk.times.take()
    assert [taken["gadget", name].count for name in ("ticket_opening", "priority_voices")] == [3, 3]
    assert taken["incidents", "ticket_recorded"].count == 3
    assert taken["gadget", "ticket_opening"].longest > 0


def test_observers_and_background_jobs_are_timed_under_their_plugin(with_plugin: WithPlugin) -> None:
    def ticket_opened(uow: Any, event: Any) -> None:
        uow.later("gadget.job")

    jobs = (CallHandler("gadget.job", lambda uow: None),)
    desk, _ = with_plugin("gadget", register_calls=hook(lambda: jobs), ticket_opened=hook(ticket_opened))
    with desk.unit_of_work(TESTER) as uow:
        open_ticket(uow, kind="incident", title="Сбой")
    drain(desk)
    taken = desk.times.take()
    assert {name: t.count for name, t in taken.items() if name[0] == "gadget"} == {
        ("gadget", "ticket_opened"): 1,
        ("gadget", "gadget.job"): 1,
    }
    assert taken["core", "core.expand"].count >= 1


def test_what_two_processes_write_is_added_up(desk: Desk) -> None:
    for tallies in ({("gadget", "ticket_opening"): tally(0.0005, 0.05)}, {("gadget", "ticket_opening"): tally(3.0)}):
        with desk.unit_of_work(TESTER) as uow:
            write_times(uow, tallies)
    with desk.unit_of_work(TESTER, write=False) as uow:
        (took,) = hook_times(uow, plugin="gadget")
    assert (took.count, took.longest, took.slow) == (3, 3.0, 1)
    assert took.seconds == pytest.approx(3.0505)
    assert list(took.within) == [1, 1, 2, 2]


def test_times_that_could_not_be_written_are_written_later(desk: Desk) -> None:
    times = Times()
    times.note("gadget", "ticket_opening", 0.5)
    taken = times.take()
    times.note("gadget", "ticket_opening", 0.25)
    times.put_back(taken)
    assert times.take()["gadget", "ticket_opening"].seconds == 0.75
    assert times.take() == {}


def test_no_call_is_lost_between_threads() -> None:
    times, found = Times(), Tally()

    def note() -> None:
        for _ in range(5_000):
            times.note("gadget", "ticket_opening", 0.0)

    threads = [threading.Thread(target=note) for _ in range(4)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        found.join(times.take().get(("gadget", "ticket_opening"), Tally()))
    found.join(times.take().get(("gadget", "ticket_opening"), Tally()))
    assert found.count == 20_000


def test_old_days_are_added_to_the_row_of_ever_and_sums_never_shrink(desk: Desk, clock: Clock) -> None:
    for seconds in (1.0, 2.0):
        with desk.unit_of_work(TESTER) as uow:
            write_times(uow, {("gadget", "ticket_opening"): tally(seconds)})
        clock.forward(days=40)
        with desk.unit_of_work(TESTER) as uow:
            tidy(uow)
    with desk.unit_of_work(TESTER, write=False) as uow:
        mine = select(HookTime.day, HookTime.count, HookTime.longest).where(HookTime.plugin == "gadget")
        assert [tuple(row) for row in uow.session.execute(mine)] == [(EVER, 2, 2.0)]
        assert [t.seconds for t in all_times(uow) if t.plugin == "gadget"] == [3.0]
        assert hook_times(uow, plugin="gadget") == []


def test_old_faults_are_forgotten_and_of_the_new_ones_a_thousand_stay(desk: Desk) -> None:
    with desk.unit_of_work(TESTER) as uow:
        old = uow.now - timedelta(days=31)
        uow.session.add(PluginFault(plugin="gadget", hook="x", at=old, error="old"))
        uow.session.add_all(PluginFault(plugin="gadget", hook="x", at=uow.now, error=str(n)) for n in range(1_005))
        uow.session.add(PluginFault(plugin="other", hook="x", at=uow.now, error="kept"))
    with desk.unit_of_work(TESTER) as uow:
        tidy(uow)
        counted = select(PluginFault.plugin, func.count(), func.min(PluginFault.error)).group_by(PluginFault.plugin)
        left = {row[0]: row[1] for row in uow.session.execute(counted)}
        assert left == {"gadget": 1_000, "other": 1}
        assert uow.session.scalar(select(func.count()).where(PluginFault.error.in_(["old", "0", "4"]))) == 0


def test_metrics_give_a_histogram_by_plugin_and_hook(desk: Desk, client: FlaskClient) -> None:
    with desk.unit_of_work(TESTER) as uow:
        write_times(uow, {("gadget", "ticket_opening"): tally(0.0005, 0.05, 3.0)})
    lines = [line for line in client.get("/metrics").text.splitlines() if 'plugin="gadget"' in line]
    found = {re.sub(r'hook="ticket_opening",?|plugin="gadget",?', "", line).replace(",}", "}") for line in lines}
    assert found == {
        'itsm_hook_seconds_bucket{le="0.001"} 1.0',
        'itsm_hook_seconds_bucket{le="0.01"} 1.0',
        'itsm_hook_seconds_bucket{le="0.1"} 2.0',
        'itsm_hook_seconds_bucket{le="1.0"} 2.0',
        'itsm_hook_seconds_bucket{le="+Inf"} 3.0',
        "itsm_hook_seconds_count{} 3.0",
        "itsm_hook_seconds_sum{} 3.0505",
    }


def test_a_purged_plugin_leaves_no_times(desk: Desk, uow: UnitOfWork) -> None:
    write_times(uow, {("gadget", "ticket_opening"): tally(1.0), ("gadgets", "ticket_opening"): tally(1.0)})
    forget_plugin(uow, name="gadget", kinds=[])
    assert {took.plugin for took in hook_times(uow)} >= {"gadgets"}
    assert hook_times(uow, plugin="gadget") == []
