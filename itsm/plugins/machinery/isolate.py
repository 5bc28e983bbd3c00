"""Call hooks by the rules of their kind: each plugin behind a guard of its own, timed, its faults noted."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from itsm.core.errors import DeskError, Forbidden, NotAllowedNow, Refusal, Unknown
from itsm.core.hookspecs.marks import Impl, Spec
from itsm.core.texts import say
from itsm.core.work.uow import Reading, UnitOfWork
from itsm.plugins.machinery.faults import Faults
from itsm.plugins.machinery.see.times import Times
from itsm.plugins.machinery.watchdog import Watchdog

FAILED = object()


@dataclass(frozen=True, slots=True)
class Bound:
    """One implementation: whose, the function, the names of its parameters, what it declares."""

    plugin: str
    function: Callable[..., Any]
    parameters: tuple[str, ...]
    impl: Impl


@dataclass(slots=True)
class Point:
    """A hook: its specification and its implementations in order."""

    name: str
    spec: Spec
    function: Callable[..., Any]
    bound: list[Bound] = field(default_factory=list)


class Hooks:
    """The desk's hook caller; implements `HookCaller`."""

    def __init__(
        self, points: Mapping[str, Point], faults: Faults, watchdog: Watchdog, slow: float, times: Times
    ) -> None:
        self.points, self.faults, self.watchdog, self.slow, self.times = points, faults, watchdog, slow, times
        self._rules: Mapping[str, Callable[[Point, dict[str, Any]], Any]] = {
            "guards": self._guards,
            "records": self._records,
            "decides": self._decides,
            "voices": self._voices,
            "shows": self._shows,
        }

    def call(self, name: str, /, **arguments: Any) -> Any:
        """Ask the implementations of hook `name` by the rules of its kind.

        guards → list of refusals; records → None; decides → the answer or the default; voices → list of
        (plugin, voice); shows → list of (plugin, value or None for a failure).
        """
        point = self.points[name]
        if not point.bound:
            return point.spec.default if point.spec.kind == "decides" else []
        return self._rules[point.spec.kind](point, arguments)

    def aside(self) -> "Hooks":
        """The same implementations, with faults and times of their own: asked for a look, nothing is held against
        a plugin."""
        return Hooks(self.points, Faults(), self.watchdog, self.slow, Times())

    def observe(self, plugin: str, name: str, arguments: Mapping[str, Any]) -> None:
        """Call one observer; its errors go up to the owed call, which is tried again."""
        for bound in self.points[name].bound:
            if bound.plugin == plugin:
                with self.timed(plugin, name):
                    bound.function(**{p: arguments[p] for p in bound.parameters})

    @contextmanager
    def timed(self, plugin: str, place: str) -> Iterator[None]:
        """Note how long this block took, whether it fails or not."""
        started = time.perf_counter()
        try:
            yield
        finally:
            self.times.note(plugin, place, time.perf_counter() - started)

    def show(self, plugin: str, place: str, function: Callable[..., Any], *arguments: Any) -> Any:
        """Call a panel's context or the like; FAILED when it raises, which is noted; None when the reader may not see
        it."""
        outer: UnitOfWork = arguments[0]
        reading = Reading(outer)
        bound = Bound(plugin, function, (), Impl())
        return self._guarded(bound, place, outer, lambda: function(reading, *arguments[1:]), reading, "shows")

    def _guards(self, point: Point, arguments: dict[str, Any]) -> list[Refusal]:
        refusals: list[Refusal] = []
        for bound, answer in self._readings(point, arguments):
            if answer is FAILED:
                if bound.impl.on_fault == "refuse":
                    refusals.append(Refusal("", _refused(bound.plugin), bound.plugin))
                continue
            refusals += [r for r in answer or () if isinstance(r, Refusal)]
        return refusals

    def _decides(self, point: Point, arguments: dict[str, Any]) -> Any:
        for _, answer in self._readings(point, arguments):
            if answer is not FAILED and answer is not None:
                return answer
        return point.spec.default

    def _voices(self, point: Point, arguments: dict[str, Any]) -> list[tuple[str, Any]]:
        return self._collected(point, arguments)

    def _shows(self, point: Point, arguments: dict[str, Any]) -> list[tuple[str, Any]]:
        return self._collected(point, arguments)

    def _collected(self, point: Point, arguments: dict[str, Any]) -> list[tuple[str, Any]]:
        """Values with the plugin that gave them; (plugin, None) for one that failed: it is missing, and said so."""
        collected: list[tuple[str, Any]] = []
        for bound, answer in self._readings(point, arguments):
            if answer is FAILED:
                collected.append((bound.plugin, None))
            elif answer is not None:
                several = answer if isinstance(answer, Iterable) else (answer,)
                collected += [(bound.plugin, value) for value in several]
        return collected

    def _readings(self, point: Point, arguments: dict[str, Any]) -> Iterator[tuple[Bound, Any]]:
        for bound in point.bound:
            yield bound, self.read(point, bound, arguments)

    def read(self, point: Point, bound: Bound, arguments: Mapping[str, Any]) -> Any:
        """What one implementation of a hook that only reads answers, or FAILED.

        It gets a unit of work that undoes whatever it tries to write.
        """
        outer: UnitOfWork = arguments["uow"]
        reading = Reading(outer)
        given = {p: reading if p == "uow" else arguments[p] for p in bound.parameters}
        return self._guarded(bound, point.name, outer, lambda: bound.function(**given), reading, point.spec.kind)

    def _guarded(
        self, bound: Bound, place: str, outer: UnitOfWork, call: Callable[[], Any], reading: Reading, kind: str
    ) -> Any:
        """Call behind a guard of its own."""
        started = time.perf_counter()
        before = _pending(outer._session)
        try:
            with self.watchdog.timed(bound.plugin, place):
                answer = call()
                answer = list(answer) if isinstance(answer, Iterator) else answer
            if any(now - was for now, was in zip(_pending(outer._session), before, strict=True)):
                raise RuntimeError("a hook that only reads added or changed rows")
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            answer = _meant(kind, bound.plugin, error)
            if answer is FAILED:
                self._failed(outer, bound.plugin, place, error)
        finally:
            reading.end()
            _forget(outer._session, before)
        self._took(outer, bound.plugin, place, time.perf_counter() - started)
        return answer

    def _records(self, point: Point, arguments: dict[str, Any]) -> None:
        uow: UnitOfWork = arguments["uow"]
        for bound in point.bound:
            started = time.perf_counter()
            try:
                with uow.attempt(), self.watchdog.timed(bound.plugin, point.name):
                    bound.function(**{p: arguments[p] for p in bound.parameters})
            except KeyboardInterrupt:
                raise
            except BaseException as error:
                self._failed(uow, bound.plugin, point.name, error)
                if bound.impl.on_fault == "refuse":
                    self.times.note(bound.plugin, point.name, time.perf_counter() - started)
                    raise NotAllowedNow(_refused(bound.plugin)) from error
            self._took(uow, bound.plugin, point.name, time.perf_counter() - started)

    def _failed(self, uow: UnitOfWork, plugin: str, place: str, error: BaseException) -> None:
        self.faults.note(plugin, place, error)
        uow.memo.setdefault("faults", []).append((plugin, place))

    def _took(self, uow: UnitOfWork, plugin: str, place: str, seconds: float) -> None:
        self.times.note(plugin, place, seconds)
        if seconds > self.slow:
            self._failed(uow, plugin, place, TimeoutError(f"took {seconds:.1f} s; {self.slow:g} s is the limit"))


def _meant(kind: str, plugin: str, error: BaseException) -> Any:
    """What a hook may say by raising: a guard its refusal, what shows something that this reader may not see it."""
    if kind == "guards" and isinstance(error, DeskError):
        return [*error.refusals] or [Refusal("", error.message, plugin)]
    if kind == "shows" and isinstance(error, Forbidden | Unknown):
        return None
    return FAILED


def _refused(plugin: str) -> Any:
    return say("The check of the plugin {plugin} failed, and without it this is not allowed.", plugin=plugin)


def _pending(session: Session) -> tuple[frozenset[int], ...]:
    """What the session would write; compared before and after a hook that must write nothing."""
    return tuple(frozenset(map(id, group)) for group in (session.new, session.dirty, session.deleted))


def _forget(session: Session, before: tuple[frozenset[int], ...]) -> None:
    """Take out of the session what a hook put there."""
    for instance in list(session.new):
        if id(instance) not in before[0]:
            session.expunge(instance)
    for instance in [*session.dirty, *session.deleted]:
        if id(instance) not in before[1] | before[2]:
            session.expire(instance)
