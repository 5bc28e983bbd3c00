"""Values of fields whose type changes or that are removed: kept unless somebody says what becomes of them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import func, select

from itsm.core.configuration.verbs import document
from itsm.core.db import json_text, table_of
from itsm.core.errors import Refusal
from itsm.core.fields.rules import clean
from itsm.core.fields.schemas import entries, field_of
from itsm.core.fields.verbs.move import SUBJECTS, rewrite
from itsm.core.texts import say
from itsm.core.work.uow import UnitOfWork

REST = "*"
WIDER = frozenset({("text", "long_text"), ("whole", "decimal"), ("date", "text"), ("choice", "text")})
MOST_VALUES = 200
Entries = Mapping[str, Mapping[str, Any]]


def lost_values(uow: UnitOfWork, body: Mapping[str, Any], old: Mapping[str, Any] | None = None) -> list[Refusal]:
    """Why a body cannot follow the one in force: fields with values that it forgets or that change their type."""
    before = _by_name(old if old is not None else document(uow, "core.fields").body)
    return [refusal for name, entry in before.items() for refusal in _lost(uow, name, entry, body)]


def _by_name(body: Mapping[str, Any]) -> Entries:
    return {entry["name"]: entry for entry in entries(body) if not entry["remove"]}


def _lost(uow: UnitOfWork, name: str, before: Mapping[str, Any], body: Mapping[str, Any]) -> Iterator[Refusal]:
    number, after = next(((n, e) for n, e in enumerate(entries(body)) if e["name"] == name), (None, None))
    if after is not None and (after["remove"] or not _changes(before, after)):
        if not after["remove"]:
            yield from _lost_choices(uow, number, before, after)
        return
    count = _count(uow, before["subject"], name)
    if not count:
        return
    if after is None:
        yield Refusal("fields", say(
            "{count} rows hold a value of {name}. Keep its entry and write `remove: true` in it to remove them all.",
            count=count, name=name,
        ))  # fmt: skip
    elif after["subject"] != before["subject"]:
        yield Refusal(f"fields.{number}.subject", say("{count} rows hold a value of {name}.", count=count, name=name))
    elif after["mapping"] is None:
        yield Refusal(f"fields.{number}.type", say(
            "{count} rows hold a value of the type {old}. Write a `mapping` from old values to new ones (null removes, "
            '"*" stands for the rest), or give the new field another name.', count=count, old=before["type"],
        ))  # fmt: skip
    elif unmapped := _unmapped(uow, name, before["subject"], after["mapping"]):
        listed = ", ".join(unmapped)
        yield Refusal(f"fields.{number}.mapping", say('Not mapped: {listed}; "*" stands for the rest.', listed=listed))


def _lost_choices(
    uow: UnitOfWork, number: int | None, before: Mapping[str, Any], after: Mapping[str, Any]
) -> Iterator[Refusal]:
    """Choices that are gone and that rows hold."""
    gone = _gone(before, after) - (after["mapping"] or {}).keys()
    if not gone or REST in (after["mapping"] or {}):
        return
    held = sorted(gone & set(_distinct(uow, before["subject"], before["name"])))
    if held:
        sentence = say("Rows hold {listed}. Write a `mapping` from each of them to another value or to null.",
                       listed=", ".join(held[:10]))  # fmt: skip
        yield Refusal(f"fields.{number}.choices", sentence)


def _gone(before: Mapping[str, Any], after: Mapping[str, Any]) -> set[str]:
    if before["type"] != "choice" or after["type"] != "choice":
        return set()
    return {c["value"] for c in before["choices"]} - {c["value"] for c in after["choices"]}


def _distinct(uow: UnitOfWork, subject: str, name: str) -> Sequence[str]:
    table = table_of(SUBJECTS[subject])
    value = json_text(f"{table.name}.fields", name)
    statement = select(value).select_from(table).where(value.is_not(None)).distinct().limit(MOST_VALUES)
    return [str(one) for one in uow.session.scalars(statement)]


def _changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Whether stored values stop being values of the field."""
    if before["subject"] != after["subject"] or before["reference"] != after["reference"]:
        return True
    return before["type"] != after["type"] and (before["type"], after["type"]) not in WIDER


def _count(uow: UnitOfWork, subject: str, name: str) -> int:
    table = table_of(SUBJECTS[subject])
    there = json_text(f"{table.name}.fields", name).is_not(None)
    return uow.session.scalar(select(func.count()).select_from(table).where(there)) or 0


def _unmapped(uow: UnitOfWork, name: str, subject: str, mapping: Mapping[str, Any]) -> list[str]:
    if REST in mapping:
        return []
    return sorted({*_distinct(uow, subject, name)} - mapping.keys())[:10]


def rework(uow: UnitOfWork, old: Mapping[str, Any], new: Mapping[str, Any]) -> None:
    """Owe the rewriting of the values of every field that changes its type or is removed."""
    before = _by_name(old)
    for entry in entries(new):
        name, was = entry["name"], before.get(entry["name"])
        if was is None or not (entry["remove"] or _changes(was, entry) or _gone(was, entry)):
            continue
        mapping = {REST: None} if entry["remove"] else _cleaned(entry)
        if mapping is not None and not entry["remove"] and not _changes(was, entry):
            mapping = {choice["value"]: choice["value"] for choice in entry["choices"]} | mapping
        if mapping is not None and _count(uow, was["subject"], name):
            uow.later("core.rework_field", subject=was["subject"], name=name, mapping=mapping)


def _cleaned(entry: Mapping[str, Any]) -> dict[str, Any] | None:
    """The mapping with its new values in their stored form."""
    if entry["mapping"] is None:
        return None
    field = field_of(entry)
    codes = [choice.value for choice in field.choices]
    return {old: clean(field, new, codes) for old, new in entry["mapping"].items()}


def rework_field(uow: UnitOfWork, *, subject: str, name: str, mapping: Mapping[str, Any], after: int = 0) -> None:
    """Rewrite the values of a batch of rows, each with its event, and owe the next batch."""
    model = SUBJECTS[subject]
    there = json_text(f"{table_of(model).name}.fields", name).is_not(None)
    statement = select(model).where(there, model.id > after).order_by(model.id).limit(MOST_VALUES).with_for_update()
    rows = uow.session.scalars(statement.execution_options(populate_existing=True)).all()
    for row in rows:
        key = _key(row.fields[name])
        value = mapping.get(key, mapping.get(REST))
        if value != row.fields[name]:
            rewrite(uow, subject, row, {name: value})
    uow.session.flush()
    if len(rows) == MOST_VALUES:
        uow.later("core.rework_field", subject=subject, name=name, mapping=dict(mapping), after=rows[-1].id)


def _key(value: Any) -> str:
    return ("true" if value else "false") if isinstance(value, bool) else str(value)
