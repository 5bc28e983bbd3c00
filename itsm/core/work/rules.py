"""When a failed call is tried again, and when it is given up."""

from datetime import timedelta

MAX_ATTEMPTS = 12
LONGEST_PAUSE = timedelta(hours=1)


def pause_before(attempt: int) -> timedelta:
    """The pause after failed attempt number `attempt` (from 1): 1, 2, 4 … seconds, an hour at most."""
    return min(timedelta(seconds=2 ** min(attempt - 1, 20)), LONGEST_PAUSE)


def is_dead(attempts: int, most: int = MAX_ATTEMPTS) -> bool:
    """Whether a call that failed `attempts` times is given up: dead, visible, to be retried by a person.

    Twelve attempts take some 35 minutes, in which most of what is away has come back.
    """
    return attempts >= most
