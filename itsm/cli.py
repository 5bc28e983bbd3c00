"""The command `itsm`: a table of subcommands, each loaded when it is called, so that `--help` answers at once."""

import importlib
import keyword
import sys
from collections.abc import Sequence
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Any

import click

from itsm import __version__
from itsm.core.errors import DeskError

if TYPE_CHECKING:
    from itsm.app import Office

MACHINERY = "itsm.plugins.machinery.commands"
# `itsm plugins new` and `check`: they build whole desks, which the machinery's own commands may not know.
AUTHORING = "itsm.authoring.commands"
OPERATIONS = "itsm.operations.commands"
# name → (module, help line); one without a help line is not shown.
COMMANDS = {
    "run": ("itsm.processes.commands", "Web and worker together, started again when they end."),
    "web": ("itsm.processes.web", "Serve pages and API."),
    "worker": ("itsm.processes.work", "Do background jobs and timers."),
    "demo": ("itsm.processes.demo", "A desk full of examples, ready to try."),
    "init": (MACHINERY, "Make a new desk with its first administrator."),
    "migrate": (MACHINERY, "Bring the database schema up to date."),
    "plugins": (MACHINERY, "List, enable, disable and purge plugins; make and check new ones."),
    "user": ("itsm.core.access.commands", "Add users."),
    "token": ("itsm.core.access.commands", "Make API tokens."),
    "import": ("itsm.core.importing.commands", "Bring tickets, people and configuration from files."),
    "export": ("itsm.core.privacy.commands", "Write down the configuration of the desk, or what it holds of a person."),
    "erase": ("itsm.core.privacy.commands", "Erase a person."),
    "verify": ("itsm.core.evidence.commands", "Check the whole ledger, and name the first bad link."),
    "seal": ("itsm.core.evidence.commands", "Seal the ledger now, outside the database."),
    "search": ("itsm.blocks.search.commands", "Build the documents of the search again, and see how far they are."),
    "backup": (OPERATIONS, "Back up the desk while it works, or check a backup."),
    "restore": (OPERATIONS, "Restore a backup into an empty desk."),
    "doctor": (OPERATIONS, "Look what is wrong with this desk, and how it is mended."),
    "calls": ("itsm.core.work.commands", "Look at background jobs, retry and release them."),
    "rules": ("itsm.blocks.rules.commands", "Try rules on this desk's history, and trace them."),
    "fill-demo": ("itsm.plugins.machinery.demo.fill", ""),
}


class Lazy(click.Group):
    """Knows its subcommands by name and help line; a plugin's group is known by its entry point alone."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*COMMANDS, *sorted({point.name for point in entry_points(group="itsm.plugins")} - COMMANDS.keys())]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in COMMANDS:
            name = f"{cmd_name}_" if keyword.iskeyword(cmd_name) else cmd_name.replace("-", "_")
            found: click.Command = getattr(importlib.import_module(COMMANDS[cmd_name][0]), name)
            if cmd_name == "plugins" and isinstance(found, click.Group):
                for command in importlib.import_module(AUTHORING).COMMANDS:
                    found.add_command(command)
            return found
        if cmd_name in self.list_commands(ctx):
            made: click.Command = importlib.import_module(MACHINERY).plugin_group(cmd_name)
            return made
        return None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items() if text])
        plugins = [name for name in self.list_commands(ctx) if name not in COMMANDS]
        if plugins:
            with formatter.section("Commands of plugins"):
                formatter.write_dl([(name, f"See `itsm {name} --help`.") for name in plugins])


def open_office() -> "Office":
    """What commands work with; opened by the commands that need the desk."""
    from itsm.app import Office

    return Office()


@click.group(cls=Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="itsm")
@click.pass_context
def cli(ctx: click.Context) -> None:
    """An ITSM desk made of plugins. Settings come from ITSM_… variables and the file that ITSM_CONFIG names."""
    ctx.obj = open_office


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command; what is wrong is told in a sentence, and the exit code is not 0."""
    try:
        cli.main(arguments, prog_name="itsm")
    except DeskError as error:
        tell(error)
        sys.exit(error.exit_code)
    except Exception as error:
        if not _is_database(error):
            raise
        click.echo(f"itsm: the database does not answer: {getattr(error, 'orig', error)}", err=True)
        sys.exit(1)


def tell(error: DeskError) -> None:
    """The sentence of an error, and one line for each field that it names."""
    text = str(error.message)
    if text:
        click.echo(f"itsm: {text}", err=True)
    for refusal in error.refusals:
        click.echo(f"itsm: {refusal.field or 'input'}: {refusal.message}", err=True)


def _is_database(error: Exception) -> bool:
    """Whether it comes from the database, asked without loading SQLAlchemy for it."""
    loaded: Any = sys.modules.get("sqlalchemy.exc")
    return loaded is not None and isinstance(error, loaded.OperationalError)


if __name__ == "__main__":
    main()
