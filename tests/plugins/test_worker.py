"""Who does what: long work has a worker of its own where there is one, and no worker takes what it cannot do."""

from collections.abc import Callable
from typing import Any

from flask import Flask
from sqlalchemy import select

from itsm.core.hookspecs.declarations import CallHandler
from itsm.core.hookspecs.marks import hook
from itsm.core.work.models import OwedCall
from itsm.plugins.machinery.desk import Desk
from itsm.processes.presence import Presence
from itsm.processes.worker import Worker
from tests.fixtures import TESTER

WithPlugin = Callable[..., tuple[Desk, Flask]]


class Standing:
    """A front whose desk does not change."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def refresh(self) -> Desk:
        return self.desk


def worker(desk: Desk, *, long: bool = False) -> Worker:
    return Worker(Standing(desk), Presence(desk.settings.data_dir / "workers"), long=long)  # type: ignore[arg-type]


def nothing(uow: Any) -> None:
    """A call that succeeds."""


def with_calls(with_plugin: WithPlugin) -> Desk:
    calls = (CallHandler("gadget.long", nothing, long=True), CallHandler("gadget.short", nothing))
    desk, _ = with_plugin("gadget", register_calls=hook(lambda: calls))
    with desk.unit_of_work(TESTER) as uow:
        uow.later("gadget.long")
        uow.later("gadget.short")
        uow.later("stranger.call")
    return desk


def states(desk: Desk) -> dict[str, str]:
    with desk.unit_of_work(TESTER, write=False) as uow:
        wanted = select(OwedCall).where(OwedCall.plugin.in_(("gadget", "stranger")))
        return {row.name: row.state for row in uow.session.scalars(wanted)}


def test_a_worker_alone_does_everything_but_calls_of_plugins_it_has_not(with_plugin: WithPlugin) -> None:
    desk = with_calls(with_plugin)
    worker(desk).work_off()
    assert states(desk) == {"gadget.long": "done", "gadget.short": "done", "stranger.call": "due"}


def test_beside_a_worker_that_is_kept_for_long_work_the_others_leave_it_to_that_one(with_plugin: WithPlugin) -> None:
    desk = with_calls(with_plugin)
    kept = worker(desk, long=True)
    kept._lead(desk)
    worker(desk).work_off()
    assert states(desk) == {"gadget.long": "due", "gadget.short": "done", "stranger.call": "due"}
    kept.work_off()
    assert states(desk)["gadget.long"] == "done"
