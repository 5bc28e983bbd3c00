"""Entries of documents that records hold: topics, priorities, choices. While one is held it cannot be removed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, func, select

from itsm.core.configuration.verbs import document
from itsm.core.db import json_text, table_of
from itsm.core.errors import Invalid, Refusal
from itsm.core.fields.verbs.filters import index_expression
from itsm.core.fields.verbs.move import SUBJECTS
from itsm.core.hookspecs.declarations import DocumentType, Field, Finding
from itsm.core.hookspecs.registry import Registry
from itsm.core.texts import say
from itsm.core.tickets.models import Ticket
from itsm.core.work.uow import UnitOfWork

Body = Mapping[str, Any]
# Document → its list, what identifies an entry, and the columns of tickets that hold it.
COLUMNS: Mapping[str, tuple[str, str, Sequence[Any]]] = {
    "core.topics": ("entries", "key", (Ticket.topic, Ticket.closing_topic)),
    "core.priorities": ("ranks", "rank", (Ticket.priority,)),
}


def keep_held(registry: Registry) -> None:
    """Let every document whose entries records may hold refuse to lose one that is held."""
    named = {field.document.partition("#")[0] for fields in registry.fields.values() for field in fields.values()}
    for name in registry.documents.keys() & (named | COLUMNS.keys()):
        registry.documents[name] = _kept(registry.documents[name])


def _kept(declared: DocumentType) -> DocumentType:
    def try_out(uow: UnitOfWork, body: Body) -> Sequence[Finding]:
        own = declared.try_out(uow, body) if declared.try_out is not None else ()
        lost = _lost(uow, declared.name, document(uow, declared.name).body, body)
        return [*own, *(Finding(refusal.field, refusal.message, "error") for refusal in lost)]

    def on_activate(uow: UnitOfWork, old: Body, new: Body) -> None:
        lost = list(_lost(uow, declared.name, old, new))
        if lost:
            raise Invalid(refusals=lost)
        if declared.on_activate is not None:
            declared.on_activate(uow, old, new)

    return replace(declared, try_out=try_out, on_activate=on_activate)


def _lost(uow: UnitOfWork, name: str, old: Body, new: Body) -> Iterator[Refusal]:
    """One refusal for each removed entry that some record holds, with how many do."""
    counts: dict[tuple[str, Any], int] = {}
    if name in COLUMNS:
        part, identity, columns = COLUMNS[name]
        gone = _gone(old, new, part, identity)
        for column in columns if gone else ():
            for value, count in uow.session.execute(
                select(column, func.count()).where(column.in_(gone)).group_by(column)
            ):
                counts[part, value] = counts.get((part, value), 0) + count
    for subject, field, part in _fields(uow, name):
        for value in _gone(old, new, part, "key"):
            if count := _count(uow, subject, field, value):
                counts[part, value] = counts.get((part, value), 0) + count
    for (part, value), count in sorted(counts.items(), key=str):
        told = say(
            "{count} records hold {key}. Keep it; in a list with `active`, `active: false` takes it out of choices.",
            count=count, key=value,
        )  # fmt: skip
        yield Refusal(f"{part}.{value}", told)


def _gone(old: Body, new: Body, part: str, identity: str) -> Sequence[Any]:
    stay = {entry[identity] for entry in new[part]}
    return [entry[identity] for entry in old[part] if entry[identity] not in stay]


def _fields(uow: UnitOfWork, name: str) -> Iterator[tuple[str, Field, str]]:
    for subject, fields in uow.registry.fields.items():
        for field in fields.values():
            document, _, part = field.document.partition("#")
            if document == name and subject in SUBJECTS:
                yield subject, field, part or "entries"


def _count(uow: UnitOfWork, subject: str, field: Field, value: str) -> int:
    table = table_of(SUBJECTS[subject])
    column = f"{table.name}.fields"
    held: ColumnElement[bool] = index_expression(field, column) == value
    if field.type == "choices":
        held = json_text(column, field.name).contains(f'"{value}"', autoescape=True)
    return uow.session.scalar(select(func.count()).select_from(table).where(held)) or 0
