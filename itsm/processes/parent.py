"""A child ends with its parent, even when that was killed and could not say so."""

import os
import signal
import threading
import time

LOOK_EVERY = 0.5
GRACE = 20.0


def end_with_parent(parent: int) -> None:
    """Watch the parent process from now on; when it is gone, end in good order, and hard after a grace.

    parent: its id as the parent itself told it. Who asks the system may ask too late: a parent that was killed while
    its child began has been replaced by another one by then, and the child would outlive it for ever.
    """
    threading.Thread(target=_watch, args=(parent,), name="parent", daemon=True).start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(LOOK_EVERY)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE)
    os._exit(1)
