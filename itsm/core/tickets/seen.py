"""What a requester may see of a ticket: its public fields, and the events that concern them. Staff see all."""

from collections.abc import Mapping
from typing import Any

from itsm.core.act import Actor
from itsm.core.hookspecs.declarations import Field
from itsm.core.ledger.models import Event

FOR_REQUESTERS = frozenset({"ticket_opened", "ticket_moved", "comment_added", "file_attached"})
ALWAYS_SHOWN = frozenset({
    "attachment", "body", "category", "comment", "description", "name", "outcome", "public", "size", "state", "title",
})  # fmt: skip


def is_staff(actor: Actor) -> bool:
    """Whether the actor may see what is internal."""
    return actor.may("tickets.internal")


def may_see_event(actor: Actor, event: Event) -> bool:
    """Internal notes, faults of plugins and the like are for staff."""
    return is_staff(actor) or (event.type in FOR_REQUESTERS and event.facts.get("public", True) is not False)


def seen(actor: Actor, values: Mapping[str, Any], declared: Mapping[str, Field]) -> dict[str, Any]:
    """The facts, texts or fields that the actor may see, by name."""
    if is_staff(actor):
        return dict(values)
    return {n: v for n, v in values.items() if n in ALWAYS_SHOWN or (n in declared and declared[n].public)}
