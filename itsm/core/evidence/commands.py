"""`itsm verify` and `itsm seal`."""

import json

import click

from itsm.core.commands import OpenOffice
from itsm.core.evidence.outside import SealFolder
from itsm.core.evidence.rules import Report
from itsm.core.evidence.verbs import make_seal, verify_ledger


@click.command()
@click.option("--seals", "newest", type=click.IntRange(1), help="Check only so many of the newest seals.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@click.pass_obj
def verify(open_office: OpenOffice, newest: int | None, as_json: bool) -> None:
    """Check the whole ledger against itself and against its seals; ends with 1 and names what is wrong."""
    with open_office().unit_of_work(write=False) as uow:
        report = verify_ledger(uow, folder=SealFolder(uow.registry.place.seals), newest=newest)
    if as_json:
        click.echo(json.dumps(report.plain(), ensure_ascii=False))
    else:
        _tell(report)
    if not report.sound:
        raise SystemExit(1)


def _tell(report: Report) -> None:
    for line in (*report.notes, *report.erasures):
        click.echo(line)
    for damage in report.damages:
        click.echo(f"{damage.what}: {damage.sentence}", err=True)
    if report.found > len(report.damages):
        click.echo(f"… and {report.found - len(report.damages)} more", err=True)
    read = f"{report.events} events in {report.streams} streams, {report.texts} texts, {report.seals} seals"
    if report.sound:
        click.echo(f"The ledger is sound: {read}.")
    else:
        click.echo(f"The ledger is NOT sound: {report.found} found in {read}.", err=True)


@click.command()
@click.pass_obj
def seal(open_office: OpenOffice) -> None:
    """Make a seal now, and print its root."""
    with open_office().unit_of_work() as uow:
        folder = SealFolder(uow.registry.place.seals)
        made = make_seal(uow, folder=folder)
    click.echo(f"{folder.path(made.number)}: {made.events} events in {made.streams} streams, root {made.root}")
