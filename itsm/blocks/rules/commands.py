"""`itsm rules test`: what is wrong with a list, what it would change, and why a ticket was opened as it was."""

from pathlib import Path

import click

from itsm.blocks.rules.rules.run import Step
from itsm.blocks.rules.verbs import trace
from itsm.core.commands import OpenOffice
from itsm.core.configuration.outside import from_text
from itsm.core.configuration.verbs import check_document, try_document
from itsm.core.errors import Unknown
from itsm.core.work.uow import UnitOfWork


@click.group("rules")
def rules() -> None:
    """Rule lists."""


@rules.command("test")
@click.argument("name", metavar="LIST")
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--ticket", type=click.IntRange(1), help="Trace the list over this ticket as it was when it was opened.")
@click.pass_obj
def test(open_office: OpenOffice, name: str, file: Path | None, ticket: int | None) -> None:
    """Try the rules of FILE (YAML, as the document `rules.LIST`) on this desk; nothing is saved.

    Without FILE the list in force is traced over a ticket.
    """
    if file is None and ticket is None:
        raise click.UsageError("Give a FILE to try, or --ticket N to trace the list in force.")
    with open_office().unit_of_work(write=False) as uow:
        body = from_text(file.read_text(encoding="utf-8")) if file is not None else None
        if body is not None:
            _try(uow, name, body)
            body = check_document(uow, name=f"rules.{name}", body=body)
        if ticket is not None:
            found = trace(uow, name=name, number=ticket, body=body)
            if found is None:
                raise Unknown(f"The rules {name} did not run for the ticket {ticket}.")
            click.echo(f"Ticket {ticket}:")
            for step in found.outcome.steps:
                click.echo(f"  {_line(step)}")


def _try(uow: UnitOfWork, name: str, body: object) -> None:
    for finding in try_document(uow, name=f"rules.{name}", body=body).findings:
        place = f"{finding.place}: " if finding.place else ""
        click.echo(f"{finding.level}: {place}{finding.message}")


def _line(step: Step) -> str:
    read = ", ".join(f"{name}={value!r:.60}" for name, value in step.read.items())
    done = ", ".join(f"{name}={value!r}" for name, value in step.set.items())
    kept = f"; already set: {', '.join(step.kept)}" if step.kept else ""
    return f"{step.rule}: {step.status} [{read}]{f' -> {done}' if done else ''}{kept} {step.note}".rstrip()
