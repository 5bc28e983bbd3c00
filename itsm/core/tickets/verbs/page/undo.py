"""Take back one's own newest act on a ticket; that is an act of its own, with its event."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from itsm.core.errors import Conflict
from itsm.core.ledger.models import Event
from itsm.core.ledger.verbs import history
from itsm.core.texts import say
from itsm.core.tickets.models import Ticket
from itsm.core.tickets.seen import may_on
from itsm.core.tickets.values import EDITABLE, values_of
from itsm.core.tickets.verbs.around import Told
from itsm.core.tickets.verbs.change import change_ticket
from itsm.core.tickets.verbs.draft import lock_ticket, workflow_of
from itsm.core.tickets.verbs.move import run_transition
from itsm.core.tickets.verbs.surround import add_tag, remove_tag, unwatch, watch
from itsm.core.work.uow import UnitOfWork

WITHIN = timedelta(hours=1)
FOLLOWS = ("ticket_taken", "plugin_failed")  # what an act brings with it
RECENT = 60  # events in which one's own newest act is looked for


@dataclass(frozen=True, slots=True)
class Undo:
    """The event of the act, and what takes it back: a transition, values, or a tag or watcher by the event's type."""

    event: Event
    texts: Mapping[str, Any]
    changes: dict[str, Any] = field(default_factory=dict)
    transition: str = ""


def undo_for(uow: UnitOfWork, ticket: Ticket, told: Iterable[Told]) -> Undo | None:
    """How the actor's newest act among these events can be taken back; None when it cannot.

    It can within an hour, while what it made is still so and the life cycle has a way back.
    """
    me = uow.act.actor.person_id
    if me is None or ticket.category == "closed" or ticket.kind not in uow.registry.kinds:
        return None
    mine = [pair for pair in told if pair[0].actor_id == me and pair[0].type not in FOLLOWS]
    if not mine or mine[-1][0].origin != "live" or uow.now - mine[-1][0].occurred_at > WITHIN:
        return None
    event, texts = mine[-1]
    if event.type in ("ticket_changed", "ticket_moved"):
        return _back(uow, ticket, event, texts)
    return (
        Undo(event, texts) if event.type in ("tag_added", "tag_removed", "watcher_added", "watcher_removed") else None
    )


def _back(uow: UnitOfWork, ticket: Ticket, event: Event, texts: Mapping[str, Any]) -> Undo | None:
    pairs = {n: v for n, v in {**event.facts, **texts}.items() if isinstance(v, list) and len(v) == 2}
    now = values_of(ticket)
    if "parent" in pairs or any(now.get(name) != new for name, (_, new) in pairs.items()):
        return None
    changes = {name: old for name, (old, _) in pairs.items() if _settable(uow, name)}
    if pairs.get("priority_pinned") == [False, True]:
        changes["priority"] = None
    elif "priority_pinned" not in pairs and not ticket.priority_pinned:
        changes.pop("priority", None)
    if event.type == "ticket_changed":
        return Undo(event, texts, changes) if changes else None
    way = _way_back(uow, ticket, pairs)
    return Undo(event, texts, changes, way) if way else None


def _settable(uow: UnitOfWork, name: str) -> bool:
    declared = uow.registry.fields_of("ticket").get(name)
    return declared.written_by == "people" if declared is not None else name in EDITABLE


def _way_back(uow: UnitOfWork, ticket: Ticket, pairs: Mapping[str, list[Any]]) -> str:
    """The transition to where the ticket stood; '' when the life cycle has none that people may take."""
    before = pairs.get("state", [""])[0]
    for way in workflow_of(uow, ticket.kind)[1].leaving(ticket.state):
        allowed = not way.permission or may_on(uow.act.actor, way.permission, ticket)
        if way.target == before and not way.hidden and allowed:
            return way.key
    return ""


def undo_act(uow: UnitOfWork, *, number: int, event_id: int) -> None:
    """Take back one's own newest act, known by its event; raises `Conflict` when it cannot be any more."""
    ticket = lock_ticket(uow, number, "tickets.work")
    recent = history(uow.session, "ticket", number, types=())[-RECENT:]
    undo = undo_for(uow, ticket, recent)
    if undo is None or undo.event.id != event_id:
        raise Conflict(say("It cannot be undone any more: something came after it."))
    type, tag, person = undo.event.type, str(undo.texts.get("tag", "")), undo.event.facts.get("person")
    if type == "tag_added":
        remove_tag(uow, number=number, tag=tag)
    elif type == "tag_removed":
        add_tag(uow, number=number, tag=tag)
    elif type == "watcher_added":
        unwatch(uow, number=number, person_id=person)
    elif type == "watcher_removed":
        watch(uow, number=number, person_id=person)
    elif undo.transition:
        run_transition(uow, ticket, undo.transition, undo.changes, by_person=True)
    else:
        change_ticket(uow, number=number, changes=undo.changes)
