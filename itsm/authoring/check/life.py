"""The plugin on a desk with people: guards in time, a ticket's life, pages, jobs twice, off and on again."""

import hashlib
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from typing import Any

from sqlalchemy import inspect, select, text

from itsm.authoring.check.findings import Report
from itsm.authoring.check.visits import Visits
from itsm.core.act import Act, system
from itsm.core.errors import DeskError
from itsm.core.hookspecs.declarations import Field, Schedule
from itsm.core.hookspecs.guards import Draft
from itsm.core.tickets.models import Ticket
from itsm.core.tickets.verbs import add_comment, change_ticket, move_ticket, open_ticket
from itsm.core.tickets.verbs.draft import draft_of, workflow_of
from itsm.core.work.jobs import drain
from itsm.core.work.limits import OutOfTime, time_limit
from itsm.core.work.models import OwedCall
from itsm.core.work.uow import Reading, UnitOfWork
from itsm.plugins.machinery.faults import Fault
from itsm.plugins.machinery.isolate import Bound, Point
from itsm.plugins.machinery.members import Member
from itsm.plugins.testing.sample import TESTER
from itsm.plugins.testing.worlds import World

IN_THE_WAY = frozenset({"guards", "voices", "decides", "shows"})
IDLE_SECONDS = 0.05
BLOCKED_SECONDS = 1.5
ACT_SECONDS = 8
SAMPLES: Mapping[str, Any] = {
    "text": "sample", "long_text": "sample", "whole": 1, "decimal": "1.5", "yes_no": True, "date": "2026-03-03",
    "moment": "2026-03-03T09:00:00Z", "duration": 3600,
}  # fmt: skip
BOOKS = frozenset({"owed_call", "schedule", "lease", "api_token"})  # what working itself writes


