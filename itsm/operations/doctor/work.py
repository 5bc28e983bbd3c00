"""What the desk does by itself: background jobs, their workers, plugins, the search, the doorbell."""

from collections.abc import Iterator
from datetime import timedelta
from importlib import import_module

from sqlalchemy import func, select

from itsm.blocks.search.verbs import progress_of
from itsm.blocks.search.verbs.keep import all_kinds
from itsm.core.desk.models import PluginRow
from itsm.core.desk.verbs import held_since
from itsm.core.settings import Settings
from itsm.core.work.jobs.clockwork import LEADER, is_held
from itsm.core.work.models import OwedCall
from itsm.core.work.uow import UnitOfWork
from itsm.core.work.verbs import count_calls, oldest_due
from itsm.operations.doctor.findings import Finding, or_well, warning, well, wrong
from itsm.plugins.machinery.desk import Desk

LATE = timedelta(minutes=1)


def look_at_work(uow: UnitOfWork, desk: Desk) -> list[Finding]:
    """All of it."""
    return [
        *or_well(_calls(uow), "background jobs", "none is late, none has failed"),
        *or_well(_plugins(uow, desk), "plugins", "all that are enabled work"),
        *or_well(_search(uow), "search", "its documents are built"),
        *look_at_redis(desk.settings),
    ]


def look_at_redis(settings: Settings) -> Iterator[Finding]:
    """Whether the doorbell can be rung, where there is one."""
    if not settings.redis_url:
        return
    # Loaded only where it is needed: it brings RQ with it.
    if import_module("itsm.core.work.outside").Bell(settings.redis_url).answers():
        yield well("Redis", "it answers")
    else:
        yield warning("Redis", "it does not answer; background jobs start up to a second later",
                      "Look at ITSM_REDIS_URL and at the server.")  # fmt: skip


def _calls(uow: UnitOfWork) -> Iterator[Finding]:
    counts = count_calls(uow)
    if held := held_since(uow.session):
        yield warning("background jobs", f"all stand still since the restore of {held[:16]}: {counts['held']} wait",
                      "When this is the desk that works from now on: `itsm calls release`.")  # fmt: skip
    elif not is_held(uow.session, uow.now, LEADER):
        yield wrong("worker", "no worker is at work: no job is done and no timer fires", "Start `itsm run`, or "
                    "`itsm worker` beside `itsm web`.")  # fmt: skip
    if counts["dead"]:
        yield wrong("background jobs", f"{counts['dead']} have failed for good: {_names(uow)}",
                    "See why with `itsm calls list --state dead`, then `itsm calls retry`.")  # fmt: skip
    due, since = oldest_due(uow)
    if due and uow.now - since > LATE:
        yield wrong("background jobs", f"{due} are due, the oldest since {since:%Y-%m-%d %H:%M:%S} UTC",
                    "Look whether a worker runs and what it says in its log.")  # fmt: skip


def _names(uow: UnitOfWork) -> str:
    dead = select(OwedCall.name, func.count()).where(OwedCall.state == "dead").group_by(OwedCall.name)
    return ", ".join(f"{name} ({number})" for name, number in uow.session.execute(dead.limit(5)))


def _plugins(uow: UnitOfWork, desk: Desk) -> Iterator[Finding]:
    for name, reason in desk.aside.items():
        yield wrong("plugins", f"{name} is set aside: {reason}", f"Mend it, or `itsm plugins disable {name}`.")
    quarantined = select(PluginRow.name, PluginRow.reason).where(PluginRow.state == "quarantined")
    for name, reason in uow.session.execute(quarantined):
        yield wrong("plugins", f"{name} is in quarantine: {reason}",
                    f"See `itsm plugins show {name}`; then `itsm plugins enable {name}`.")  # fmt: skip


def _search(uow: UnitOfWork) -> Iterator[Finding]:
    for kind in all_kinds(uow):
        progress = progress_of(uow, kind)
        if progress is not None and not progress.finished:
            yield warning("search", f"{progress.done} of {progress.total} documents of {kind} are built",
                          "Let the worker go on; `itsm search status` tells how far it is.")  # fmt: skip
