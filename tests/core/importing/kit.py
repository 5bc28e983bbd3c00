"""What tests of imports share: run the command as the command line does, and look at what it left."""

import io
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from itsm.core.importing.commands import import_command
from itsm.core.ledger.models import Event
from itsm.core.people.models import Person
from itsm.core.tickets.models import Ticket
from itsm.plugins.machinery.desk import Desk
from tests.fixtures import TESTER

LOG = """\
source: other
kind: incident
mode: event_log
missing: ["?", ""]
zone: Europe/Moscow
dates: ["%d.%m.%Y %H:%M"]
id: id
at: at
by: by
values:
  state: {from: state, values: {Новая: new, Работа: in_progress, Решена: resolved, Закрыта: closed}}
  title: title
  team: group
  assignee: who
  requested_for: caller
"""
HEAD = "id,at,by,state,title,group,who,caller\n"


@dataclass(frozen=True)
class Outcome:
    """How an import ended."""

    code: int
    counts: Mapping[str, int]
    told: str


def run_import(desk: Desk, name: str, file: Path, **more: Any) -> Outcome:
    """`itsm import NAME FILE --json`."""
    out, err = io.StringIO(), io.StringIO()
    code = import_command(desk, name, file, out=out, err=err, as_json=True, **more)
    return Outcome(code, json.loads(out.getvalue().splitlines()[-1]), err.getvalue())


def writer(desk: Desk, folder: Path, mapping: str = LOG) -> Callable[..., Outcome]:
    """`bring(rows)` imports CSV rows under the heading of the mapping above; bytes are a whole file."""

    def bring(rows: str | bytes, *, name: str = "log.csv", mapping: str = mapping, **more: Any) -> Outcome:
        file, yaml = folder / name, folder / "mapping.yaml"
        file.write_bytes(rows if isinstance(rows, bytes) else (HEAD + rows).encode())
        yaml.write_text(mapping)
        return run_import(desk, "tickets", file, mapping=str(yaml), **more)

    return bring


def tickets(desk: Desk) -> dict[str, Ticket]:
    """All imported tickets by their external id."""
    with desk.unit_of_work(TESTER, write=False) as uow:
        found = uow.session.scalars(select(Ticket).where(Ticket.external_id.is_not(None)))
        return {ticket.external_id or "": ticket for ticket in found}


def events_of(desk: Desk, ticket: Ticket) -> list[Event]:
    """The ticket's stream."""
    with desk.unit_of_work(TESTER, write=False) as uow:
        mine = (Event.stream == "ticket", Event.subject_id == ticket.id)
        return list(uow.session.scalars(select(Event).where(*mine).order_by(Event.seq)))


def rows_of(desk: Desk, model: type[Any] = Person) -> int:
    """How many rows a table has."""
    with desk.unit_of_work(TESTER, write=False) as uow:
        return uow.session.scalar(select(func.count()).select_from(model)) or 0
