"""Bring in the past of a ticket: events with the times at which they happened, repeatable, whole or not at all."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import select

from itsm.core.errors import Conflict, Forbidden, Invalid, Refusal
from itsm.core.fields.verbs import clean_fields
from itsm.core.ledger.rules import GENESIS, canonical
from itsm.core.ledger.verbs import append
from itsm.core.texts import fold, say
from itsm.core.tickets.models import Comment, ImportMark, Ticket
from itsm.core.tickets.rules import State, Workflow
from itsm.core.tickets.values import COLUMNS, difference, snapshot, split_texts, values_of
from itsm.core.tickets.verbs.draft import workflow_of
from itsm.core.work.uow import UnitOfWork

Verdict = Literal["created", "updated", "unchanged"]


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happened to an imported ticket: the values it had from then on, or a comment, or both.

    at: an aware moment. values: by name, only those that are known at this step; `state` is the key of a state.
    actor: what the other system calls the one who did it.
    """

    at: datetime
    values: Mapping[str, Any] = field(default_factory=dict)
    comment: str = ""
    public: bool = False
    author_id: int | None = None
    actor: str = ""

    def digest(self, previous: bytes) -> bytes:
        """The digest over all steps up to this one."""
        plain = [self.at, dict(self.values), self.comment, self.public, self.actor]
        return hashlib.sha256(previous + canonical(plain)).digest()


@dataclass(slots=True)
class Recorded:
    """What became of one ticket's history."""

    verdict: Verdict
    ticket_id: int
    events: int


def record_history(uow: UnitOfWork, *, source: str, external_id: str, kind: str, steps: Sequence[Step]) -> Recorded:
    """Write the history of one ticket of another system, known by (source, external_id).

    A second time the steps that are there already are skipped and the rest is appended; a past that differs from what
    was imported is refused. Guards do not judge the past, field types and the life cycle's states do. Nothing is owed
    but to observers that declare `replays`. Raises `Invalid` with the number of the step in the field's name.
    """
    if uow.act.origin != "import":
        raise Forbidden(say("Only an import writes the past."))
    if kind not in uow.registry.kinds:
        raise Invalid.field("kind", say("There is no type {kind}.", kind=kind))
    _, workflow = workflow_of(uow, kind)
    known = select(Ticket).where(Ticket.external_source == source, Ticket.external_id == external_id)
    ticket = uow.session.scalars(known.with_for_update()).first()
    mark = uow.session.get(ImportMark, ticket.id) if ticket else None
    fresh, digest = _new_steps(steps, mark)
    if ticket is not None and not fresh:
        return Recorded("unchanged", ticket.id, 0)
    checked = _checked(uow, workflow, fresh, len(steps) - len(fresh))
    verdict: Verdict = "updated" if ticket else "created"
    ticket = ticket or _new_ticket(uow, workflow, source, external_id, kind, fresh[0].at, checked[0])
    events = sum(_apply(uow, workflow, ticket, step, values) for step, values in zip(fresh, checked, strict=True))
    if mark is None:
        uow.session.add(ImportMark(ticket_id=ticket.id, steps=len(steps), digest=digest))
    else:
        mark.steps, mark.digest = len(steps), digest
    uow.session.flush()
    return Recorded(verdict, ticket.id, events)


def _new_steps(steps: Sequence[Step], mark: ImportMark | None) -> tuple[Sequence[Step], bytes]:
    """The steps that were not imported yet, and the digest over all of them."""
    if not steps:
        raise Invalid.field("steps", say("There is nothing to import."))
    digest, seen = GENESIS, mark.steps if mark else 0
    for number, step in enumerate(steps, 1):
        digest = step.digest(digest)
        if mark is not None and number == seen and digest != mark.digest:
            raise Conflict(say("Its past differs from what was imported before."))
    if len(steps) < seen:
        raise Conflict(say("It has fewer events than were imported before."))
    return steps[seen:], digest


