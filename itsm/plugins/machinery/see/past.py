"""What happened to one ticket: its events with the voices and faults of each, and what each event was owed to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import String, cast, or_, select

from itsm.core.ledger.models import Event
from itsm.core.tickets.models import Ticket
from itsm.core.tickets.seen import is_staff
from itsm.core.tickets.verbs.around import visible_history
from itsm.core.work.models import OwedCall
from itsm.core.work.uow import UnitOfWork
from itsm.plugins.machinery.see.faults import shown_error

# What an event keeps of how it was decided, beside what changed.
REASONS = ("transition", "workflow", "rules")
MOST_TIMERS = 100


@dataclass(frozen=True, slots=True)
class Delivery:
    """An owed call: of which plugin, which call or hook, and how it stands; error: why its last attempt failed."""

    id: int
    plugin: str
    name: str
    state: str
    attempts: int
    due: datetime
    done_at: datetime | None
    error: str


@dataclass(frozen=True, slots=True)
class Stop:
    """One event. voices: (plugin, value or None for a failure, reason). reasons: the transition, the revision of the
    life cycle, the rules. failed: the plugin and hook of an event that tells of a failure."""

    event_id: int
    seq: int
    type: str
    at: datetime
    actor: str
    channel: str
    request_id: str
    changed: Sequence[str] = ()
    voices: Sequence[tuple[str, int | None, str]] = ()
    reasons: Mapping[str, Any] = field(default_factory=dict)
    failed: tuple[str, str] | None = None
    deliveries: Sequence[Delivery] = ()


def what_happened(uow: UnitOfWork, *, ticket: Ticket) -> Sequence[Stop]:
    """The events that the reader may see, the oldest first; receipts of calls are kept for seven days."""
    uow.require("core.plugins")
    owed = _owed(uow, ticket)
    events = [event for event, _ in visible_history(uow, ticket)]
    return [_stop(uow, event, owed.get(event.id, ()), is_staff(uow.act.actor, ticket)) for event in events]


def timers_of(uow: UnitOfWork, *, ticket: Ticket) -> Sequence[Delivery]:
    """Calls that are still to come and name this ticket in their arguments, the soonest first."""
    uow.require("core.plugins")
    named = [cast(OwedCall.args[name].as_string(), String) == str(ticket.id) for name in ("number", "ticket_id")]
    wanted = select(OwedCall).where(OwedCall.state != "done", or_(*named))
    return [_delivery(uow, row) for row in uow.session.scalars(wanted.order_by(OwedCall.due).limit(MOST_TIMERS))]


def _owed(uow: UnitOfWork, ticket: Ticket) -> Mapping[int, Sequence[Delivery]]:
    """By event; the lane `<plugin>:ticket:<number>` is that of an observer, or of the core that tells them."""
    found: dict[int, list[Delivery]] = {}
    mine = OwedCall.lane.endswith(f":ticket:{ticket.id}", autoescape=True)
    for row in uow.session.scalars(select(OwedCall).where(mine).order_by(OwedCall.id)):
        found.setdefault(row.args.get("event", 0), []).append(_delivery(uow, row))
    return found


def _delivery(uow: UnitOfWork, row: OwedCall) -> Delivery:
    name = row.name.rpartition(":")[2]
    error = shown_error(uow.act.actor, row.error)
    return Delivery(row.id, row.plugin, name, row.state, row.attempts, row.due, row.done_at, error)


def _stop(uow: UnitOfWork, event: Event, deliveries: Sequence[Delivery], staff: bool) -> Stop:
    facts = event.facts if staff else {}
    failed = (str(facts.get("plugin", "")), str(facts.get("hook", ""))) if event.type == "plugin_failed" else None
    who = f"{event.actor} {event.actor_id}" if event.actor_id is not None and staff else event.actor
    return Stop(
        event.id, event.seq, event.type, event.occurred_at, who, event.channel, event.request_id,
        changed=[name for name, value in facts.items() if isinstance(value, list) and name not in ("voices", *REASONS)],
        voices=[tuple(voice) for voice in facts.get("voices", ())],
        reasons={name: facts[name] for name in REASONS if name in facts},
        failed=failed,
        deliveries=deliveries,
    )  # fmt: skip
