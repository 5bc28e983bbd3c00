"""`itsm calls`: background jobs as people see them."""

import json
from dataclasses import replace

import click

from itsm.core.commands import OpenOffice
from itsm.core.work.models import OwedCall
from itsm.core.work.verbs import (
    STATES,
    count_calls,
    drop_call,
    list_calls,
    release_calls,
    retry_call,
    retry_calls,
    run_schedule,
)


@click.group()
def calls() -> None:
    """Background jobs: what is owed, and what has failed."""


@calls.command("list")
@click.option("--state", type=click.Choice(STATES), default=None, help="Only those in this state.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=100, show_default=True, help="At most so many.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@click.pass_obj
def list_(open_office: OpenOffice, state: str | None, limit: int, as_json: bool) -> None:
    """List jobs, the newest first, and how many there are in each state."""
    with open_office().unit_of_work(write=False) as uow:
        rows, counts = list_calls(uow, state=state or "", limit=limit), count_calls(uow)
    for row in rows:
        click.echo(json.dumps(_values(row), ensure_ascii=False) if as_json else _line(row))
    if not as_json:
        click.echo(", ".join(f"{name}: {number}" for name, number in counts.items()))


@calls.command()
@click.argument("ids", nargs=-1, type=int)
@click.option("--name", default="", help="All dead jobs of this name.")
@click.option("--all", "every", is_flag=True, help="All dead jobs.")
@click.pass_obj
def retry(open_office: OpenOffice, ids: tuple[int, ...], name: str, every: bool) -> None:
    """Try dead jobs again from their first attempt: those with these IDS, of one name, or all."""
    if sum(map(bool, (ids, name, every))) != 1:
        raise click.UsageError("say which: IDS, --name or --all")
    with open_office().unit_of_work() as uow:
        for number in ids:
            retry_call(uow, call_id=number)
        count = len(ids) or retry_calls(uow, name=name)
    click.echo(f"{count} will be tried again.")


@calls.command()
@click.argument("number", type=int)
@click.option("--reason", required=True, help="Why; it stands in the ledger.")
@click.pass_obj
def drop(open_office: OpenOffice, number: int, reason: str) -> None:
    """Give the dead job NUMBER up, so that what waits behind it goes on."""
    with open_office().unit_of_work() as uow:
        uow.act = replace(uow.act, reason=reason)
        drop_call(uow, call_id=number)
    click.echo(f"{number} is given up.")


@calls.command()
@click.argument("schedule")
@click.pass_obj
def run(open_office: OpenOffice, schedule: str) -> None:
    """Have the job of a SCHEDULE done now, by the next free worker."""
    with open_office().unit_of_work() as uow:
        run_schedule(uow, name=schedule)
    click.echo(f"{schedule} is due; `itsm calls list` shows what became of it.")


@calls.command()
@click.pass_obj
def release(open_office: OpenOffice) -> None:
    """Release all jobs that are held since a restore."""
    with open_office().unit_of_work() as uow:
        number = release_calls(uow)
    click.echo(f"{number} released.")


def _values(row: OwedCall) -> dict[str, object]:
    return {
        "id": row.id,
        "name": row.name,
        "state": row.state,
        "key": row.key,
        "since": row.created_at.isoformat(),
        "due": row.due.isoformat(),
        "attempts": row.attempts,
        "args": row.args,
        "error": row.error,
    }


def _line(row: OwedCall) -> str:
    reason = f"  {row.error.strip().splitlines()[-1]}" if row.error else ""
    return f"{row.id}  {row.state}  {row.due:%Y-%m-%d %H:%M:%S}Z  {row.name}  {row.args}{reason}"