class Life:
    """One check of a plugin's life in one world."""

    def __init__(self, report: Report, world: World, member: Member) -> None:
        self.report, self.world, self.member = report, world, member
        self.plugin = member.name
        self.kinds = list(world.desk.registry.kinds)
        self.visits = Visits(report, world, member.name, self._fault)

    def run(self) -> None:
        """All of it, in an order in which one part gives the next its data."""
        numbers = [number for kind in self.kinds if (number := self._opened(kind)) is not None]
        self._answers_in_time(numbers)
        tickets = [f"/tickets/{number}" for number in numbers]
        self.visits.open(tickets)  # as long as they are open, and again at the end of their life
        for number in numbers:
            self._lives(number)
        self.visits.open([*self.visits.own_pages(), *tickets])
        self._jobs()
        self._off_and_on(numbers)

    def _answers_in_time(self, numbers: list[int]) -> None:
        """Every hook that stands in a request's way, asked about tickets that may not be its business."""
        for point in self.world.desk.hooks.points.values():
            for bound in [b for b in point.bound if b.plugin == self.plugin]:
                if point.spec.kind in IN_THE_WAY and not self._in_time(point, bound, numbers):
                    point.bound.remove(bound)

    def _in_time(self, point: Point, bound: Bound, numbers: list[int], *, again: bool = False) -> bool:
        """Whether a hook answers tickets that are not its business, at once; False when it is not to be called again.

        Its fastest answer counts, and a second try, so that a loaded machine accuses nobody.
        """
        self.report.step(f"{point.name} on idle tickets")
        try:
            seconds = [self._timed(bound, number) for number in numbers * 2]
        except OutOfTime:
            if not again:
                return self._in_time(point, bound, numbers, again=True)
            what = f"{point.name} did not answer within {BLOCKED_SECONDS:g} s"
            self.report.add("blocking-hook", what, bound.function)
            return False
        except Exception as error:
            self.report.add("hook-fault", f"{point.name}: {type(error).__name__}: {error}", bound.function)
            return False
        if min(seconds, default=0) > IDLE_SECONDS:
            took = f"{min(seconds) * 1000:.0f} ms on a ticket that is not its business"
            self.report.add("slow-hook", f"{point.name} takes {took}; {IDLE_SECONDS * 1000:g} ms is the budget",
                            bound.function)  # fmt: skip
        return True

    def _timed(self, bound: Bound, number: int) -> float:
        with self.world.desk.unit_of_work(TESTER, write=False) as outer:
            reading = Reading(outer)
            try:
                arguments = _arguments(reading, number, bound)
                if arguments is None:
                    return 0.0
                started = time.perf_counter()
                with time_limit(BLOCKED_SECONDS), suppress(DeskError):
                    answer = bound.function(**arguments)
                    list(answer) if isinstance(answer, Iterator) else None
                return time.perf_counter() - started
            finally:
                reading.end()

    def _opened(self, kind: str) -> int | None:
        """A ticket of this kind, without the plugin's guards: they are tried afterwards, one by one."""
        held = {n: p.bound for n, p in self.world.desk.hooks.points.items() if p.spec.kind in ("guards", "voices")}
        for name, bound in held.items():
            self.world.desk.hooks.points[name].bound = [b for b in bound if b.plugin != self.plugin]
        try:
            requester = self.world.sample.people["requester"].id
            number: int | None = self._tried(_opener(kind, requested_for=requester), f"opening a {kind}")
            return number or self._tried(_opener(kind), f"opening a {kind}")
        finally:
            for name, bound in held.items():
                self.world.desk.hooks.points[name].bound = bound

    def _lives(self, number: int) -> None:
        """Values into the plugin's fields, a comment, and along every way of the life cycle that opens."""
        with self.world.desk.unit_of_work(TESTER, write=False) as uow:
            kind = uow.session.get_one(Ticket, number).kind
            ways = workflow_of(uow, kind)[1].transitions
        self._tried(_opener(kind), f"opening a {kind}")
        for field in self.world.desk.registry.fields_of("ticket").values():
            if field.name.startswith(f"{self.plugin}.") and field.type in {*SAMPLES, "choice"}:
                self._tried(_setter(number, field), f"setting {field.name}")
        self._tried(lambda uow: add_comment(uow, number=number, body="Check"), "a comment")
        for way in ways:
            self._tried(_mover(number, way), f"{way} of a {kind}")

    def _tried(self, act: Callable[[UnitOfWork], Any], what: str) -> Any:
        """One act as the administrator, then all work that follows; refusals are right, faults are findings."""
        self.report.step(what)
        done, admin = None, self.world.sample.act(self.world.desk, "admin")
        with suppress(DeskError, OutOfTime), time_limit(ACT_SECONDS), self.world.desk.unit_of_work(admin) as uow:
            done = act(uow)
        drain(self.world.desk, most=200)
        for fault in self.world.desk.faults.take():
            if fault.plugin == self.plugin:
                self._fault(fault, f"at {what}")
        self._failed_calls(what)
        return done

    def _fault(self, fault: Fault, when: str) -> None:
        """Report a hook that failed; one that does not end is not called again."""
        last = fault.error.strip().splitlines()[-1]
        bound = next(iter(self._bound(fault.hook)), None)
        place = bound.function if bound else self._panel(fault.hook)
        endless = OutOfTime.__name__ in last
        what = f"{fault.hook} did not end within {ACT_SECONDS:g} s" if endless else f"{fault.hook}, {when}: {last}"
        self.report.add("blocking-hook" if endless else "hook-fault", what, place)
        if endless and bound is not None:
            self.world.desk.hooks.points[fault.hook].bound.remove(bound)

    def _panel(self, hook: str) -> Any:
        """Where a panel's context is made."""
        key = hook.removeprefix("panel ")
        return next((p.context for p in self.world.desk.registry.panels if p.key == key), None)

    def _bound(self, hook: str) -> list[Bound]:
        point = self.world.desk.hooks.points.get(hook)
        return [b for b in point.bound if b.plugin == self.plugin] if point else []

    def _failed_calls(self, what: str) -> None:
        with self.world.desk.unit_of_work(TESTER, write=False) as uow:
            failed = select(OwedCall.name, OwedCall.error).where(OwedCall.plugin == self.plugin)
            for name, error in uow.session.execute(failed.where(OwedCall.error.is_not(None), OwedCall.state != "done")):
                self.report.add("job-fault", f"{name}, after {what}: {(error or '?').strip().splitlines()[-1]}",
                                self._function(name))  # fmt: skip

    def _function(self, call: str) -> Any:
        _, colon, hook = call.partition(":")
        if colon:
            return next((b.function for b in self._bound(hook)), None)
        handler = self.world.desk.registry.calls.get(call)
        return handler.function if handler else None

    def _jobs(self) -> None:
        """A schedule's job comes twice: the second time nothing changes. Other jobs come twice without breaking."""
        for schedule in self.world.desk.registry.schedules.values():
            if schedule.name.startswith(f"{self.plugin}."):
                self._scheduled(schedule)
        with self.world.desk.unit_of_work(TESTER, write=False) as uow:
            owed = select(OwedCall.name, OwedCall.args).where(OwedCall.plugin == self.plugin)
            calls = [(n, a) for n, a in uow.session.execute(owed.order_by(OwedCall.id)) if ":" not in n]
        for name, args in calls[:50]:
            if self._job(name, args, "the first time"):
                self._job(name, args, "the second time")

    def _scheduled(self, schedule: Schedule) -> None:
        if not self._job(schedule.call, schedule.args, "the first time"):
            return
        before = self._state()
        if self._job(schedule.call, schedule.args, "the second time") and self._state() != before:
            what = f"{schedule.call} changes data again when it comes a second time"
            self.report.add("job-twice", what, self._function(schedule.call))

    def _job(self, name: str, args: Mapping[str, Any], which: str) -> bool:
        self.report.step(f"the job {name}, {which}")
        handler = self.world.desk.registry.calls.get(name)
        if handler is None:
            return False
        try:
            act = Act(system(self.plugin), channel="worker")
            with time_limit(min(handler.timeout, 20)), self.world.desk.unit_of_work(act) as uow:
                handler.function(uow, **args)
        except (Exception, OutOfTime, SystemExit) as error:
            code = "job-twice" if which == "the second time" else "job-fault"
            last = " ".join(str(getattr(error, "orig", None) or error).split())[:200]
            self.report.add(code, f"{name} breaks {which}: {type(error).__name__}: {last}", handler.function)
            return False
        return True

    def _state(self) -> str:
        """A digest of every row of every table but the books of work; numbers that a database gives do not count."""
        digest, connection = hashlib.sha256(), self.world.connection
        catalogue = inspect(connection)
        for table in sorted(set(catalogue.get_table_names()) - BOOKS):
            columns = [f'"{column["name"]}"' for column in catalogue.get_columns(table) if column["name"] != "id"]
            query = f'SELECT {", ".join(columns) or "1"} FROM "{table}"'  # noqa: S608 - names from the catalogue
            digest.update(repr((table, sorted(map(repr, connection.execute(text(query)))))).encode())
        return digest.hexdigest()

    def _off_and_on(self, numbers: list[int]) -> None:
        """Off with data: tickets stay readable; on again: all is back."""
        self.report.step("off with data, and on again")
        rest = [m for m in self.world.members if m.name != self.plugin and self.plugin not in m.about.needs]
        values = self._values(numbers)
        desk, app = self.world.with_members(rest)
        for number in numbers:
            answer = app.test_client().get(f"/api/v1/tickets/{number}", headers=self._token("admin"))
            if answer.status_code != 200:
                self.report.add("disable", f"without the plugin ticket {number} answers {answer.status_code}")
        with desk.unit_of_work(TESTER) as uow:
            add_comment(uow, number=numbers[0], body="While the plugin is off", public=False) if numbers else None
        drain(desk, most=200)
        again, app = self.world.with_members(self.world.members)
        if self.plugin in again.aside:
            self.report.add("disable", f"it cannot be enabled again: {again.aside[self.plugin]}")
        if self._values(numbers) != values:
            self.report.add("disable", "values of its fields changed while it was off")
        self.world.desk, self.world.app = again, app
        self.visits.open([*self.visits.own_pages(), *(f"/tickets/{number}" for number in numbers)])

    def _token(self, name: str) -> Mapping[str, str]:
        return {"Authorization": f"Bearer {self.world.sample.tokens[name]}"}

    def _values(self, numbers: list[int]) -> list[Any]:
        with self.world.desk.unit_of_work(TESTER, write=False) as uow:
            return [dict(uow.session.get_one(Ticket, number).fields) for number in numbers]


def _arguments(reading: Reading, number: int, bound: Bound) -> Mapping[str, Any] | None:
    """Values for the parameters of a hook that we know how to make up."""
    draft: Draft = draft_of(reading, reading.session.get_one(Ticket, number))
    known = {"uow": reading, "draft": draft, "ticket_id": number}
    return {p: known[p] for p in bound.parameters} if set(bound.parameters) <= set(known) else None


def _opener(kind: str, **given: Any) -> Callable[[UnitOfWork], int]:
    return lambda uow: open_ticket(uow, kind=kind, title="Check", **given).id


def _setter(number: int, field: Field) -> Callable[[UnitOfWork], Any]:
    value = field.choices[0].value if field.type == "choice" and field.choices else SAMPLES.get(field.type)
    return lambda uow: change_ticket(uow, number=number, changes={field.name: value})


def _mover(number: int, way: str) -> Callable[[UnitOfWork], Any]:
    return lambda uow: move_ticket(uow, number=number, transition=way)
