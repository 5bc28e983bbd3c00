"""Write and read what the desk knows of its plugins: the times of their hooks, their faults, their owed calls."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, Row, Select, delete, func, select

from itsm.core.db import upsert
from itsm.core.desk.models import PluginFault
from itsm.core.work.models import OwedCall
from itsm.core.work.uow import UnitOfWork
from itsm.plugins.machinery.see.models import EVER, HookTime
from itsm.plugins.machinery.see.times import Name, Tally

DAYS_KEPT = 30
FAULTS_KEPT = 1_000
WITHIN = ("within_1ms", "within_10ms", "within_100ms", "within_1s")
SUMS = ("count", "seconds", *WITHIN)


@dataclass(frozen=True, slots=True)
class Took:
    """The calls of one hook of one plugin over some days; within: how many took at most 1, 10, 100, 1000 ms."""

    plugin: str
    hook: str
    count: int
    seconds: float
    longest: float
    within: Sequence[int]

    @property
    def mean(self) -> float:
        """Seconds of a call on the average."""
        return self.seconds / self.count if self.count else 0.0

    @property
    def slow(self) -> int:
        """How many took longer than 100 ms."""
        return self.count - self.within[2]


def write_times(uow: UnitOfWork, taken: Mapping[Name, Tally]) -> None:
    """Add tallies to the rows of today, always in one order, so that two processes never wait for each other."""
    today = uow.now.astimezone(UTC).date()
    rows = [
        {
            "plugin": plugin,
            "hook": hook[:160],
            "day": today,
            "count": tally.count,
            "seconds": tally.seconds,
            "longest": tally.longest,
            **dict(zip(WITHIN, tally.within, strict=True)),
        }
        for (plugin, hook), tally in sorted(taken.items())
    ]
    _add(uow, rows)


def hook_times(uow: UnitOfWork, *, plugin: str = "", days: int | None = 7) -> Sequence[Took]:
    """The times of the last days (None: ever), what costs most first."""
    uow.require("core.plugins")
    statement = _summed().order_by(func.sum(HookTime.seconds).desc(), HookTime.plugin, HookTime.hook)
    if plugin:
        statement = statement.where(HookTime.plugin == plugin)
    if days is not None:
        statement = statement.where(HookTime.day > (uow.now.astimezone(UTC) - timedelta(days=days)).date())
    return [_took(row) for row in uow.session.execute(statement)]


def all_times(uow: UnitOfWork) -> Sequence[Took]:
    """The times of all hooks since the desk began; they only grow."""
    return [_took(row) for row in uow.session.execute(_summed())]


def list_faults(
    uow: UnitOfWork, *, plugin: str = "", hook: str = "", limit: int = 50, before: int | None = None
) -> Sequence[PluginFault]:
    """Faults, the newest first; `before` (an id) continues a list."""
    uow.require("core.plugins")
    statement = select(PluginFault).where(*_of(plugin, hook)).order_by(PluginFault.id.desc()).limit(limit)
    return uow.session.scalars(statement if before is None else statement.where(PluginFault.id < before)).all()


def faults_by_hook(uow: UnitOfWork) -> Sequence[tuple[str, str, int]]:
    """(plugin, hook, number) of all faults on record, the most frequent first."""
    uow.require("core.plugins")
    statement = select(PluginFault.plugin, PluginFault.hook, func.count()).group_by(
        PluginFault.plugin, PluginFault.hook
    )
    found = [(plugin, hook, number) for plugin, hook, number in uow.session.execute(statement)]
    return sorted(found, key=lambda row: (-row[2], row))


def faults_by_hour(
    uow: UnitOfWork, *, plugin: str = "", hook: str = "", hours: int = 24
) -> Sequence[tuple[datetime, int]]:
    """(beginning of the hour, number) for each of the last hours, the oldest first."""
    uow.require("core.plugins")
    newest = uow.now.replace(minute=0, second=0, microsecond=0)
    begins = [newest - timedelta(hours=back) for back in range(hours - 1, -1, -1)]
    moments = uow.session.scalars(select(PluginFault.at).where(*_of(plugin, hook), PluginFault.at >= begins[0]))
    counted = Counter(at.replace(minute=0, second=0, microsecond=0) for at in moments)
    return [(hour, counted[hour]) for hour in begins]


def calls_of(uow: UnitOfWork, *, plugin: str) -> Mapping[str, int]:
    """How many owed calls of a plugin there are in each state but done."""
    uow.require("core.plugins")
    mine = (OwedCall.plugin == plugin, OwedCall.state != "done")
    statement = select(OwedCall.state, func.count()).where(*mine).group_by(OwedCall.state)
    return {state: number for state, number in uow.session.execute(statement)}


def tidy(uow: UnitOfWork) -> None:
    """Add times older than 30 days to the row of ever; forget faults that are as old, or beyond a plugin's newest
    thousand."""
    begin = uow.now.astimezone(UTC).date() - timedelta(days=DAYS_KEPT)
    old = (HookTime.day < begin, HookTime.day > EVER)
    rows = [row._asdict() | {"day": EVER} for row in uow.session.execute(_summed().where(*old))]
    uow.session.execute(delete(HookTime).where(*old))
    _add(uow, sorted(rows, key=lambda row: (row["plugin"], row["hook"])))
    uow.session.execute(delete(PluginFault).where(PluginFault.at < uow.now - timedelta(days=DAYS_KEPT)))
    for plugin in uow.session.scalars(select(PluginFault.plugin).distinct()).all():
        newest = select(PluginFault.id).where(PluginFault.plugin == plugin).order_by(PluginFault.id.desc())
        last = uow.session.scalars(newest.offset(FAULTS_KEPT).limit(1)).first()
        if last is not None:
            uow.session.execute(delete(PluginFault).where(PluginFault.plugin == plugin, PluginFault.id <= last))


def _add(uow: UnitOfWork, rows: Sequence[Mapping[str, object]]) -> None:
    if not rows:
        return
    insert = upsert(uow.session, HookTime)
    new = insert.excluded
    larger = func.greatest if uow.session.get_bind().dialect.name == "postgresql" else func.max
    sums = {name: getattr(HookTime, name) + new[name] for name in SUMS}
    values = {**sums, "longest": larger(HookTime.longest, new.longest)}
    key = [HookTime.plugin, HookTime.hook, HookTime.day]
    uow.session.execute(insert.on_conflict_do_update(index_elements=key, set_=values), list(rows))


def _summed() -> Select[str, str]:
    sums = [func.sum(getattr(HookTime, name)).label(name) for name in SUMS]
    longest = func.max(HookTime.longest).label("longest")
    return select(HookTime.plugin, HookTime.hook, *sums, longest).group_by(HookTime.plugin, HookTime.hook)


def _took(row: Row[str, str]) -> Took:
    values = row._asdict()
    within = [int(values[name]) for name in WITHIN]
    return Took(row.plugin, row.hook, int(values["count"]), values["seconds"], values["longest"], within)


def _of(plugin: str, hook: str) -> list[ColumnElement[bool]]:
    wanted = [PluginFault.plugin == plugin] if plugin else []
    return [*wanted, PluginFault.hook == hook] if hook else wanted
