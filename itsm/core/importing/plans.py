"""Put a mapping onto a file and a desk: every wrong key, column and code is told before a row is read."""

import difflib
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from marshmallow import Schema, ValidationError

from itsm.core.errors import Invalid, Refusal
from itsm.core.importing.outside.mappings import read_mapping
from itsm.core.importing.rules.cells import REFERRED, Column, Heading, Times, Unreadable, converter
from itsm.core.importing.rules.pasts import Plan
from itsm.core.importing.schemas import all_keys
from itsm.core.refusals import refusals_of
from itsm.core.texts import say
from itsm.core.tickets.verbs.history import SETTABLE, check_values
from itsm.core.work.uow import UnitOfWork

MAX_SOURCE = 40


def load_mapping(schema: type[Schema], name: str) -> dict[str, Any]:
    """A mapping that has the right shape; raises `Invalid` naming each wrong key and its place."""
    try:
        mapping: dict[str, Any] = schema().load(read_mapping(name))
    except ValidationError as error:
        raise Invalid(refusals=[_hinted(r) for r in refusals_of(error.messages)]) from error
    except RecursionError as error:
        raise Invalid.field("mapping", say("It is nested too deep.")) from error
    refusals = list(_wrong_times(mapping))
    if refusals:
        raise Invalid(refusals=refusals)
    return mapping


def _hinted(refusal: Refusal) -> Refusal:
    near = difflib.get_close_matches(refusal.field.rpartition(".")[2], all_keys(), 1)
    if str(refusal.message) != "Unknown field." or not near:
        return refusal
    return Refusal(refusal.field, say("There is no such key; {near}?", near=near[0]))


def _wrong_times(mapping: Mapping[str, Any]) -> Iterator[Refusal]:
    if mapping["zone"] not in available_timezones():
        yield Refusal("zone", say("{zone} is no zone; write one such as Europe/Moscow.", zone=mapping["zone"]))
    probe = datetime(2001, 2, 3, 4, 5, 6, tzinfo=UTC)
    for format in mapping["dates"]:
        try:
            if format != "iso":
                datetime.strptime(probe.strftime(format), format)
        except (ValueError, TypeError):
            yield Refusal("dates", say("{format} is no format of a date; write %d.%m.%Y %H:%M or iso.", format=format))


def times_of(mapping: Mapping[str, Any]) -> Times:
    """The reader of this mapping's dates."""
    return Times(mapping["dates"], ZoneInfo(mapping["zone"]))


def ticket_plan(uow: UnitOfWork, mapping: Mapping[str, Any], columns: Sequence[str]) -> Plan:
    """The mapping on these columns; raises `Invalid` with everything that does not fit the file or the desk."""
    heading, times = Heading(columns, frozenset(mapping["missing"])), times_of(mapping)
    fields = uow.registry.fields_of("ticket")
    refusals = [*_misfits(uow, mapping), *heading.lacks(_wanted(mapping))]
    refusals += [
        Refusal(f"values.{name}", say("There is no value {name} on tickets.", name=name))
        for name in mapping["values"]
        if name not in SETTABLE and name not in fields
    ]
    if refusals:
        raise Invalid(refusals=refusals)
    readers = {}
    for name, how in mapping["values"].items():
        convert = converter(name, how, fields[name].type if name in fields else "", times)
        readers[name] = Column(name, how, heading, convert)
    wrong = [r for name, how in mapping["values"].items() for r in _targets(uow, mapping["kind"], readers[name], how)]
    if wrong:
        raise Invalid(refusals=wrong)
    return Plan(mapping, heading, readers, times)


def _wanted(mapping: Mapping[str, Any]) -> dict[str, str]:
    """Place in the mapping → the column that it names."""
    wanted = {name: mapping[name] for name in ("id", "at", "by", "opened") if mapping[name]}
    for number, step in enumerate(mapping["steps"]):
        wanted |= {f"steps.{number}.{key}": step[key] for key in ("at", "by") if step[key]}
    for name, how in mapping["values"].items():
        if not how["optional"]:
            wanted |= {f"values.{name}.from" + f".{n}" * (n > 0): column for n, column in enumerate(how["from"])}
    for part in ("comments", "files"):
        for number, how in enumerate(mapping[part]):
            named = {"from": how["from"][0], "at": how.get("at"), "by": how.get("by")}
            wanted |= {f"{part}.{number}.{key}": c for key, c in named.items() if c and not how["optional"]}
    return wanted


def _misfits(uow: UnitOfWork, mapping: Mapping[str, Any]) -> Iterator[Refusal]:
    """What contradicts itself or the desk."""
    if mapping["kind"] not in uow.registry.kinds:
        known = ", ".join(sorted(uow.registry.kinds))
        yield Refusal("kind", say("There is no type {kind}; there are: {known}.", kind=mapping["kind"], known=known))
        return
    if len(mapping["source"]) > MAX_SOURCE:
        yield Refusal("source", say("Longer than {maximum} characters.", maximum=MAX_SOURCE))
    log = mapping["mode"] == "event_log"
    if log and not mapping["at"]:
        yield Refusal("at", say("An event log needs the column of each row's moment."))
    if not log and not mapping["steps"]:
        yield Refusal("steps", say("One row per ticket needs date columns, each with its state."))
    for name in ("steps",) if log else ("at", "watch"):
        if mapping[name]:
            yield Refusal(name, say("This key does not belong to the mode {mode}.", mode=mapping["mode"]))
    yield from _unmapped(uow, mapping)


def _unmapped(uow: UnitOfWork, mapping: Mapping[str, Any]) -> Iterator[Refusal]:
    """Names and states that other parts of the mapping, or the life cycle, do not have."""
    for name in mapping["watch"]:
        if name not in mapping["values"]:
            yield Refusal("watch", say("{name} stands not under `values`.", name=name))
    if mapping["mode"] == "row_per_ticket" and "state" in mapping["values"]:
        yield Refusal("values.state", say("In the mode row_per_ticket the steps say the states."))
    for number, step in enumerate(mapping["steps"]):
        for refusal in check_values(uow, mapping["kind"], {"state": step["state"]})[1]:
            yield Refusal(f"steps.{number}.state", refusal.message)
    states = {step["state"] for step in mapping["steps"]}
    for name, how in mapping["values"].items():
        if how["step"] and how["step"] not in states:
            yield Refusal(f"values.{name}.step", say("No step has the state {state}.", state=how["step"]))


def _targets(uow: UnitOfWork, kind: str, column: Column, how: Mapping[str, Any]) -> Iterator[Refusal]:
    """Codes in tables and defaults that the desk does not have."""
    targets = {f"values.{raw}": target for raw, target in (how.get("values") or {}).items()}
    for place, target in {**targets, "default": how["default"]}.items():
        if not target or column.name in REFERRED:
            continue
        try:
            value = column.convert(target, place)
        except Unreadable as error:
            yield Refusal(f"values.{column.name}.{place}", error.message)
            continue
        for refusal in check_values(uow, kind, {column.name: value})[1]:
            yield Refusal(f"values.{column.name}.{place}", refusal.message)