def _checked(uow: UnitOfWork, workflow: Workflow, steps: Sequence[Step], offset: int) -> list[dict[str, Any]]:
    """The values of each step in their stored form; all refusals at once."""
    checked, refusals = [], []
    for number, step in enumerate(steps, offset + 1):
        own = {name: value for name, value in step.values.items() if name in COLUMNS}
        fields, wrong = clean_fields(uow, "ticket", {n: v for n, v in step.values.items() if n not in COLUMNS})
        if own.get("state", workflow.initial) not in workflow.states:
            wrong.append(Refusal("state", say("There is no state {key}.", key=own["state"])))
        refusals += [Refusal(f"{number}.{r.field}", r.message) for r in wrong]
        checked.append(own | fields)
    if refusals:
        raise Invalid(refusals=refusals)
    return checked


def _new_ticket(
    uow: UnitOfWork,
    workflow: Workflow,
    source: str,
    external_id: str,
    kind: str,
    at: datetime,
    first: Mapping[str, Any],
) -> Ticket:
    state = workflow.states[first.get("state", workflow.initial)]
    title = str(first.get("title") or external_id)[:300]
    ticket = Ticket(
        kind=kind,
        state=state.key,
        category=state.category,
        outcome="",
        title=title,
        title_fold=fold(title),
        description="",
        priority=first.get("priority") or 3,
        priority_pinned=True,
        source="import",
        premium=False,
        fields={},
        version=0,
        opened_at=at,
        updated_at=at,
        external_source=source,
        external_id=external_id,
    )
    uow.session.add(ticket)
    uow.session.flush()
    return ticket


def _apply(uow: UnitOfWork, workflow: Workflow, ticket: Ticket, step: Step, values: dict[str, Any]) -> int:
    """Apply one step; how many events it wrote: none when nothing differs, two when it also comments."""
    before = values_of(ticket) if ticket.version else {}
    after = {**values_of(ticket), **values}
    target = workflow.states[after["state"]]
    after["category"], after["outcome"] = target.category, _outcome(target, before.get("outcome") or "")
    after = {name: value for name, value in after.items() if name in COLUMNS or value is not None}
    changes = difference(before, after)
    events = 0
    if changes:
        _write(ticket, after, step.at, target)
        type = "ticket_moved" if "state" in changes and before else "ticket_changed" if before else "ticket_opened"
        told = changes if before else {n: v for n, v in after.items() if v not in (None, "", False)}
        _tell(uow, ticket, step, type, told)
        events += 1
    if step.comment:
        events += _comment(uow, ticket, step)
    return events


def _outcome(target: State, before: str) -> str:
    if target.category in ("new", "open", "waiting"):
        return ""
    return target.outcome or before


def _write(ticket: Ticket, values: Mapping[str, Any], at: datetime, target: State) -> None:
    for name, column in COLUMNS.items():
        setattr(ticket, column, values[name])
    ticket.fields = {name: value for name, value in values.items() if name not in COLUMNS}
    ticket.title_fold = fold(ticket.title)
    ticket.version += 1
    ticket.updated_at = max(ticket.updated_at, at)
    if target.category in ("new", "open", "waiting"):
        ticket.resolved_at = ticket.closed_at = None
    elif ticket.resolved_at is None:
        ticket.resolved_at = at
    if target.category == "closed" and ticket.closed_at is None:
        ticket.closed_at = at
    if target.category == "open" and ticket.taken_at is None:
        ticket.taken_at = at


def _comment(uow: UnitOfWork, ticket: Ticket, step: Step) -> int:
    comment = Comment(
        ticket_id=ticket.id,
        public=step.public,
        author_id=step.author_id,
        author=step.actor[:200],
        body=step.comment,
        channel="import",
        created_at=step.at,
    )
    uow.session.add(comment)
    uow.session.flush()
    content = {"comment": comment.id, "public": step.public, "body": step.comment}
    _tell(uow, ticket, step, "comment_added", content)
    return 1


def _tell(uow: UnitOfWork, ticket: Ticket, step: Step, type: str, content: Mapping[str, Any]) -> None:
    facts, texts = split_texts(content, uow.registry.fields_of("ticket"))
    if step.actor:
        texts["by"] = step.actor
    append(
        uow,
        stream="ticket",
        subject_id=ticket.id,
        type=type,
        facts=facts,
        texts=texts,
        after=snapshot(ticket.kind, values_of(ticket)),
        occurred_at=step.at,
    )
