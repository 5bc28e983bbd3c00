"""`itsm export config` and what `itsm import config FILE` runs."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import click

from itsm.core.commands import OpenOffice
from itsm.core.configuration.outside import from_file, in_line, line_of, to_text
from itsm.core.configuration.rules import ABSENT, Change
from itsm.core.configuration.verbs import Outcome, export_desk, import_desk
from itsm.core.errors import DeskError, Invalid, Refusal
from itsm.core.hookspecs.imports import ImportJob, ImportReport
from itsm.core.texts import Message, say


@click.group()
def export() -> None:
    """Write down what a desk holds."""


@export.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False), required=False)
@click.pass_obj
def config(open_office: OpenOffice, file: Path | None) -> None:
    """The configuration of the whole desk as YAML, to FILE or to the terminal; read in by `itsm import config`."""
    with open_office().unit_of_work(write=False) as uow:
        text = to_text(export_desk(uow)).encode()
    if file is None:
        click.echo(text, nl=False)
    else:
        file.write_bytes(text)


class _Undone(Exception):
    """The end of a dry run: whatever was done is rolled back."""


def import_config(job: ImportJob) -> ImportReport:
    """`itsm import config FILE`: one act, all or nothing; a dry run tells what it would change and mean."""
    content, lines = from_file(job.path)
    reason = job.reason or f"Imported from {job.path.name}"
    act = replace(job.act, origin="live", reason=reason)
    outcome = Outcome((), {})
    try:
        with job.unit_of_work(act) as uow:
            outcome = import_desk(uow, content=content, reason=reason, try_out=job.dry_run)
            if job.dry_run:
                uow.flush()
                raise _Undone
    except _Undone:
        pass
    except Invalid as error:
        raise _with_lines(error, lines) from error
    return _report(outcome)


def _with_lines(error: DeskError, lines: Mapping[str, int]) -> Invalid:
    told = [Refusal(f"line {line_of(r.field, lines)}, {r.field}", r.message, r.source) for r in error.refusals]
    return Invalid(error.message, told)


def _report(outcome: Outcome) -> ImportReport:
    changed = [taken for taken in outcome.documents if taken.changes]
    report = ImportReport(
        updated=len(changed) + sum(outcome.parts.values()), unchanged=len(outcome.documents) - len(changed)
    )
    for name, count in outcome.parts.items():
        if count:
            report.told.append(say("{name}: {count} changed", name=name, count=count))
    for taken in changed:
        report.told.append(say("{name}:", name=taken.name))
        report.told += _differences(taken.changes)
        report.told += [
            say("  {level}: {place}: {text}", level=f.level, place=f.place, text=f.message) for f in taken.findings
        ]
    return report


def _differences(changes: Iterable[Change]) -> Iterator[Message]:
    for change in changes:
        if change.old is not ABSENT:
            yield say("  - {place}: {value}", place=change.place, value=in_line(change.old))
        if change.new is not ABSENT:
            yield say("  + {place}: {value}", place=change.place, value=in_line(change.new))
