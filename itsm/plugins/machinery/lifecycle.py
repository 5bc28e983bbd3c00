"""Enable, disable and purge a plugin as a whole: check it, change the schema in a child process, then the verb."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Protocol

from sqlalchemy import inspect, select

from itsm.core.access.verbs import grant_defaults
from itsm.core.act import Act, system
from itsm.core.desk.models import PluginRow
from itsm.core.errors import Conflict, DeskError, Unknown
from itsm.core.hookspecs.declarations import Field, Permission
from itsm.core.hookspecs.registry import Registry
from itsm.core.settings import Settings
from itsm.core.texts import say
from itsm.core.work.session import Database
from itsm.core.work.uow import UnitOfWork
from itsm.plugins.machinery import switch
from itsm.plugins.machinery.child import run_child
from itsm.plugins.machinery.desk import Desk
from itsm.plugins.machinery.members import installed
from itsm.plugins.machinery.purge import forget_plugin
from itsm.plugins.machinery.watchdog import forget_note

COMMAND_LINE = Act(system("cli"), channel="cli")


class Office(Protocol):
    """What these procedures need of the place they run in."""

    settings: Settings
    database: Database

    @property
    def desk(self) -> Desk:
        """The desk as it is."""
        ...

    def trial(
        self, names: Iterable[str], *, clock: Callable[[], datetime] | None = None, fields: Sequence[Field] = ()
    ) -> Desk:
        """A desk as it would be with exactly these plugins and fields, and with another clock if one is given."""
        ...

    def unit_of_work(self, *, write: bool = True) -> UnitOfWork:
        """A unit of work of the command line."""
        ...


def enabled_names(database: Database) -> list[str]:
    """The plugins that the desk wants; none while it has no tables yet."""
    if not inspect(database.engine).has_table(PluginRow.__tablename__):
        return []
    with database.session(write=False) as session:
        session.ours = True
        statement = select(PluginRow.name).where(PluginRow.state == "enabled").order_by(PluginRow.name)
        return list(session.scalars(statement))


def enable_plugin(office: Office, name: str) -> None:
    """Enable a plugin, or say why it cannot be; nothing is changed before it was seen to fit."""
    enabled = enabled_names(office.database)
    if name in enabled:
        raise Conflict(say("The plugin {name} is enabled already.", name=name))
    if name not in installed():
        raise Unknown(say("No plugin {name} is installed; `itsm plugins list` shows what is.", name=name))
    trial = office.trial([*enabled, name])
    before = office.trial(enabled).aside if trial.aside else {}
    for plugin, reason in trial.aside.items():
        if plugin not in before:
            raise Conflict(say("The plugin {plugin} would not work: {reason}", plugin=plugin, reason=reason))
    run_child("migrate", "--with", name)
    with trial.unit_of_work(COMMAND_LINE) as uow:
        switch.enable(uow, name=name, dropped=dropped_calls(trial.registry, name))
        grant_defaults(uow, permissions_of(trial.registry, name))
    forget_note(office.settings.data_dir / "hung", name)


def is_embedded(desk: Desk) -> bool:
    """Whether a background job may enable plugins: elsewhere the desk's own role must not change the schema."""
    return desk.database.dialect == "sqlite" and not desk.settings.redis_url


def enable_aside(uow: UnitOfWork, *, plugin: str) -> None:
    """Enable a plugin in a child process, before this unit of work has touched the database that the child changes."""
    try:
        run_child("plugins", "enable", plugin)
    except DeskError:
        row = uow.session.get(PluginRow, plugin)  # a call that is repeated finds its work done
        if row is None or row.state != "enabled":
            raise


def disable_plugin(office: Office, name: str) -> None:
    """Disable a plugin that no enabled one needs; its data is parked."""
    for member in office.desk.members:
        if name in member.about.needs:
            raise Conflict(say("The plugin {other} needs {name}; disable it first.", other=member.name, name=name))
    with office.unit_of_work() as uow:
        switch.disable(uow, name=name)


def purge_plugin(office: Office, name: str) -> None:
    """Remove a disabled plugin's tables, indexes and values; may be repeated when it was interrupted."""
    with office.unit_of_work(write=False) as uow:
        row = switch.plugin_states(uow).get(name)
        if row is None:
            raise Unknown(say("The plugin {name} was never enabled.", name=name))
        if row.state != "disabled":
            raise Conflict(say("Only a disabled plugin can be purged: `itsm plugins disable {name}`.", name=name))
    trial = office.trial([*enabled_names(office.database), name])
    if name in trial.aside:
        reason = trial.aside[name]
        raise Conflict(say("Its code is needed to remove its tables, but {name}: {reason}", name=name, reason=reason))
    run_child("migrate", "--purge", name)
    with office.unit_of_work() as uow:
        forget_plugin(uow, name=name, kinds=owned(trial.registry, name, "kinds"))
        switch.forget(uow, name=name)


def owned(registry: Registry, plugin: str, group: str) -> Sequence[str]:
    """The names that a plugin brought to a group of the registry: its kinds, calls, permissions, …"""
    start = f"{group}:"
    return [key.removeprefix(start) for key, who in registry.owners.items() if who == plugin and key.startswith(start)]


def permissions_of(registry: Registry, plugin: str) -> Sequence[Permission]:
    """The permissions that a plugin declares."""
    return [registry.permissions[name] for name in owned(registry, plugin, "permissions")]


def dropped_calls(registry: Registry, plugin: str) -> Sequence[str]:
    """The calls of a plugin that do not fire late."""
    return [name for name in owned(registry, plugin, "calls") if registry.calls[name].late == "drop"]
