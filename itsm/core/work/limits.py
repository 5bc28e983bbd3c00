"""A time limit for one call: first a signal in the worker's main thread, then the end of the process."""

import faulthandler
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

GRACE = 5.0


class OutOfTime(BaseException):
    """The limit is over. Not an `Exception`, so that a handler's `except Exception` does not swallow it."""


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Raise `OutOfTime` in this block after `seconds`, and again each second until it is left.

    Signals reach only the main thread; elsewhere (tests in threads) there is no limit.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    previous = signal.signal(signal.SIGALRM, _raise)
    signal.setitimer(signal.ITIMER_REAL, seconds, 1.0)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, previous)


@contextmanager
def hard_limit(seconds: float) -> Iterator[None]:
    """`time_limit`, and when that did not help within `GRACE` seconds, the end of this process.

    A call that hangs in C code hears no signal, and may even hold the interpreter's lock, so that no thread of ours
    could end it: the timer of `faulthandler` runs without that lock, and tells on stderr where every thread stood.
    """
    faulthandler.dump_traceback_later(seconds + GRACE, exit=True)
    try:
        with time_limit(seconds):
            yield
    finally:
        faulthandler.cancel_dump_traceback_later()


def _raise(_signal: int, _frame: FrameType | None) -> None:
    raise OutOfTime("the time limit of this call is over")
