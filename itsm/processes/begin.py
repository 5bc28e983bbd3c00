"""Begin to work: a process that starts while its database restarts waits for it, and says so."""

import logging
import time

from sqlalchemy.exc import OperationalError

from itsm.app import front
from itsm.core.errors import DeskError
from itsm.core.settings import Settings, refuse_weak_secret
from itsm.plugins.machinery.front import Front
from itsm.plugins.machinery.host import Host

PATIENCE = 60.0
PAUSE = 0.5
LOG = logging.getLogger("itsm")


def begin(settings: Settings, host: Host) -> Front:
    """The front that a process serves or works with; raises `DeskError` when the database stays away."""
    refuse_weak_secret(settings)
    deadline = time.monotonic() + PATIENCE
    told = False
    while True:
        try:
            return front(settings, host)
        except OperationalError as error:
            if time.monotonic() > deadline:
                raise DeskError(f"the database does not answer: {error.orig}") from error
            if not told:
                LOG.warning("waiting for the database: %s", error.orig)
            told = True
            time.sleep(PAUSE)
