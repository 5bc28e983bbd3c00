"""The watchdog: a hook that hangs ends its process, after the plugin's name was noted outside the database."""

import json
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

EXIT_HUNG = 70


class Watchdog:
    """Watches the hook calls of all threads; started only in processes that a supervisor starts again."""

    def __init__(self, folder: Path, hung_after: float) -> None:
        self.folder, self.hung_after = folder, hung_after
        self._running: dict[int, tuple[float, str, str]] = {}
        self._thread: threading.Thread | None = None

    @contextmanager
    def timed(self, plugin: str, place: str) -> Iterator[None]:
        """Watch this block as a call of `plugin`."""
        me = threading.get_ident()
        outer = self._running.get(me)
        self._running[me] = (time.monotonic(), plugin, place)
        try:
            yield
        finally:
            if outer is None:
                self._running.pop(me, None)
            else:
                self._running[me] = outer

    def start(self) -> None:
        """Begin to watch."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._watch, name="watchdog", daemon=True)
            self._thread.start()

    def _watch(self) -> None:
        while True:
            time.sleep(min(0.5, self.hung_after / 4))
            now = time.monotonic()
            for started, plugin, place in list(self._running.values()):
                if now - started > self.hung_after:
                    note_hung(self.folder, plugin, place, now - started)
                    os._exit(EXIT_HUNG)


def note_hung(folder: Path, plugin: str, place: str, seconds: float) -> None:
    """Leave a note that the next start turns into a quarantine."""
    folder.mkdir(parents=True, exist_ok=True)
    reason = f"{place} hung for {seconds:.0f} s and its process was ended"
    (folder / f"{plugin}.json").write_text(json.dumps({"plugin": plugin, "hook": place, "reason": reason}))


def read_notes(folder: Path) -> list[dict[str, str]]:
    """The notes that hung hooks left."""
    if not folder.is_dir():
        return []
    return [json.loads(path.read_text()) for path in sorted(folder.glob("*.json"))]


def forget_note(folder: Path, plugin: str) -> None:
    """The quarantine stands in the database now, or was lifted."""
    (folder / f"{plugin}.json").unlink(missing_ok=True)
