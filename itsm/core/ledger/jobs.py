"""Expand an event into one owed call per observer, and load an event for an observer."""

from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from itsm.core.hookspecs.observes import Happened
from itsm.core.ledger.models import Event
from itsm.core.work.models import OwedCall
from itsm.core.work.uow import UnitOfWork


def expand(uow: UnitOfWork, *, event: int) -> None:
    """Owe the event to each enabled observer, each in its lane (plugin, subject)."""
    row = uow.session.get_one(Event, event)
    wanted = [o for o in uow.registry.observers.get(row.type, ()) if row.origin == "live" or o.replays]
    owed: list[dict[str, Any]] = [
        {
            "name": f"{observer.plugin}:{row.type}",
            "plugin": observer.plugin,
            "args": {"event": event},
            "lane": f"{observer.plugin}:{row.stream}:{row.subject_id}",
            "state": "due",
            "due": uow.now,
            "attempts": 0,
            "request_id": row.request_id,
            "created_at": uow.now,
        }
        for observer in wanted
    ]
    if owed:
        uow.session.execute(insert(OwedCall), owed)


def load_event(session: Session, event_id: int) -> Happened:
    """The event as observers get it."""
    row = session.get_one(Event, event_id)
    return Happened(
        row.id, row.type, row.stream, row.subject_id, row.seq, row.occurred_at, row.origin, row.actor_id,
        dict(row.facts),
    )  # fmt: skip
