"""What the core itself asks administrators to look at."""

from collections.abc import Iterator
from datetime import timedelta

from itsm.core.hookspecs.shows import Attention
from itsm.core.texts import say
from itsm.core.work.jobs.clockwork import LEADER, is_held
from itsm.core.work.uow import UnitOfWork
from itsm.core.work.verbs import count_calls, held, oldest_due

LATE = timedelta(minutes=1)


def core_attention(uow: UnitOfWork) -> Iterator[Attention]:
    """Jobs that failed for good, that stand still, or that nobody does."""
    counts = count_calls(uow)
    if counts["dead"]:
        told = say("Background jobs that failed for good: {number}. See why, then try again.", number=counts["dead"])
        yield Attention(told, "core.calls", "work.jobs", "alarm")
    if held(uow) is not None:
        told = say("Since a restore background work is held: nothing is sent, no timer fires.")
        yield Attention(told, "core.calls", "work.jobs", "alarm")
    elif not is_held(uow.session, uow.now, LEADER):
        told = say("No worker is at work: no job is done and no timer fires. Start one on the server.")
        yield Attention(told, "core.calls", "work.jobs", "alarm")
    number, since = oldest_due(uow)
    if number and uow.now - since > LATE:
        yield Attention(say("Background jobs that are late: {number}.", number=number), "core.calls", "work.jobs")
    if uow.registry.unindexed:
        told = say("Fields that wait for their index: {number}.", number=len(uow.registry.unindexed))
        yield Attention(told, "core.configure", "fields.overview")
