"""Import people with their addresses, and organisations with contracts and domains; each row whole or not."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from typing import Any

from sqlalchemy.exc import DBAPIError

from itsm.core.errors import DeskError, Invalid, Refusal
from itsm.core.hookspecs.imports import ImportJob, ImportReport, RefusedLine
from itsm.core.importing.batches import placed
from itsm.core.importing.enrol import Verdict, enrol
from itsm.core.importing.outside import Row, read_table
from itsm.core.importing.plans import load_mapping, times_of
from itsm.core.importing.rules.cells import Column, Heading, Unreadable, converter
from itsm.core.importing.rules.rolls import Entry, Roll
from itsm.core.importing.schemas import PeopleMappingSchema
from itsm.core.people.rules import is_zone
from itsm.core.texts import LOCALES, Message, say
from itsm.core.work.uow import UnitOfWork

BATCH = 100
OWN = ("locale", "timezone", "premium")
TRUTHS = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}


class Undone(Exception):
    """Ends the unit of work of a dry run without a commit."""


def import_people(job: ImportJob) -> ImportReport:
    """`itsm import people FILE`; without a mapping the shipped one is taken, `people`, which `default` names too."""
    name = job.mapping if job.mapping not in ("", "default") else "people"
    mapping = load_mapping(PeopleMappingSchema, name)
    report = ImportReport()
    with ExitStack() as stack:
        table = read_table(stack, job.path, mapping["file"])
        with job.unit_of_work(job.act, write=False) as uow:
            roll = _roll(uow, mapping, table.columns)
        entries = list(_entries(roll, table.rows, report))
    size = len(entries) if job.dry_run else BATCH
    for start in range(0, len(entries), size or 1):
        job.progress(start, len(entries))
        _enrol(job, mapping, entries[start : start + size], report)
    job.progress(len(entries), len(entries))
    report.reasons.sort(key=lambda reason: reason.line)
    return report


def _roll(uow: UnitOfWork, mapping: Mapping[str, Any], columns: Sequence[str]) -> Roll:
    """The mapping on these columns; raises `Invalid` with everything that does not fit."""
    heading, times = Heading(columns, frozenset(mapping["missing"])), times_of(mapping)
    fields = uow.registry.fields_of("person")
    parts = _parts(mapping)
    wanted = {place: how["from"][0] for place, how in parts.items() if not how["optional"]}
    refusals = list(heading.lacks(wanted))
    readers = {}
    for place, how in parts.items():
        name = place.removeprefix("values.")
        if place != name and name not in OWN and name not in fields:
            refusals.append(Refusal(place, say("There is no value {name} on people.", name=name)))
        elif "join" in how:
            type = fields[name].type if name in fields else ""
            readers[name] = Column(name, how, heading, converter("", how, type, times))
    if not ({"name", "organisation"} & parts.keys()):
        refusals.append(Refusal("name", say("Map the name of people, or of organisations.")))
    if refusals:
        raise Invalid(refusals=refusals)
    return Roll(mapping, heading, readers)


def _parts(mapping: Mapping[str, Any]) -> dict[str, Any]:
    named = {name: mapping[name] for name in ("name", "organisation", "contracts", "domains") if mapping[name]}
    values = {f"values.{name}": how for name, how in mapping["values"].items()}
    addresses = {f"addresses.{n}": how for n, how in enumerate(mapping["addresses"])}
    return {**named, **addresses, **values}


def _entries(roll: Roll, rows: Iterable[Row], report: ImportReport) -> Iterator[Entry]:
    for row in rows:
        try:
            if row.fault is None:
                entry = roll.read(row.line, row.cells)
                yield entry._replace(values=_checked(entry))
                continue
            reason = row.fault
        except Unreadable as error:
            reason = placed(error.place, error.message)
        _refuse(report, row.line, "", reason)


def _checked(entry: Entry) -> Mapping[str, Any]:
    values = dict(entry.values)
    if values.get("locale", "en") not in LOCALES:
        raise Unreadable("values.locale", say("Must be one of: {allowed}.", allowed=", ".join(LOCALES)))
    if not is_zone(str(values.get("timezone", "UTC"))):
        raise Unreadable("values.timezone", say("There is no such zone."))
    if "premium" in values:
        truth = TRUTHS.get(str(values["premium"]).lower())
        if truth is None:
            raise Unreadable("values.premium", say("Write true or false."))
        values["premium"] = truth
    return values


def _refuse(report: ImportReport, line: int, subject: str, reason: Message) -> None:
    report.refused += 1
    report.reasons.append(RefusedLine(line, subject, reason))


def _enrol(job: ImportJob, mapping: Mapping[str, Any], entries: Sequence[Entry], report: ImportReport) -> None:
    """One transaction for all; when one of them turns out impossible while it is written, one for each."""
    events, refused = 0, list[tuple[Entry, DeskError]]()
    taken: list[tuple[Verdict, Entry]] = []
    try:
        with job.unit_of_work(job.act) as uow:
            for entry in entries:
                found = enrol(uow, entry, rename=bool(mapping["rename"]), strangers=str(mapping["strangers"]))
                if isinstance(found, DeskError):
                    refused.append((entry, found))
                else:
                    taken.append((found, entry))
            events = len(uow.memo.get("ledger", ()))
            if job.dry_run:
                uow.flush()
                raise Undone
    except Undone:
        pass
    except (DBAPIError, DeskError) as error:
        if len(entries) > 1:
            for entry in entries:
                _enrol(job, mapping, [entry], report)
            return
        told = say("The database refused it: {why}", why=str(getattr(error, "orig", error)).splitlines()[0])
        events, taken, refused = 0, [], [(entries[0], DeskError(told))]
    report.events += events
    for verdict, entry in taken:
        report.take(verdict, entry.line, entry.name or entry.organisation)
    for entry, doubt in refused:
        reasons = [placed(r.field, r.message) for r in doubt.refusals] or [doubt.message]
        report.refused += 1
        report.reasons += [RefusedLine(entry.line, entry.name or entry.organisation, reason) for reason in reasons]
