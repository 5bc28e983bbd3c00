"""The WSGI front: one query a request tells whether there is a new generation; then the next desk is built aside."""

import logging
import threading
from collections.abc import Callable, Iterable
from typing import Any

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from itsm.core.desk.verbs import generation
from itsm.core.logs import kind_of
from itsm.plugins.machinery.desk import Desk
from itsm.plugins.machinery.switch import quarantine

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
LOG = logging.getLogger("itsm")


class Front:
    """Serves the newest desk; requests under way finish on the one they began with."""

    def __init__(self, build: Callable[[], tuple[Desk, Flask]]) -> None:
        """`build` makes the desk of the generation that the database holds now, with its application."""
        self._build = build
        self._lock = threading.Lock()
        self._settling = threading.Lock()
        self.desk, self.app = build()

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """One request, on the desk of its moment; what plugins did wrong, and how long they took, is written
        afterwards."""
        if environ.get("PATH_INFO") != "/healthz":
            self._try_refresh()
        try:
            return self.app(environ, start_response)
        finally:
            if self.desk.faults or self.desk.times.due:
                self._settle_aside()

    def refresh(self) -> Desk:
        """The desk of the current generation, built anew when it changed."""
        with self.desk.database.session(write=False) as session:
            session.ours = True
            now = generation(session)
        if now != self.desk.generation:
            with self._lock:
                if now != self.desk.generation:
                    self.desk, self.app = self._build()
        return self.desk

    def _try_refresh(self) -> None:
        """Keep serving with the desk we have when the next one cannot be built; the request itself tells why."""
        try:
            self.refresh()
        except SQLAlchemyError as error:
            LOG.warning("cannot ask for the generation: %s", kind_of(error))
        except Exception:
            LOG.exception("the desk of the new generation cannot be built; the old one goes on")

    def _settle_aside(self) -> None:
        """In a thread of its own, off the critical path of the request."""
        if self._settling.acquire(blocking=False):
            threading.Thread(target=self._settle, name="settle faults", daemon=True).start()

    def _settle(self) -> None:
        try:
            self.desk.settle_faults(quarantine)
            if self.desk.times.due:
                self.desk.settle_times()
        except Exception:
            LOG.exception("faults and times of plugins could not be written; a later request tries again")
        finally:
            self._settling.release()
