"""A child ends with its parent, even when that was killed and could not say so."""

import os
import signal
import threading
import time

LOOK_EVERY = 0.5
GRACE = 20.0


def end_with_parent() -> None:
    """Watch the parent process from now on; when it is gone, end in good order, and hard after a grace."""
    parent = os.getppid()
    threading.Thread(target=_watch, args=(parent,), name="parent", daemon=True).start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(LOOK_EVERY)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE)
    os._exit(1)
