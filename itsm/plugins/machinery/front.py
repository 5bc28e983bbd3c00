"""The WSGI front: one query a request tells whether there is a new generation; then the next desk is built aside."""

import threading
from collections.abc import Callable, Iterable
from typing import Any

from flask import Flask

from itsm.core.desk.verbs import generation
from itsm.plugins.machinery.desk import Desk

Environ = dict[str, Any]
StartResponse = Callable[..., Any]


class Front:
    """Serves the newest desk; requests under way finish on the one they began with."""

    def __init__(self, build: Callable[[], tuple[Desk, Flask]]) -> None:
        """`build` makes the desk of the generation that the database holds now, with its application."""
        self._build = build
        self._lock = threading.Lock()
        self.desk, self.app = build()

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """One request, on the desk of its moment."""
        self.refresh()
        return self.app(environ, start_response)

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
