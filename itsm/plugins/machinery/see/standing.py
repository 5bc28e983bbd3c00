"""Where each plugin stands: enabled, switched off, in quarantine, set aside, and why."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from itsm.core.hookspecs.shows import Attention
from itsm.core.texts import Label, say
from itsm.core.work.uow import UnitOfWork
from itsm.plugins.machinery.desk import Desk
from itsm.plugins.machinery.members import installed
from itsm.plugins.machinery.switch import count_faults, plugin_states


@dataclass(slots=True)
class Standing:
    """One plugin: state is enabled, disabled, quarantined, installed (never enabled), aside (enabled, but does not
    fit), missing (not installed any more) or house (part of the desk itself); on: it can be switched off."""

    name: str
    title: Label
    version: str = ""
    state: str = ""
    reasons: list[str] = field(default_factory=list)
    faults: int = 0
    on: bool = False


def standings(uow: UnitOfWork, desk: Desk) -> Sequence[Standing]:
    """All plugins that are installed or known, by name."""
    known, rows, faults = installed(), plugin_states(uow), count_faults(uow)
    working = {member.name: member for member in desk.members if not member.built_in}
    found = []
    for name in sorted({*known, *rows, *working}):
        row = rows.get(name)
        wanted = row.state if row is not None else "enabled" if name in working else "installed"
        state = "aside" if wanted == "enabled" and name in desk.aside else wanted
        state = "missing" if name not in known and name not in working else state
        version = known[name].version if name in known else working[name].version if name in working else ""
        reasons = [row.reason if row else "", desk.aside.get(name, ""), known[name].fault if name in known else ""]
        title = working[name].about.title if name in working else {"en": name}
        told = list(dict.fromkeys(filter(None, reasons)))
        found.append(Standing(name, title, version, state, told, faults.get(name, 0), wanted == "enabled"))
    return found


def standing(uow: UnitOfWork, desk: Desk, name: str) -> Standing | None:
    """One plugin or one part of the house; None if there is none of this name."""
    for member in desk.members:
        if member.built_in and member.name == name:
            return Standing(name, {"en": name}, member.version, "house", faults=count_faults(uow).get(name, 0))
    return next((each for each in standings(uow, desk) if each.name == name), None)


def out_of_service(uow: UnitOfWork) -> Iterator[Attention]:
    """Plugins in quarantine, and those that are enabled and do not work."""
    for name, row in sorted(plugin_states(uow).items()):
        told = None
        if row.state == "quarantined":
            told = say("The plugin {name} is in quarantine: it failed too often. See why.", name=name)
        elif row.state == "enabled" and name not in uow.registry.plugins:
            told = say("The plugin {name} is enabled and does not work; see why.", name=name)
        if told is not None:
            yield Attention(told, "core.plugins", "machinery.plugin", "alarm", {"name": name})
