"""Faults of plugins: gathered in memory, written after the act that met them, counted towards quarantine."""

import threading
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, insert, select

from itsm.core.desk.models import PluginFault
from itsm.core.work.uow import UnitOfWork

WINDOW = timedelta(minutes=10)
LONGEST_NAME = 80


@dataclass(frozen=True, slots=True)
class Fault:
    """One failure, not yet written."""

    plugin: str
    hook: str
    error: str


class Faults:
    """What failed since the last `take`; shared by the threads of one process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pending: list[Fault] = []

    def note(self, plugin: str, hook: str, error: BaseException) -> None:
        """Remember a failure; it is written when the act is over, for the act itself may be rolled back."""
        text = "".join(traceback.format_exception(error, limit=-6))[-4000:]
        with self._lock:
            self._pending.append(Fault(plugin, hook, text))

    def take(self) -> list[Fault]:
        """Everything noted so far, now the caller's to write."""
        with self._lock:
            taken, self._pending = self._pending, []
        return taken

    def put_back(self, faults: Sequence[Fault]) -> None:
        """They could not be written; the next one who takes will try again."""
        with self._lock:
            self._pending[:0] = faults

    def __bool__(self) -> bool:
        return bool(self._pending)


def write_faults(uow: UnitOfWork, faults: Sequence[Fault], limit: int) -> list[str]:
    """Store the faults; the plugins that have had `limit` of them within ten minutes."""
    common = {"at": uow.now, "milliseconds": 0}
    rows = [{"plugin": f.plugin, "hook": f.hook[:LONGEST_NAME], "error": f.error, **common} for f in faults]
    uow.session.execute(insert(PluginFault), rows)
    statement = (
        select(PluginFault.plugin)
        .where(PluginFault.at > uow.now - WINDOW, PluginFault.plugin.in_({f.plugin for f in faults}))
        .group_by(PluginFault.plugin)
        .having(func.count() >= limit)
    )
    return list(uow.session.scalars(statement))
