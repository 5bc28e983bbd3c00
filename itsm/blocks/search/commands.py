"""`itsm search`: build the documents of the search again, and see how far they are."""

import click

from itsm.blocks.search.verbs import Progress, build_some, owe_rebuild, progress_of
from itsm.blocks.search.verbs.keep import all_kinds, kind_of
from itsm.core.commands import Office, OpenOffice


@click.group()
def search() -> None:
    """The search: its documents can be dropped and built again at will."""


@search.command()
@click.option("--kind", "kinds", multiple=True, metavar="KIND", help="Only documents of this kind; may be repeated.")
@click.option("--later", is_flag=True, help="Leave it to the workers.")
@click.pass_obj
def rebuild(open_office: OpenOffice, kinds: tuple[str, ...], later: bool) -> None:
    """Build all documents again while the desk goes on; each batch is a transaction of its own."""
    office = open_office()
    if later:
        with office.unit_of_work() as uow:
            owe_rebuild(uow, kinds=kinds)
        click.echo("The workers will do it; see `itsm search status`.")
        return
    with office.unit_of_work(write=False) as uow:
        names = [kind_of(uow, name).name for name in kinds or all_kinds(uow)]
    for name in names:
        click.echo(f"{name}: {_build(office, name)} documents")


def _build(office: Office, kind: str) -> int:
    """All batches of a kind under a progress bar; how many documents were looked at."""
    progress = Progress(kind)
    with click.progressbar(length=100, label=kind) as bar:
        while not progress.finished:
            with office.unit_of_work() as uow:
                progress = build_some(uow, kind=kind, after=progress.after)
            bar.update(100 * progress.done // max(progress.total, 1) - bar.pos)
    return progress.done


@search.command()
@click.pass_obj
def status(open_office: OpenOffice) -> None:
    """How far the documents of each kind are built."""
    with open_office().unit_of_work(write=False) as uow:
        for name in all_kinds(uow):
            progress = progress_of(uow, name)
            told = "not begun" if progress is None else f"{progress.done} of {progress.total}"
            click.echo(f"{name}: {told}{', finished' if progress and progress.finished else ''}")
