"""The worker: follows the desk's generations, fires schedules as the leader, and drains owed calls."""

import logging
import signal
import threading
import time
from collections.abc import Sequence
from types import FrameType

from sqlalchemy import ColumnElement
from sqlalchemy.exc import DBAPIError

from itsm.core.act import Act, system
from itsm.core.work.jobs import drain
from itsm.core.work.jobs.claim import free_lost
from itsm.core.work.jobs.clockwork import LEADER, fire_schedules, follow_clock, is_held, lead, leave
from itsm.core.work.jobs.renew import Keeper
from itsm.core.work.limits import hard_limit
from itsm.core.work.models import OwedCall
from itsm.plugins.machinery.desk import Desk
from itsm.plugins.machinery.front import Front
from itsm.plugins.machinery.host import Doorbell
from itsm.plugins.machinery.switch import quarantine
from itsm.processes.presence import Presence

AT_ONCE = 100
LONG = "long worker"
LEAD_EVERY = 2.0
CLOCKWORK = Act(system("worker"), channel="worker")
LOG = logging.getLogger("itsm")


class Worker:
    """One worker process. `long`: it does the calls declared long and nothing else."""

    def __init__(self, front: Front, presence: Presence, *, long: bool = False, bell: Doorbell | None = None) -> None:
        self.front, self.presence, self.long, self.bell = front, presence, long, bell
        self.name = presence.name
        self.stopping = threading.Event()
        self._led = float("-inf")
        self._keeper = Keeper(lambda: self.front.desk)

    def listen(self) -> None:
        """End in good order on SIGTERM and SIGINT: the call under way is finished."""
        for sort in (signal.SIGTERM, signal.SIGINT):
            signal.signal(sort, self._stop)

    def poll(self, seconds: float) -> None:
        """Work until told to stop, looking at the database every so often."""
        while not self.stopping.is_set():
            if not self.round():
                self.stopping.wait(seconds)

    def work_off(self) -> None:
        """Work until nothing is due."""
        while not self.stopping.is_set() and self.round():
            pass

    def round(self) -> int:
        """Do what is due now; how many calls were tried. While the database is away that is none."""
        try:
            desk = self.front.refresh()
            self._lead(desk)
            tried = drain(
                desk, stop=self.stopping.is_set, most=AT_ONCE, only=self._mine(desk), keep=self._keeper.keep,
                limit=hard_limit, holder=self.name,
            )  # fmt: skip
            desk.settle_faults(quarantine)
            if desk.times.due:
                desk.settle_times()
            if tried >= AT_ONCE and self.bell is not None:
                self.bell.ring()  # there may be enough for others too
        except DBAPIError as error:
            LOG.warning("the database does not answer: %s", error.orig)
            self.stopping.wait(0.5)
            return 0
        return tried

    def leave(self) -> None:
        """Write what is left to be told, and give way to another leader, before the process ends."""
        try:
            self.front.desk.settle_times()
            with self.front.desk.unit_of_work(CLOCKWORK) as uow:
                leave(uow.session, [self.name])
        except DBAPIError as error:
            LOG.warning("what this worker leaves behind could not be written: %s", error.orig)
        else:
            self.presence.leave()

    def _lead(self, desk: Desk) -> None:
        """One worker of all fires the schedules, and each takes back what neighbours that ended had under way; asked
        seldom, for each time is a write."""
        if time.monotonic() - self._led < LEAD_EVERY:
            return
        self._led = time.monotonic()
        name = LONG if self.long else LEADER
        gone = self.presence.gone()
        with desk.unit_of_work(CLOCKWORK) as uow:
            if gone:
                leave(uow.session, gone)
                free_lost(uow.session, uow.now, gone=gone, most=desk.attempts)
            follow_clock(uow.session, uow.now)
            if lead(uow.session, uow.now, self.name, name) and not self.long:
                fire_schedules(uow, desk.registry.schedules.values())
        self.presence.forget(gone)

    def _mine(self, desk: Desk) -> Sequence[ColumnElement[bool]]:
        """Calls of plugins that work in this process; long ones go to the worker that is kept for them, if any."""
        ours = OwedCall.plugin.in_([member.name for member in desk.members])
        long = [call.name for call in desk.registry.calls.values() if call.long]
        if self.long:
            return ours, OwedCall.name.in_(long)
        return (ours, OwedCall.name.not_in(long)) if long and self._long_worker(desk) else (ours,)

    def _long_worker(self, desk: Desk) -> bool:
        with desk.unit_of_work(CLOCKWORK, write=False) as uow:
            return is_held(uow.session, uow.now, LONG)

    def _stop(self, _signal: int, _frame: FrameType | None) -> None:
        self.stopping.set()
