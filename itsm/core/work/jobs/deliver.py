"""Deliver claimed calls one by one: count, run, and commit the effect together with its receipt."""

import logging
import time
import traceback
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Protocol
from uuid import NAMESPACE_OID, uuid5

import structlog
from sqlalchemy import ColumnElement

from itsm.core.act import Act, system
from itsm.core.hookspecs.outside import OutsideCall
from itsm.core.outbound.rules import Reach
from itsm.core.outbound.verbs import session_for
from itsm.core.work.jobs.claim import claim, fail, finish, free_lost, give_back, start_attempt
from itsm.core.work.limits import time_limit
from itsm.core.work.models import OwedCall
from itsm.core.work.uow import UnitOfWork

BATCH = 20
CLOCKWORK = Act(system("worker"), channel="worker")
LOG = logging.getLogger("itsm")
Limit = Callable[[float], AbstractContextManager[None]]


@dataclass(frozen=True, slots=True)
class Handler:
    """What is behind an owed call's name: the step outside, if any, then the function; `seconds` for both together."""

    function: Callable[..., None]
    seconds: float
    outside: Callable[[OutsideCall], Any] | None = None


class LostLease(Exception):
    """The lease went to another process; this one's effect is rolled back."""


class Workplace(Protocol):
    """What delivery needs of a desk."""

    @property
    def attempts(self) -> int:
        """After how many failed attempts a call is dead."""
        ...

    def now(self) -> datetime:
        """The desk's time."""
        ...

    def unit_of_work(self, act: Act, *, write: bool = True) -> UnitOfWork:
        """A unit of work."""
        ...

    def handler(self, name: str) -> Handler:
        """What is behind an owed call's name; LookupError when there is nothing."""
        ...

    @property
    def reach(self) -> Reach:
        """Where requests to other systems may go."""
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
    limit: Limit = time_limit,
    holder: str = "",
) -> int:
    """Deliver what is due until nothing is, `stop()` says so, or `most` calls are through; how many were tried.

    only: conditions on the calls. keep: renews the leases of a token while its calls are delivered. limit: ends a call
    that takes too long. holder: the worker's name; what stands under it now was left behind by a round that broke.
    """
    tried = 0
    while not stop() and (most is None or tried < most):
        with workplace.unit_of_work(CLOCKWORK) as uow:
            free_lost(uow.session, uow.now, gone=(holder,) if holder else (), most=workplace.attempts)
            rows = claim(uow.session, uow.now, limit=BATCH, only=only, holder=holder)
        if not rows:
            break
        with keep(rows[0].token or ""):
            tried += _deliver_all(workplace, rows, stop, limit)
    return tried


def _deliver_all(workplace: Workplace, rows: Sequence[OwedCall], stop: Callable[[], bool], limit: Limit) -> int:
    for index, row in enumerate(rows):
        if stop():
            with workplace.unit_of_work(CLOCKWORK) as uow:
                give_back(uow.session, rows[index:])
            return index
        deliver(workplace, row, limit)
    return len(rows)


def deliver(workplace: Workplace, row: OwedCall, limit: Limit = time_limit) -> bool:
    """Run one claimed call; True when its effect and its receipt are committed."""
    with workplace.unit_of_work(CLOCKWORK) as uow:
        attempt = start_attempt(uow.session, row, uow.now)
    if not attempt:
        return False
    with structlog.contextvars.bound_contextvars(request_id=row.request_id, call=row.id, plugin=row.plugin):
        return _attempt(workplace, row, attempt, limit)


def _attempt(workplace: Workplace, row: OwedCall, attempt: int, limit: Limit) -> bool:
    workplace.failpoint("before_handler")
    began = time.perf_counter()
    try:
        _run(workplace, row, attempt, limit)
    except LostLease:
        return False
    except KeyboardInterrupt:
        raise
    except BaseException:  # sys.exit and the time limit are failures of this one call like any other
        LOG.warning("call failed", extra={"job": row.name, "attempt": attempt}, exc_info=True)
        with workplace.unit_of_work(CLOCKWORK) as uow:
            fail(uow.session, row, uow.now, traceback.format_exc(limit=-6)[-4000:], workplace.attempts)
        return False
    took = round((time.perf_counter() - began) * 1000, 1)
    LOG.info("call done", extra={"job": row.name, "attempt": attempt, "ms": took})
    return True


def _run(workplace: Workplace, row: OwedCall, attempt: int, limit: Limit) -> None:
    handler = workplace.handler(row.name)
    act = Act(system(row.plugin), channel="worker", request_id=row.request_id)
    with limit(handler.seconds):
        given = dict(row.args)
        if handler.outside is not None:
            given["outcome"] = handler.outside(_outside_call(workplace, row, act, attempt))
            workplace.failpoint("after_outside")
        with workplace.unit_of_work(act) as uow:
            handler.function(uow, **given)
            uow.flush()
            workplace.failpoint("before_done")
            if not finish(uow.session, row, uow.now):
                raise LostLease


def _outside_call(workplace: Workplace, row: OwedCall, act: Act, attempt: int) -> OutsideCall:
    """The key holds the moment of owing beside the number: after a restore numbers are given anew."""
    key = str(uuid5(NAMESPACE_OID, f"{row.name} {row.id} {row.created_at.isoformat()}"))
    reading = partial(workplace.unit_of_work, act, write=False)
    http = partial(session_for, workplace.reach)
    return OutsideCall(key, dict(row.args), attempt, reading, http, workplace.unit_of_work)
