"""`itsm init`, `migrate`, `plugins …`, and the group of each plugin's own commands."""

import json
import sys
from collections.abc import Callable

import click

from itsm.core.errors import Invalid
from itsm.core.hookspecs.declarations import Command
from itsm.core.texts import say
from itsm.plugins.machinery.desk_fields import stored_fields, tell_processes
from itsm.plugins.machinery.found import found_desk
from itsm.plugins.machinery.lifecycle import (
    Office,
    disable_plugin,
    enable_plugin,
    enabled_names,
    purge_plugin,
)
from itsm.plugins.machinery.lineages import indexed_fields, lineage_of, lineages
from itsm.plugins.machinery.members import bundled, installed
from itsm.plugins.machinery.migrate.apply import migrate as apply
from itsm.plugins.machinery.migrate.apply import purge
from itsm.plugins.machinery.see.commands import show, trace
from itsm.plugins.machinery.see.standing import standings

OpenOffice = Callable[[], Office]


@click.command()
@click.option("--admin-email", required=True, help="Address and login of the first administrator.")
@click.option("--admin-password", required=True, help="Their password, at least 10 characters.")
@click.option("--admin-name", default="Administrator", show_default=True, help="Their name.")
@click.option("--locale", type=click.Choice(["en", "ru"]), default="en", show_default=True, help="Their language.")
@click.option("--plugins", "names", default=None, help="Comma separated; all bundled ones if left out, '' for none.")
@click.pass_obj
def init(
    open_office: OpenOffice, admin_email: str, admin_password: str, admin_name: str, locale: str, names: str | None
) -> None:
    """Make a new desk: its folder, its secret, its tables and its first administrator."""
    office = open_office()
    wanted = bundled() if names is None else [name.strip() for name in names.split(",") if name.strip()]
    found_desk(office, wanted, email=admin_email, password=admin_password, name=admin_name, locale=locale)
    click.echo(f"The desk is ready in {office.settings.data_dir}. Sign in as {admin_email}; start it with `itsm run`.")


@click.command()
@click.option("--with", "extra", multiple=True, metavar="PLUGIN", help="A plugin that is about to be enabled.")
@click.option("--purge", "gone", default="", metavar="PLUGIN", hidden=True)
@click.pass_obj
def migrate(open_office: OpenOffice, extra: tuple[str, ...], gone: str) -> None:
    """Bring the database schema up to date. No other command and no other process changes it."""
    office = open_office()
    more = [gone] if gone else list(extra)
    desk = office.trial([*enabled_names(office.database), *more], fields=stored_fields(office.database).fields)
    for name, reason in desk.aside.items():
        click.echo(f"itsm: the plugin {name} is left out: {reason}", err=True)
    engine, names = office.database.engine, installed().keys()
    if gone:
        member = next(member for member in desk.members if member.name == gone)
        fields = [(t, f) for t, f in indexed_fields(desk.registry) if f.name.startswith(f"{gone}.")]
        purge(engine, lineage_of(member, names), fields)
        return
    done = apply(engine, lineages(desk.members), indexed_fields(desk.registry), desk.point)
    if any(line.startswith("index ") for line in done):
        tell_processes(office.database)
    click.echo("\n".join(done) or "Nothing to do: the schema is up to date.")
    if any(name in desk.aside for name in extra):
        sys.exit(1)


@click.group()
def plugins() -> None:
    """Plugins: what is installed, what is enabled."""


@plugins.command("list")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@click.pass_obj
def list_(open_office: OpenOffice, as_json: bool) -> None:
    """List plugins: enabled, disabled, quarantined or only installed, and what hinders them."""
    office = open_office()
    with office.unit_of_work(write=False) as uow:
        found = standings(uow, office.desk)
    for each in found:
        values = {"name": each.name, "version": each.version, "state": each.state, "reason": "; ".join(each.reasons)}
        if as_json:
            click.echo(json.dumps({**values, "faults": each.faults}, ensure_ascii=False))
        else:
            click.echo("  ".join(filter(None, [*values.values(), f"faults: {each.faults}" if each.faults else ""])))


plugins.add_command(show)
plugins.add_command(trace)


@plugins.command()
@click.argument("name")
@click.pass_obj
def enable(open_office: OpenOffice, name: str) -> None:
    """Enable a plugin: check it, make its tables, switch it on in every process."""
    enable_plugin(open_office(), name)
    click.echo(f"{name} is enabled.")


@plugins.command()
@click.argument("name")
@click.pass_obj
def disable(open_office: OpenOffice, name: str) -> None:
    """Disable a plugin: its data and its background jobs are parked."""
    disable_plugin(open_office(), name)
    click.echo(f"{name} is disabled.")


@plugins.command("purge")
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def purge_(open_office: OpenOffice, name: str, yes: bool) -> None:
    """Remove a disabled plugin's tables and values for ever; its history and its tickets stay."""
    if not yes:
        click.confirm(f"Remove all data of {name} for ever?", abort=True)
    purge_plugin(open_office(), name)
    click.echo(f"{name} is purged.")


def plugin_group(name: str) -> click.Group:
    """`itsm <plugin> …`: the commands that the enabled plugin registers, loaded only now."""
    return PluginGroup(name, help=f"Commands of the plugin {name}.")


class PluginGroup(click.Group):
    """Lists and runs the commands of one plugin."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(self._registered(ctx))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        command = self._registered(ctx).get(cmd_name)
        if command is None:
            return None

        @click.command(cmd_name, help=command.help)
        @click.argument("options", nargs=-1, metavar="[KEY=VALUE]...")
        @click.pass_obj
        def run(open_office: OpenOffice, options: tuple[str, ...]) -> None:
            with open_office().unit_of_work() as uow:
                text = command.function(uow, **_options(options))
            click.echo(text)

        return run

    def _registered(self, ctx: click.Context) -> dict[str, Command]:
        desk = ctx.obj().desk
        if self.name not in {member.name for member in desk.members}:
            reason = desk.aside.get(self.name or "", "it is not enabled")
            raise click.ClickException(f"The plugin {self.name} cannot be used: {reason}.")
        found: dict[str, Command] = desk.registry.commands.get(self.name or "", {})
        return found


def _options(words: tuple[str, ...]) -> dict[str, str]:
    options = {}
    for word in words:
        name, separator, value = word.partition("=")
        if not separator or not name.isidentifier():
            raise Invalid(say("{word}: write options as KEY=VALUE.", word=word))
        options[name] = value
    return options
