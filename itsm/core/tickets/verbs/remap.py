"""A new life cycle and the tickets that stand in states which it has not: refuse, tell, or owe their move."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import func, select

from itsm.core.configuration.verbs import document
from itsm.core.errors import Invalid, Refusal
from itsm.core.hookspecs.declarations import Finding
from itsm.core.texts import Message, say
from itsm.core.tickets.models import Ticket
from itsm.core.tickets.rules import Workflow, removed_states
from itsm.core.work.uow import UnitOfWork

Body = Mapping[str, Any]


def workflow_body(uow: UnitOfWork, kind: str) -> Body:
    """The life cycle in force."""
    return document(uow, f"workflow.{kind}").body


def refuse_homeless(uow: UnitOfWork, kind: str, old: Body, new: Body) -> None:
    """Refuse a life cycle without a state in which tickets stand, unless it says where they go."""
    mapping = new.get("mapping", {})
    lost = [state for state in removed_states(old, new) if state not in mapping]
    refusals = [Refusal(f"mapping.{state}", _homeless(state, count)) for state, count in _standing(uow, kind, lost)]
    if refusals:
        raise Invalid(refusals=refusals)


def _homeless(state: str, count: int) -> Message:
    return say(
        "{count} tickets stand in the state {state}, which is removed; say in `mapping` in which one they stand then.",
        count=count, state=state,
    )  # fmt: skip


def find_removed(uow: UnitOfWork, kind: str, old: Body, new: Body) -> Sequence[Finding]:
    """What becomes of the tickets in each state that the new life cycle has not."""
    before, after = Workflow.parse(old), Workflow.parse(new)
    findings = []
    for state, count in _standing(uow, kind, removed_states(old, new)):
        place = f"mapping.{state}"
        if state not in after.mapping:
            findings.append(Finding(place, _homeless(state, count), "error"))
            continue
        target = after.states[after.mapping[state]]
        told = say("{count} tickets pass from {state} to {target}.", count=count, state=state, target=target.key)
        other = state in before.states and before.states[state].category != target.category
        findings.append(Finding(place, told, "warn" if other else "info"))
    return findings


def follow_workflow(uow: UnitOfWork, kind: str, old: Body, new: Body) -> None:
    """The life cycle is in force: who is touched follows at once, the others by a long job, each with its event."""
    refuse_homeless(uow, kind, old, new)
    removed = removed_states(old, new)
    if _standing(uow, kind, removed):
        uow.later("core.remap", kind=kind, states=list(removed))


def _standing(uow: UnitOfWork, kind: str, states: Collection[str]) -> Sequence[tuple[str, int]]:
    """Each of these states in which tickets stand, and how many."""
    if not states:
        return []
    counted = select(Ticket.state, func.count()).where(Ticket.kind == kind, Ticket.state.in_(states))
    rows = uow.session.execute(counted.group_by(Ticket.state).order_by(Ticket.state))
    return [(state, count) for state, count in rows]
