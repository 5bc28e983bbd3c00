"""Enable, disable, quarantine: verbs over the enabled set; each begins a new generation."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import func, select

from itsm.core.desk.models import PluginFault, PluginRow
from itsm.core.desk.verbs import new_generation
from itsm.core.errors import Conflict, Unknown
from itsm.core.ledger.verbs import append
from itsm.core.texts import say
from itsm.core.work.models import WAITING, OwedCall
from itsm.core.work.uow import UnitOfWork
from itsm.core.work.verbs import park, unpark
from itsm.plugins.machinery.members import installed

ENABLE = "machinery.enable"


def plugin_states(uow: UnitOfWork) -> Mapping[str, PluginRow]:
    """What the desk decided about each plugin it knows."""
    return {row.name: row for row in uow.session.scalars(select(PluginRow))}


def enable(uow: UnitOfWork, *, name: str, dropped: Sequence[str] = ()) -> None:
    """Enable a plugin whose tables are ready; its parked calls go on, those named in `dropped` only if not late."""
    uow.require("core.plugins")
    _set(uow, name, "enabled", "")
    unpark(uow, plugin=name, dropped=dropped)


def ask_to_enable(uow: UnitOfWork, *, name: str) -> None:
    """Owe the enabling of an installed plugin to a worker of an embedded desk; who asked stands in the ledger."""
    uow.require("core.plugins")
    row = plugin_states(uow).get(name)
    if row is None and name not in installed():
        raise Unknown(say("There is no plugin {name}.", name=name))
    if row is not None and row.state == "enabled":
        raise Conflict(say("The plugin {name} is enabled already.", name=name))
    if name in being_enabled(uow):
        raise Conflict(say("The plugin {name} is being enabled already.", name=name))
    append(uow, stream="plugin", subject_id=0, type="plugin_asked_for", facts={"plugin": name})
    uow.later(ENABLE, plugin=name)


def being_enabled(uow: UnitOfWork) -> Collection[str]:
    """The plugins whose enabling is owed and neither done nor given up."""
    waiting = select(OwedCall.args).where(OwedCall.name == ENABLE, OwedCall.state.in_(WAITING))
    return {args["plugin"] for args in uow.session.scalars(waiting)}


def disable(uow: UnitOfWork, *, name: str) -> None:
    """Disable a plugin: its data and its owed calls are parked, its tickets stay readable."""
    uow.require("core.plugins")
    row = uow.session.get(PluginRow, name)
    if row is None:
        raise Unknown(say("The plugin {name} was never enabled.", name=name))
    if row.state == "disabled":
        raise Conflict(say("The plugin {name} is disabled already.", name=name))
    _set(uow, name, "disabled", "")
    park(uow, plugin=name)


def quarantine(uow: UnitOfWork, name: str, reason: str) -> None:
    """Take a plugin that fails out of service, by name and with the reason, until a person enables it again."""
    row = uow.session.get(PluginRow, name)
    if row is None or row.state != "enabled":
        return
    _set(uow, name, "quarantined", reason)
    park(uow, plugin=name)


def forget(uow: UnitOfWork, *, name: str) -> None:
    """Remove a plugin's row after its tables were purged; its history in the ledger stays."""
    uow.require("core.plugins")
    row = uow.session.get(PluginRow, name)
    if row is not None:
        uow.session.delete(row)
        new_generation(uow)
        _tell(uow, name, "plugin_purged", "")


def count_faults(uow: UnitOfWork) -> Mapping[str, int]:
    """How often each plugin has failed so far."""
    counted = select(PluginFault.plugin, func.count()).group_by(PluginFault.plugin)
    return {name: number for name, number in uow.session.execute(counted)}


def _set(uow: UnitOfWork, name: str, state: str, reason: str) -> None:
    row = uow.session.get(PluginRow, name, with_for_update=True)
    if row is None:
        row = PluginRow(name=name, state=state, reason=reason, changed_at=uow.now)
        uow.session.add(row)
    row.state, row.reason, row.changed_at = state, reason, uow.now
    uow.session.flush()
    new_generation(uow)
    _tell(uow, name, f"plugin_{state}", reason)


def _tell(uow: UnitOfWork, name: str, type: str, reason: str) -> None:
    texts = {"reason": reason} if reason else None
    append(uow, stream="plugin", subject_id=0, type=type, facts={"plugin": name}, texts=texts)
