"""What another list would have made of the tickets that were opened last: the whole opening again, nothing written."""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any, NamedTuple

from itsm.blocks.rules.rules.run import RuleList
from itsm.blocks.rules.verbs.opening import apply_rules, openings
from itsm.core.hookspecs.declarations import Finding
from itsm.core.hookspecs.guards import Draft
from itsm.core.texts import say
from itsm.core.tickets.models import Ticket
from itsm.core.tickets.values import difference
from itsm.core.tickets.verbs.draft import settle_priority
from itsm.core.work.uow import UnitOfWork

TRIED, TOLD = 200, 20


class Predicted(NamedTuple):
    """A ticket that would have been opened otherwise: name → [by the list in force, by the new one]."""

    number: int
    changes: Mapping[str, Sequence[Any]]
    rules: Sequence[str]


def predict(uow: UnitOfWork, new: RuleList, old: RuleList, *, limit: int = TRIED) -> tuple[int, Sequence[Predicted]]:
    """(how many tickets were tried, those that would differ), of the last `limit` that the actor may see."""
    statement = uow.query(Ticket, Ticket.id).order_by(Ticket.id.desc()).limit(limit)
    tried, found = 0, []
    for event, draft in openings(uow, list(uow.session.scalars(statement))):
        tried += 1
        before, _ = _opened(uow, draft, old)
        after, matched = _opened(uow, draft, new)
        changes = difference(before, after)
        if changes:
            found.append(Predicted(event.subject_id, changes, matched))
    return tried, found


def _opened(uow: UnitOfWork, draft: Draft, rules: RuleList) -> tuple[Mapping[str, Any], Sequence[str]]:
    """(the values with which the ticket would have been opened, the rules that matched)."""
    trial = deepcopy(draft)
    outcome = apply_rules(uow, rules, trial)
    settle_priority(uow, trial)
    return trial.values, outcome.matched


def try_on_history(uow: UnitOfWork, new: RuleList, old: RuleList) -> Sequence[Finding]:
    """The predicted difference in sentences: how many tickets, then the newest of them one by one."""
    tried, found = predict(uow, new, old)
    summary = say(
        "Of the last {tried} tickets {count} would have been opened otherwise.", tried=tried, count=len(found)
    )
    told = [Finding("", summary, "info")]
    for ticket in found[:TOLD]:
        changes = "; ".join(f"{name}: {_word(old)} → {_word(new)}" for name, (old, new) in ticket.changes.items())
        rules = ", ".join(ticket.rules) or "–"
        sentence = say("#{number}: {changes} (rules: {rules}).", number=ticket.number, changes=changes, rules=rules)
        told.append(Finding("", sentence, "info"))
    return told


def _word(value: Any) -> str:
    return "–" if value is None else str(value)
