"""Keep the leases of calls under way: short ones, so that what a killed process held is free again soon."""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

from sqlalchemy import update

from itsm.core.act import Act, system
from itsm.core.logs import kind_of
from itsm.core.work.jobs.claim import LEASE
from itsm.core.work.models import OwedCall
from itsm.core.work.uow import UnitOfWork

RENEWING = Act(system("worker"), channel="worker")
LOG = logging.getLogger("itsm")


class Renewing(Protocol):
    """What renewal needs of a desk."""

    def unit_of_work(self, act: Act, *, write: bool = True) -> UnitOfWork:
        """A unit of work."""
        ...


class Keeper:
    """Renews the leases of one token from a thread of its own while that token's calls are delivered."""

    def __init__(self, desk: Callable[[], Renewing]) -> None:
        """`desk` gives the desk of the moment."""
        self._desk = desk

    @contextmanager
    def keep(self, token: str) -> Iterator[None]:
        """Renew the leases of `token` in this block, three times before each would lapse."""
        over = threading.Event()
        thread = threading.Thread(target=self._renew, args=(token, over), name="leases", daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()

    def _renew(self, token: str, over: threading.Event) -> None:
        while not over.wait(LEASE.total_seconds() / 4):
            try:
                with self._desk().unit_of_work(RENEWING) as uow:
                    mine = (OwedCall.token == token, OwedCall.state == "leased")
                    uow.session.execute(update(OwedCall).where(*mine).values(lease_until=uow.now + LEASE))
            except Exception as error:  # the fence holds anyway: a lost lease costs the work, never a second effect
                LOG.warning("leases could not be renewed: %s", kind_of(error))
