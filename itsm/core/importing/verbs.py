"""Import tickets: gather the rows of each ticket, then some hundred tickets per transaction, each whole or not."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice

from sqlalchemy.exc import DBAPIError

from itsm.core.hookspecs.imports import ImportJob, ImportReport, RefusedLine
from itsm.core.importing.batches import Batch, Run, placed
from itsm.core.importing.outside import Row, read_table
from itsm.core.importing.plans import load_mapping, ticket_plan
from itsm.core.importing.rules.cells import Unreadable
from itsm.core.importing.rules.pasts import Past, Plan, Said
from itsm.core.importing.schemas import TicketMappingSchema
from itsm.core.texts import say
from itsm.core.tickets.verbs.activate import activate_tickets

BATCH = 200


class Undone(Exception):
    """Ends the unit of work of a dry run without a commit."""


@dataclass(slots=True)
class Pile:
    """The rows of one ticket, gathered from the whole file, with what is wrong with any of them."""

    first: int
    rows: list[Said] = field(default_factory=list)
    opened: datetime | None = None
    faults: list[RefusedLine] = field(default_factory=list)


def import_tickets(job: ImportJob) -> ImportReport:
    """`itsm import tickets FILE`; raises `Invalid` for what is wrong with the whole file or its mapping."""
    mapping = load_mapping(TicketMappingSchema, job.mapping)
    report = ImportReport()
    with ExitStack() as stack:
        table = read_table(stack, job.path, mapping["file"])
        with job.unit_of_work(job.act, write=False) as uow:
            plan = ticket_plan(uow, mapping, table.columns)
        piles = gather(plan, table.rows, report)
    run = Run(job, plan, report)
    done = 0
    job.progress(0, len(piles))
    for batch in _batches(piles.items()):
        _import(run, [plan.past(name, pile.rows, pile.opened) for name, pile in batch if not pile.faults])
        for _, pile in batch:
            _refuse(report, pile.faults)
        done += len(batch)
        job.progress(done, len(piles))
    return report


def _batches(piles: Iterable[tuple[str, Pile]]) -> Iterator[list[tuple[str, Pile]]]:
    rest = iter(piles)
    while batch := list(islice(rest, BATCH)):
        yield batch


def _refuse(report: ImportReport, reasons: Sequence[RefusedLine]) -> None:
    if reasons:
        report.refused += 1
        report.reasons += reasons


def gather(plan: Plan, rows: Iterable[Row], report: ImportReport) -> dict[str, Pile]:
    """The rows by their ticket; one that names no ticket is refused by itself."""
    piles: dict[str, Pile] = {}
    for row in rows:
        name = plan.external_id(row.cells)
        if not name:
            _refuse(report, [RefusedLine(row.line, "", row.fault or say("The row names no ticket."))])
            continue
        pile = piles.get(name)
        if pile is None:
            pile = piles[name] = Pile(row.line)
        _add(plan, pile, row, name)
    return piles


def _add(plan: Plan, pile: Pile, row: Row, name: str) -> None:
    if row.fault is not None:
        pile.faults.append(RefusedLine(row.line, name, row.fault))
    elif pile.rows and not plan.log:
        told = say("This ticket stands on line {line} too.", line=pile.first)
        pile.faults.append(RefusedLine(row.line, name, told))
    else:
        try:
            pile.rows.append(plan.read(row.line, row.cells))
            pile.opened = pile.opened or plan.opened_at(row.cells)
        except Unreadable as error:
            pile.faults.append(RefusedLine(row.line, name, placed(error.place, error.message)))


def _import(run: Run, pasts: Sequence[Past]) -> None:
    """One transaction for all of them; when the database refuses that, one for each."""
    try:
        _commit(run, pasts)
    except DBAPIError as error:
        if len(pasts) == 1:
            told = say("The database refused it: {why}", why=str(error.orig).splitlines()[0])
            _refuse(run.report, [RefusedLine(pasts[0].told[0].line, pasts[0].history.external_id, told)])
            return
        for past in pasts:
            _import(run, [past])


def _commit(run: Run, pasts: Sequence[Past]) -> None:
    batch = Batch(run)
    try:
        with run.job.unit_of_work(run.job.act) as uow:
            batch.record(uow, pasts)
            if run.job.dry_run:
                raise Undone
    except Undone:
        pass
    else:
        run.ids |= batch.ids
    lines = {past.history.external_id: past.told[0].line for past in pasts}
    for name, (verdict, _, events) in batch.recorded:
        run.report.take(verdict, lines[name], name)
        run.report.events += events
    for reasons in batch.refused.values():
        _refuse(run.report, reasons)
    if run.job.activate and not run.job.dry_run and batch.recorded:
        with run.job.unit_of_work(replace(run.job.act, origin="live")) as uow:
            activate_tickets(uow, numbers=[recorded.ticket_id for _, recorded in batch.recorded])
