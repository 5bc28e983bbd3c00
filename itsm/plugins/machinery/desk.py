"""The Desk: one configured whole of settings, database, enabled plugins and their hooks. Two may live in a process."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

from itsm.core.act import Act, system
from itsm.core.errors import NotReady
from itsm.core.failpoints import Failpoint
from itsm.core.files.outside import FileStore
from itsm.core.hookspecs.registry import Place, Registry
from itsm.core.ledger.jobs import load_event
from itsm.core.outbound.rules import Reach
from itsm.core.settings import Settings
from itsm.core.web.translations import Catalogues
from itsm.core.work.jobs import Handler
from itsm.core.work.session import Database
from itsm.core.work.uow import UnitOfWork
from itsm.plugins.machinery.faults import Faults, write_faults
from itsm.plugins.machinery.host import Doorbell, Host
from itsm.plugins.machinery.isolate import Hooks
from itsm.plugins.machinery.members import Member
from itsm.plugins.machinery.register import Misfit, build_registry, hook_points
from itsm.plugins.machinery.see.requests import Requests
from itsm.plugins.machinery.see.times import Times
from itsm.plugins.machinery.see.verbs import write_times

OBSERVER_SECONDS = 60
MACHINERY = Act(system("machinery"), channel="worker")


@dataclass
class Desk:
    """Everything that a process needs to serve one generation of one desk.

    members: those that work. aside: name → why a plugin that is enabled does not take part.
    """

    settings: Settings
    database: Database
    registry: Registry
    hooks: Hooks
    members: Sequence[Member]
    aside: Mapping[str, str]
    files: FileStore
    faults: Faults
    times: Times
    requests: Requests
    clock: Callable[[], datetime]
    generation: str = ""
    epoch: int = 1
    bell: Doorbell | None = None
    catalogues: Catalogues = field(default_factory=lambda: Catalogues(()))
    point: Failpoint = field(default_factory=Failpoint)

    def now(self) -> datetime:
        """The desk's time."""
        return self.clock()

    def unit_of_work(self, act: Act, *, write: bool = True) -> UnitOfWork:
        """A unit of work for one act; `write=False` reads only. Every act has a request id, a request's or its own."""
        if write and not act.request_id:
            act = replace(act, request_id=uuid4().hex)
        uow = UnitOfWork(
            session=self.database.session(write=write),
            hook=self.hooks,
            registry=self.registry,
            now=self.now(),
            act=act,
            write=write,
            epoch=self.epoch,
        )
        if write and self.bell is not None:
            uow.after_commit(self.bell.ring)
        return uow

    @property
    def attempts(self) -> int:
        """After how many failed attempts an owed call is dead."""
        return self.settings.call_attempts

    @property
    def reach(self) -> Reach:
        """Where requests to other systems may go."""
        return self.settings.reach

    def handler(self, name: str) -> Handler:
        """What is behind an owed call's name, timed like hooks are."""
        plugin, colon, hook = name.partition(":")
        if colon:
            return Handler(partial(self._observe, plugin, hook), OBSERVER_SECONDS)
        call = self.registry.calls.get(name)
        if call is None:
            raise LookupError(f"no enabled plugin handles the call {name}")
        outside = partial(self._timed, name, call.outside) if call.outside is not None else None
        return Handler(partial(self._timed, name, call.function), call.timeout, outside)

    def _timed(self, name: str, function: Callable[..., Any], /, *given: Any, **arguments: Any) -> Any:
        with self.hooks.timed(name.partition(".")[0], name):
            return function(*given, **arguments)

    def _observe(self, plugin: str, hook: str, uow: UnitOfWork, *, event: int) -> None:
        self.hooks.observe(plugin, hook, {"uow": uow, "event": load_event(uow.session, event)})

    def translate(self, locale: str, text: str) -> str:
        """A sentence in another language."""
        return self.catalogues.gettext(locale, text)

    def failpoint(self, name: str) -> None:
        """A place where tests kill the process."""
        self.point.reach(name)

    def settle_faults(self, quarantine: Callable[[UnitOfWork, str, str], None]) -> None:
        """Write the faults noted so far, and quarantine who has had too many; unwritten ones stay noted."""
        noted = self.faults.take()
        if not noted:
            return
        try:
            with self.unit_of_work(MACHINERY) as uow:
                known = {member.name for member in self.members if not member.built_in}
                for plugin in write_faults(uow, noted, self.settings.quarantine_after):
                    if plugin in known:
                        quarantine(uow, plugin, f"{self.settings.quarantine_after} faults within ten minutes")
        except BaseException:
            self.faults.put_back(noted)
            raise

    def settle_times(self) -> None:
        """Add the times noted so far to what the database holds."""
        taken = self.times.take()
        if not taken:
            return
        try:
            with self.unit_of_work(MACHINERY) as uow:
                write_times(uow, taken)
        except BaseException:
            self.times.put_back(taken)
            raise


def assemble(
    settings: Settings,
    database: Database,
    members: Sequence[Member],
    *,
    aside: Mapping[str, str] | None = None,
    clock: Callable[[], datetime] | None = None,
    host: Host | None = None,
) -> Desk:
    """Build a desk from loaded, ordered members; who does not fit is set aside, or with `strict` ends the start."""
    left = dict(aside or {})
    working = [m for m in members if not m.fault]
    left |= {m.name: m.fault for m in members if m.fault}
    while True:
        try:
            points = hook_points(working)
            registry = build_registry(working, points, settings.plugins)
            break
        except Misfit as misfit:
            if misfit.plugin in {m.name for m in working if m.built_in}:
                raise
            left[misfit.plugin] = misfit.reason
            gone = {misfit.plugin}
            working = [m for m in working if m.name not in gone]
            _drop_dependants(working, left)
    if settings.strict and left:
        raise NotReady("; ".join(f"plugin {name}: {reason}" for name, reason in left.items()))
    registry.timezone, registry.reach = settings.timezone, settings.reach
    files = settings.data_dir / "files"
    registry.place = Place(files, settings.seal_dir, timedelta(hours=settings.seal_every))
    host = host or Host.of(settings)
    return Desk(
        settings=settings,
        database=database,
        registry=registry,
        hooks=Hooks(points, host.faults, host.watchdog, settings.hook_fault_after, host.times),
        members=working,
        aside=left,
        files=FileStore(files, settings.max_body),
        faults=host.faults,
        times=host.times,
        requests=host.requests,
        bell=host.bell,
        clock=clock or clock_of(settings),
        point=Failpoint.parse(settings.failpoint),
        catalogues=Catalogues(m.folder / "translations" for m in working),
    )


def _drop_dependants(working: list[Member], left: dict[str, str]) -> None:
    for member in list(working):
        missing = [need for need in member.about.needs if need in left]
        if missing:
            left[member.name] = f"needs {', '.join(missing)}, which does not work"
            working.remove(member)
            _drop_dependants(working, left)
            return


def clock_of(settings: Settings) -> Callable[[], datetime]:
    """The machine's time in UTC, or the moved time of tests."""
    if not settings.clock_file:
        return lambda: datetime.now(UTC)
    path = Path(settings.clock_file)
    return lambda: datetime.fromisoformat(path.read_text().strip()).astimezone(UTC)
