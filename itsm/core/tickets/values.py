"""A ticket as names and values: the same names in drafts, forms, the API, filters and events."""

from collections.abc import Mapping
from typing import Any

from itsm.core.hookspecs.declarations import Field
from itsm.core.tickets.models import Ticket

COLUMNS = {
    "title": "title",
    "description": "description",
    "priority": "priority",
    "priority_pinned": "priority_pinned",
    "source": "source",
    "registered_by": "registered_by_id",
    "contact": "contact_id",
    "requested_for": "requested_for_id",
    "organisation": "organisation_id",
    "service": "service_id",
    "topic": "topic",
    "closing_topic": "closing_topic",
    "team": "team_id",
    "assignee": "assignee_id",
    "premium": "premium",
    "parent": "parent_id",
    "state": "state",
    "category": "category",
    "outcome": "outcome",
    "incomplete": "incomplete",
}
EDITABLE = frozenset(COLUMNS) - {
    "priority_pinned", "source", "registered_by", "premium", "parent", "state", "category", "outcome",
    "incomplete",
}  # fmt: skip
PEOPLE = ("contact", "requested_for", "assignee", "registered_by")
TEXTS = frozenset({"title", "description", "body", "name", "note", "tag"})
TYPED = frozenset({"text", "long_text", "file"})


def values_of(ticket: Ticket) -> dict[str, Any]:
    """The ticket by name, fields included."""
    return {name: getattr(ticket, column) for name, column in COLUMNS.items()} | dict(ticket.fields)


def snapshot(kind: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """What clocks and counters read, for the event row."""
    return {
        "kind": kind,
        "state": values["state"],
        "category": values["category"],
        "outcome": values["outcome"],
        "team_id": values["team"],
        "assignee_id": values["assignee"],
        "service_id": values["service"],
        "priority": values["priority"],
    }


def split_texts(changes: Mapping[str, Any], declared: Mapping[str, Field]) -> tuple[dict[str, Any], dict[str, Any]]:
    """(facts, texts): what people typed may name a person and must be erasable, so it goes to the side row."""
    facts: dict[str, Any] = {}
    texts: dict[str, Any] = {}
    for name, value in changes.items():
        typed = name in TEXTS or (name in declared and declared[name].type in TYPED)
        (texts if typed else facts)[name] = value
    return facts, texts


def difference(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, list[Any]]:
    """name → [old, new] for everything that differs."""
    names = dict.fromkeys([*before, *after])
    return {n: [before.get(n), after.get(n)] for n in names if before.get(n) != after.get(n)}
