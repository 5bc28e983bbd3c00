"""`itsm import <name> FILE`: what the command line calls; it prints, shows progress and returns the exit code."""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from pkgutil import resolve_name
from typing import Protocol, TextIO

import click

from itsm.core.act import Act, system
from itsm.core.errors import DeskError, Invalid
from itsm.core.hookspecs.declarations import Importer
from itsm.core.hookspecs.imports import Contents, ImportJob, ImportReport
from itsm.core.hookspecs.registry import Registry
from itsm.core.texts import say
from itsm.core.work.uow import UnitOfWork

WIDTH = 30
DRAWN_EVERY = 0.1
DONE, REFUSED_SOME, NOT_BEGUN = 0, 1, 2


class ImportDesk(Protocol):
    """What an import needs of a desk."""

    @property
    def registry(self) -> Registry: ...

    @property
    def files(self) -> Contents: ...

    def unit_of_work(self, act: Act, *, write: bool = True) -> UnitOfWork: ...


class ImportOffice(Protocol):
    """What the command line hands to its commands."""

    @property
    def desk(self) -> ImportDesk: ...


@click.command("import")
@click.argument("name", metavar="WHAT")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--mapping", default="", help="A shipped mapping's name (servicenow, people) or the path of a YAML file.")
@click.option("--activate", is_flag=True, help="Start the timers of tickets that are not closed.")
@click.option("--dry-run", is_flag=True, help="Say what would happen, change nothing.")
@click.option("--files", type=click.Path(path_type=Path), help="The folder that attachments lie in.")
@click.option("--reason", default="", help="Why, for those who read the history later.")
@click.option("--json", "as_json", is_flag=True, help="End with one line of JSON.")
@click.pass_context
def import_(
    ctx: click.Context, name: str, file: Path, mapping: str, activate: bool, dry_run: bool, files: Path | None,
    reason: str, as_json: bool,
) -> None:  # fmt: skip
    """Bring WHAT (tickets, people, config, or what a plugin adds) from FILE: CSV, gzip or XLSX; for config YAML.

    Ends with 0 when all was done, 1 when some lines were refused, 2 when nothing was begun.
    """
    open_office: Callable[[], ImportOffice] = ctx.obj
    code = import_command(
        open_office().desk, name, file, out=sys.stdout, err=sys.stderr, mapping=mapping, activate=activate,
        dry_run=dry_run, files=files, reason=reason, as_json=as_json,
    )  # fmt: skip
    ctx.exit(code)


def import_command(
    desk: ImportDesk, name: str, path: Path, *, out: TextIO, err: TextIO, mapping: str = "", activate: bool = False,
    dry_run: bool = False, files: Path | None = None, reason: str = "", as_json: bool = False,
) -> int:  # fmt: skip
    """Run the importer `name` on a file. Exit code 0: all was done; 1: some was refused; 2: nothing was begun.

    out: the result, with `as_json` its last line is the counts. err: every refused line with its reason, and on a
    terminal a progress bar.
    """
    bar = Bar(err)
    job = ImportJob(
        path=path, unit_of_work=desk.unit_of_work, act=Act(system("import"), channel="import", origin="import"),
        mapping=mapping, activate=activate, dry_run=dry_run, files=files, reason=reason, store=desk.files,
        progress=bar.show,
    )  # fmt: skip
    code, report = NOT_BEGUN, ImportReport()
    try:
        report = _runner(_importer(desk, name))(job)
        code = REFUSED_SOME if report.refused else DONE
    except DeskError as error:
        bar.end()
        for refusal in error.refusals:
            print(f"{refusal.field}: {refusal.message}" if refusal.field else refusal.message, file=err)
        if str(error.message):
            print(error.message, file=err)
    bar.end()
    for line, subject, why in report.reasons:
        print(f"line {line}{f' ({subject})' if subject else ''}: {why}", file=err)
    for told in report.told:
        print(told, file=out)
    if as_json:
        print(json.dumps(report.counts()), file=out)
    elif code != NOT_BEGUN:
        print(_summary(report, dry_run), file=out)
    return code


def _runner(importer: Importer) -> Callable[[ImportJob], ImportReport]:
    """The function that imports; one that is only named is loaded now."""
    found: Callable[[ImportJob], ImportReport] = (
        resolve_name(importer.run) if isinstance(importer.run, str) else importer.run
    )
    return found


def _importer(desk: ImportDesk, name: str) -> Importer:
    if name not in desk.registry.importers:
        known = ", ".join(sorted(desk.registry.importers))
        raise Invalid(say("Nothing called {name} can be imported; there are: {known}.", name=name, known=known))
    return desk.registry.importers[name]


def _summary(report: ImportReport, dry_run: bool) -> str:
    counts = ", ".join(f"{number} {name}" for name, number in report.counts().items())
    return counts + (" (dry run: nothing was changed)" if dry_run else "")


class Bar:
    """A progress bar on a terminal; elsewhere nothing."""

    def __init__(self, stream: TextIO, clock: Callable[[], float] = time.monotonic) -> None:
        self.stream, self.clock, self.drawn, self.shown = stream, clock, 0.0, stream.isatty()

    def show(self, done: int, total: int) -> None:
        """Draw it, ten times a second at most."""
        now = self.clock()
        if not self.shown or (now - self.drawn < DRAWN_EVERY and done < total):
            return
        self.drawn = now
        filled = WIDTH * done // total if total else WIDTH
        self.stream.write(f"\r[{'#' * filled}{'.' * (WIDTH - filled)}] {done}/{total}")
        self.stream.flush()

    def end(self) -> None:
        """Leave the line."""
        if self.shown and self.drawn:
            self.stream.write("\n")
            self.drawn = 0.0
