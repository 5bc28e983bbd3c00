"""What is known of a ticket, name by name, each changed where it stands."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from flask import url_for

from itsm.core.fields.guarded import read_only
from itsm.core.fields.shown import fields_by_name
from itsm.core.people.names import marked
from itsm.core.tickets.models import Ticket
from itsm.core.tickets.pages.inputs import OWN, PEOPLE, fields_here, inputs_on, texts_of
from itsm.core.tickets.pages.labels import NOTHING, Labels
from itsm.core.tickets.rules import UNFINISHED
from itsm.core.tickets.values import COLUMNS, values_of
from itsm.core.tickets.verbs.demands import standing_of
from itsm.core.web import actor
from itsm.core.web.inputs import Input
from itsm.core.web.words import left
from itsm.core.work.uow import UnitOfWork

HEAD = ("title", "description")
STAFF = (
    "assignee", "team", "priority", "requested_for", "contact", "organisation", "service", "topic", "closing_topic",
    "source", "registered_by",
)  # fmt: skip
REQUESTER = ("assignee", "requested_for", "service")
KEYS = {"title": "i", "description": "d", "assignee": "a", "team": "g", "priority": "p", "service": "v", "topic": "o"}


@dataclass(slots=True)
class Editing:
    """The one value that is being changed on the page. was: what its input held when it was made, as JSON."""

    input: Input
    was: str


@dataclass(slots=True)
class Fact:
    """One name and its value. key: the key on which it is changed; editable: by this actor, as the ticket stands."""

    name: str
    label: str
    text: Any = ""
    url: str = ""
    long: bool = False
    editable: bool = False
    editing: Editing | None = None

    @property
    def key(self) -> str:
        """The key that opens it."""
        return KEYS.get(self.name, "")

    @property
    def id(self) -> str:
        """The id of its element."""
        return "fact-" + self.name.replace(".", "-")


@dataclass(slots=True)
class Facts:
    """Those at the head by name, those that are filled in, and those that could be. assignable: what the assignee's
    input would hold now, as JSON, where it may be changed."""

    head: dict[str, Fact] = field(default_factory=dict)
    filled: list[Fact] = field(default_factory=list)
    empty: list[Fact] = field(default_factory=list)
    assignable: str = ""


def facts_of(
    uow: UnitOfWork, labels: Labels, ticket: Ticket, *, staff: bool, worker: bool, editing: Editing | None
) -> Facts:
    """All that this actor may see; for those who work on the ticket also what is empty and may be filled in."""
    changed = _changeable(uow, ticket) if worker and _can_change(uow, ticket) else set()
    found = Facts()
    if "assignee" in changed:
        assignee = ticket.assignee_id
        found.assignable = json.dumps({"assignee": [marked(labels.person(assignee), assignee)]})
    for fact in (*_own(labels, ticket, staff), *_declared(uow, labels, ticket, staff, changed)):
        fact.editable = fact.name in changed
        if editing is not None and editing.input.name == fact.name:
            fact.editing = editing
        if fact.name in HEAD:
            found.head[fact.name] = fact
        elif fact.text or fact.editing or fact.name in ("assignee", "team"):
            found.filled.append(fact)
        elif fact.editable:
            found.empty.append(fact)
    return found


def _can_change(uow: UnitOfWork, ticket: Ticket) -> bool:
    return ticket.kind in uow.registry.kinds and ticket.category != "closed"


def _changeable(uow: UnitOfWork, ticket: Ticket) -> set[str]:
    """The names of what people may change here."""
    values = values_of(ticket)
    names = {*OWN, *fields_here(uow, ticket.kind, values)[0], *ticket.fields}
    declared = uow.registry.fields_of("ticket")
    plugins = {name for name in names if name in declared and declared[name].written_by == "plugin"}
    return names - plugins - read_only(uow, standing_of(uow, ticket.kind, values))


def _own(labels: Labels, ticket: Ticket, staff: bool) -> Iterator[Fact]:
    for name in (*HEAD, *(STAFF if staff else REQUESTER)):
        value = getattr(ticket, COLUMNS[name])
        same = name in ("contact", "registered_by") and value == ticket.requested_for_id
        text = "" if value in (None, "") or same else labels.shown(name, value)
        yield Fact(name, labels.name(name), text, _url(ticket, name, value) if text else "")


def _url(ticket: Ticket, name: str, value: Any) -> str:
    if not actor().may("people.read", ticket.organisation_id):
        return ""
    if name in (*PEOPLE, "registered_by"):
        return url_for("people.person", person_id=value)
    return url_for("people.organisation", organisation_id=value) if name == "organisation" else ""


def _declared(uow: UnitOfWork, labels: Labels, ticket: Ticket, staff: bool, changed: set[str]) -> Iterator[Fact]:
    """The fields that are filled in, then those that may be."""
    held = fields_by_name(uow, "ticket", ticket, staff=staff)
    declared = uow.registry.fields_of("ticket")
    for name, shown in held.items():
        due = declared[name].due and ticket.category in UNFINISHED
        text = left(ticket.fields[name]) if due else shown.text
        yield Fact(name, shown.name, text or NOTHING, shown.url, shown.long)
    for name in sorted(changed & declared.keys() - held.keys(), key=lambda name: (declared[name].order, name)):
        yield Fact(name, labels.name(name), long=declared[name].type == "long_text")


def editing_of(uow: UnitOfWork, ticket: Ticket, name: str) -> Editing | None:
    """What changes one value in its place; None for what this actor may not change now."""
    if not _can_change(uow, ticket) or name not in _changeable(uow, ticket):
        return None
    made = inputs_on(uow, ticket, [name])
    return Editing(made[0], json.dumps(texts_of(made))) if made else None
