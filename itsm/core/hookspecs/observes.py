"""*Observes*: called after the commit, owed: retried when they fail, dead and visible in the end.

Each observer has a lane per subject, so it sees the events of one ticket in order. It is done exactly once in the
database; what it does outside may be repeated, with the same key.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from itsm.core.hookspecs.marks import spec

if TYPE_CHECKING:
    from itsm.core.work.uow import UnitOfWork


@dataclass(frozen=True, slots=True)
class Happened:
    """An event as observers get it: ids and codes only; `facts` holds name → [old, new] or plain values."""

    event_id: int
    type: str
    stream: str
    subject_id: int
    seq: int
    occurred_at: datetime
    origin: str
    actor_id: int | None
    facts: Mapping[str, Any]


@spec("observes")
def ticket_opened(uow: "UnitOfWork", event: Happened) -> None:
    """A ticket was opened."""


@spec("observes")
def ticket_changed(uow: "UnitOfWork", event: Happened) -> None:
    """Fields, people or assignment of a ticket changed; `event.facts` says which."""


@spec("observes")
def ticket_moved(uow: "UnitOfWork", event: Happened) -> None:
    """A ticket passed from one state to another; `event.facts["state"]` is [old, new]."""


@spec("observes")
def comment_added(uow: "UnitOfWork", event: Happened) -> None:
    """A public comment or an internal note was added."""


@spec("observes")
def ticket_activated(uow: "UnitOfWork", event: Happened) -> None:
    """An imported ticket that is not closed takes up its life in this desk: start its timers, from its own moments.

    It may come again for the same ticket, when a longer export added to its past; a timer that runs is left alone.
    """


@spec("observes")
def ledger_sealed(uow: "UnitOfWork", event: Happened) -> None:
    """A seal of the ledger was written; `event.facts` holds its number, cursor, root, digest and count of events.

    Here a plugin can mail it, or have it timestamped by somebody else: what left the house cannot be taken back.
    """
