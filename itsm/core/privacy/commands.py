"""`itsm erase person` and `itsm export person`."""

import os
import tempfile
from pathlib import Path

import click

from itsm.core.commands import OpenOffice
from itsm.core.configuration.commands import export
from itsm.core.errors import Unknown
from itsm.core.files.outside import FileStore
from itsm.core.people.verbs import find_by_address
from itsm.core.privacy.verbs import erase_person, export_person
from itsm.core.work.uow import UnitOfWork

__all__ = ["erase", "export"]


@click.group()
def erase() -> None:
    """Erase what a desk must not keep."""


@erase.command("person")
@click.argument("who", metavar="EMAIL|NUMBER")
@click.option("--reason", required=True, help="Why; it stays in the history.")
@click.confirmation_option(prompt="Everything of this person is erased, and that cannot be undone. Go on?")
@click.pass_obj
def erase_one(open_office: OpenOffice, who: str, reason: str) -> None:
    """Erase a person: name, addresses, account, the texts of their tickets, their words."""
    with open_office().unit_of_work() as uow:
        erased = erase_person(uow, person_id=_person(uow, who), reason=reason)
    click.echo(f"Erased. Events whose texts went: {erased.texts}; tickets: {erased.tickets}.")
    if erased.mentions:
        numbers = ", ".join(f"#{number}" for number in erased.mentions)
        click.echo(f"Others still mention them in {numbers}: look whether that can stay.")


@export.command("person")
@click.argument("who", metavar="EMAIL|NUMBER")
@click.option("--to", "path", type=click.Path(path_type=Path, dir_okay=False), required=True, help="The ZIP to write.")
@click.pass_obj
def export_one(open_office: OpenOffice, who: str, path: Path) -> None:
    """Everything that the desk holds about one person: JSON and files in a ZIP, which only you may read."""
    handle, name = tempfile.mkstemp(dir=path.absolute().parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(handle, "wb") as file, open_office().unit_of_work() as uow:
            store = FileStore(uow.registry.place.files, 0)
            counts = export_person(uow, person_id=_person(uow, who), store=store, to=file)
        os.replace(name, path)
    finally:
        Path(name).unlink(missing_ok=True)
    told = ", ".join(f"{name} {number}" for name, number in counts.items() if number)
    click.echo(f"{path}: {told}.")


def _person(uow: UnitOfWork, who: str) -> int:
    """The number of a person, or of whom an e-mail address belongs to."""
    if who.removeprefix("#").isdecimal():
        return int(who.removeprefix("#"))
    found = find_by_address(uow, type="email", value=who)
    if found is None:
        raise Unknown(f"Nobody has the address {who}.")
    return found.id
