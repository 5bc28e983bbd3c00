"""Rewrite references to what was merged into another: in batches, each row with its event."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import or_, select

from itsm.core.db import table_of
from itsm.core.fields.verbs.filters import index_expression
from itsm.core.hookspecs.declarations import Field
from itsm.core.ledger.verbs import append
from itsm.core.people.models import Organisation, Person, Team
from itsm.core.tickets.models import Ticket
from itsm.core.tickets.values import snapshot, split_texts, values_of
from itsm.core.work.uow import UnitOfWork

SUBJECTS: Mapping[str, type[Any]] = {"ticket": Ticket, "person": Person, "organisation": Organisation, "team": Team}


def move_references(uow: UnitOfWork, kind: str, old: int, new: int, *, limit: int = 200) -> int:
    """Let up to `limit` rows whose fields refer to `old` refer to `new`; how many were found, 0 when none is left.

    For work that is owed: what is written anew follows the merge by itself (`ReferenceType.survivors`), so that a
    caller who repeats it until it answers 0 has them all.
    """
    moved = 0
    for subject, model in SUBJECTS.items():
        fields = _referring(uow, subject, kind)
        if fields and moved < limit:
            for row in _rows(uow, model, fields, old, limit - moved):
                _move(uow, subject, row, fields, old, new)
                moved += 1
    uow.session.flush()
    return moved


def _referring(uow: UnitOfWork, subject: str, kind: str) -> Sequence[Field]:
    return [f for f in uow.registry.fields_of(subject).values() if f.type == "reference" and f.reference == kind]


def _rows(uow: UnitOfWork, model: type[Any], fields: Sequence[Field], old: int, limit: int) -> Sequence[Any]:
    column = f"{table_of(model).name}.fields"
    named = or_(*(index_expression(field, column) == old for field in fields))
    statement = select(model).where(named).order_by(model.id).limit(limit).with_for_update()
    return uow.session.scalars(statement.execution_options(populate_existing=True)).all()


def _move(uow: UnitOfWork, subject: str, row: Any, fields: Sequence[Field], old: int, new: int) -> None:
    rewrite(uow, subject, row, {field.name: new for field in fields if row.fields.get(field.name) == old})


def rewrite(uow: UnitOfWork, subject: str, row: Any, values: Mapping[str, Any]) -> None:
    """Put checked values into the fields of a locked row, None removing them, and tell its history."""
    changes = {name: [row.fields.get(name), value] for name, value in values.items()}
    row.fields = {name: value for name, value in {**row.fields, **values}.items() if value is not None}
    if hasattr(row, "version"):
        row.version += 1
    after = None
    if subject == "ticket":
        row.updated_at = uow.now
        after = snapshot(row.kind, values_of(row))
    declared = uow.registry.fields_of(subject)
    facts, texts = split_texts({n: change for n, change in changes.items() if n in declared}, declared)
    texts |= {
        n: change for n, change in changes.items() if n not in declared
    }  # what a removed field held may name people
    append(uow, stream=subject, subject_id=row.id, type=f"{subject}_changed", facts=facts, texts=texts, after=after)
