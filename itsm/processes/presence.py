"""Which workers of this data folder live: each holds a lock on a file for as long as its process lasts.

The operating system drops the lock with the process, however that ended, so what a killed worker left under way is free
again in a moment; workers on other machines are known by their leases alone.
"""

import fcntl
import os
import secrets
import socket
from collections.abc import Collection, Sequence
from pathlib import Path


class Presence:
    """This process's own file, `name`, and a look at those of the others."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.name = f"{socket.gethostname()[:60]}:{os.getpid()}:{secrets.token_hex(3)}"
        folder.mkdir(parents=True, exist_ok=True)
        unlocked = folder / f".{self.name}"
        self._lock = os.open(unlocked, os.O_CREAT | os.O_RDONLY, 0o600)
        fcntl.flock(self._lock, fcntl.LOCK_EX)
        unlocked.rename(folder / self.name)  # nobody sees it before it is locked

    def gone(self) -> Sequence[str]:
        """The names of workers that have ended."""
        return [path.name for path in self._folder.glob("[!.]*") if path.name != self.name and _is_gone(path)]

    def forget(self, names: Collection[str]) -> None:
        """Remove the files of workers that have ended, once nothing stands under their names."""
        for name in names:
            (self._folder / name).unlink(missing_ok=True)

    def leave(self) -> None:
        """End in good order: nothing is under way."""
        self.forget([self.name])
        os.close(self._lock)


def _is_gone(path: Path) -> bool:
    try:
        with path.open() as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:  # it lives, or was forgotten just now, or this file system knows no locks
        return False
    return True
