"""The past of a ticket as pure rules: steps, their digests, and the life that they tell."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, NamedTuple

from itsm.core.ledger.rules import GENESIS, canonical
from itsm.core.texts import fold
from itsm.core.tickets.rules import UNFINISHED, State, Workflow
from itsm.core.tickets.values import COLUMNS, difference, snapshot

Verdict = Literal["created", "updated", "unchanged"]


class PastFile(NamedTuple):
    """A stored file that came with a step."""

    name: str
    sha256: str
    size: int
    public: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happened to an imported ticket: the values it had from then on, a comment, files, or all of it.

    at: an aware moment. values: by name, only those that are known at this step; `state` is the key of a state.
    actor: what the other system calls the one who did it.
    """

    at: datetime
    values: Mapping[str, Any] = field(default_factory=dict)
    comment: str = ""
    public: bool = False
    author_id: int | None = None
    actor: str = ""
    files: Sequence[PastFile] = ()

    def said(self) -> Sequence[Any]:
        """What identifies this step."""
        files = [[f.name, f.sha256] for f in self.files]
        return [self.at, dict(self.values), self.comment, self.public, self.actor, *([files] if files else [])]


@dataclass(frozen=True, slots=True)
class History:
    """The past of one ticket, known by `external_id`.

    opened_at: by default the moment of the first step, never later than it. digests: one per step over all steps up
    to it, where the importer makes them from what the other system said; by default they are made from the steps.
    """

    external_id: str
    steps: Sequence[Step]
    opened_at: datetime | None = None
    digests: Sequence[bytes] = ()


class Known(NamedTuple):
    """What is there already of another system's ticket: its number, how many steps, the digest over them."""

    ticket_id: int
    steps: int
    digest: bytes
    worked_on: bool


@dataclass(slots=True)
class Fresh:
    """The steps of one history that are not here yet, with their values as they will be stored."""

    history: History
    first: int
    known: Known | None
    digest: bytes
    values: list[dict[str, Any]] = field(default_factory=list)

    @property
    def steps(self) -> Sequence[Step]:
        """The steps that are not here yet."""
        return self.history.steps[self.first :]


class Recorded(NamedTuple):
    """What became of one ticket's history."""

    verdict: Verdict
    ticket_id: int
    events: int


def chained_digests(said: Iterable[Any]) -> list[bytes]:
    """One digest per thing said, over it and all before it."""
    digest, digests = GENESIS, []
    for thing in said:
        digest = hashlib.sha256(digest + canonical(thing)).digest()
        digests.append(digest)
    return digests


@dataclass(frozen=True, slots=True)
class Told:
    """An event to be written: for a comment or a file its own row comes first, so that the event can name it."""

    type: str
    step: Step
    content: Mapping[str, Any]
    after: Mapping[str, Any]
    file: PastFile | None = None


@dataclass(slots=True)
class Life:
    """A ticket while its past is told: its values by name, its moments, and what is to be written in the ledger."""

    kind: str
    opened_at: datetime
    values: dict[str, Any] = field(default_factory=dict)
    version: int = 0
    updated_at: datetime | None = None
    taken_at: datetime | None = None
    resolved_at: datetime | None = None
    closed_at: datetime | None = None
    told: list[Told] = field(default_factory=list)

    def tell(self, workflow: Workflow, step: Step, values: Mapping[str, Any]) -> None:
        """Apply one step with its checked values; one that changes nothing and says nothing leaves no event."""
        before = self.values
        after = {**before, **values}
        target = workflow.states[after["state"]]
        after["category"], after["outcome"] = target.category, _outcome(target, after, values)
        if "priority" in values and values["priority"] is not None:
            after["priority_pinned"] = True
        after = {name: value for name, value in after.items() if name in COLUMNS or value is not None}
        changes = difference(before, after) if self.version else after
        self.values = after
        if changes:
            self._change(step, target, changes)
        seen = snapshot(self.kind, self.values)
        if step.comment:
            self.told.append(Told("comment_added", step, {"public": step.public, "body": step.comment}, seen))
        for file in step.files:
            content = {"size": file.size, "public": file.public, "name": file.name}
            self.told.append(Told("file_attached", step, content, seen, file))

    def _change(self, step: Step, target: State, changes: Mapping[str, Any]) -> None:
        if self.version:
            type = "ticket_moved" if "state" in changes else "ticket_changed"
        else:
            type = "ticket_opened"
            changes = {name: value for name, value in changes.items() if value not in (None, "", False)}
        self.version += 1
        self.updated_at = max(self.updated_at or step.at, step.at)
        self._stamp(target, step.at)
        self.told.append(Told(type, step, changes, snapshot(self.kind, self.values)))

    def _stamp(self, target: State, at: datetime) -> None:
        if target.category in UNFINISHED:
            self.resolved_at = self.closed_at = None
        elif self.resolved_at is None:
            self.resolved_at = at
        if target.category == "resolved":
            self.closed_at = None
        elif target.category == "closed" and self.closed_at is None:
            self.closed_at = at
        if target.category == "open" and self.taken_at is None:
            self.taken_at = at

    def row(self) -> dict[str, Any]:
        """The columns of the ticket's row."""
        columns = {column: self.values[name] for name, column in COLUMNS.items()}
        return columns | {
            "title_fold": fold(self.values["title"]),
            "fields": {name: value for name, value in self.values.items() if name not in COLUMNS},
            "version": self.version,
            "opened_at": self.opened_at,
            "updated_at": self.updated_at or self.opened_at,
            "taken_at": self.taken_at,
            "resolved_at": self.resolved_at,
            "closed_at": self.closed_at,
        }


def _outcome(target: State, after: Mapping[str, Any], given: Mapping[str, Any]) -> str:
    """What the step says itself counts first, then what its state means, then what held before."""
    if target.category in UNFINISHED:
        return ""
    return str(given.get("outcome") or target.outcome or after.get("outcome") or "")
