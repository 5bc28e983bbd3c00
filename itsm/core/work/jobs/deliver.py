"""Deliver claimed calls one by one: count, run, and commit the effect together with its receipt."""

import traceback
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import ColumnElement

from itsm.core.act import Act, system
from itsm.core.work.jobs.claim import claim, fail, finish, give_back, start_attempt
from itsm.core.work.limits import time_limit
from itsm.core.work.models import OwedCall
from itsm.core.work.uow import UnitOfWork

BATCH = 20
CLOCKWORK = Act(system("worker"), channel="worker")


class LostLease(Exception):
    """The lease went to another process; this one's effect is rolled back."""


class Workplace(Protocol):
    """What delivery needs of a desk."""

    def now(self) -> datetime:
        """The desk's time."""
        ...

    def unit_of_work(self, act: Act, *, write: bool = True) -> UnitOfWork:
        """A unit of work."""
        ...

    def handler(self, name: str) -> tuple[Callable[..., None], int]:
        """The function behind an owed call's name, and its time limit in seconds; KeyError when there is none."""
        ...

    def failpoint(self, name: str) -> None:
        """A place where tests kill the process."""
        ...


def drain(
    workplace: Workplace,
    *,
    stop: Callable[[], bool] = lambda: False,
    most: int | None = None,
    only: Sequence[ColumnElement[bool]] = (),
    keep: Callable[[str], AbstractContextManager[Any]] = nullcontext,
) -> int:
    """Deliver what is due until nothing is, `stop()` says so, or `most` calls are through; how many were tried.

    only: conditions on the calls. keep: renews the leases of a token while its calls are delivered.
    """
    tried = 0
    while not stop() and (most is None or tried < most):
        with workplace.unit_of_work(CLOCKWORK) as uow:
            rows = claim(uow.session, uow.now, limit=BATCH, only=only)
        if not rows:
            break
        with keep(rows[0].token or ""):
            tried += _deliver_all(workplace, rows, stop)
    return tried


def _deliver_all(workplace: Workplace, rows: Sequence[OwedCall], stop: Callable[[], bool]) -> int:
    for index, row in enumerate(rows):
        if stop():
            with workplace.unit_of_work(CLOCKWORK) as uow:
                give_back(uow.session, rows[index:])
            return index
        deliver(workplace, row)
    return len(rows)


def deliver(workplace: Workplace, row: OwedCall) -> bool:
    """Run one claimed call; True when its effect and its receipt are committed."""
    with workplace.unit_of_work(CLOCKWORK) as uow:
        if not start_attempt(uow.session, row, uow.now):
            return False
    workplace.failpoint("before_handler")
    try:
        _run(workplace, row)
    except LostLease:
        return False
    except KeyboardInterrupt:
        raise
    except BaseException:  # sys.exit and the time limit are failures of this one call like any other
        with workplace.unit_of_work(CLOCKWORK) as uow:
            fail(uow.session, row, uow.now, traceback.format_exc(limit=-6)[-4000:])
        return False
    return True


def _run(workplace: Workplace, row: OwedCall) -> None:
    function, seconds = workplace.handler(row.name)
    act = Act(system(row.plugin), channel="worker", request_id=row.request_id)
    with time_limit(seconds), workplace.unit_of_work(act) as uow:
        function(uow, **row.args)
        uow.flush()
        workplace.failpoint("before_done")
        if not finish(uow.session, row, uow.now):
            raise LostLease
