"""The plugins of the desk: which there are, their state and why, what failed lately; switching one off."""

from dataclasses import dataclass, field
from typing import cast

from flask import Blueprint, flash, redirect, url_for
from werkzeug.wrappers import Response

from itsm.core.errors import Conflict, Unknown
from itsm.core.texts import Label, say
from itsm.core.web import desk, needs, reading, writing
from itsm.core.web.edge import translated
from itsm.core.web.frame import render
from itsm.core.work.uow import UnitOfWork
from itsm.plugins.machinery.desk import Desk
from itsm.plugins.machinery.members import installed
from itsm.plugins.machinery.switch import count_faults, disable, plugin_states, recent_faults

pages = Blueprint("machinery", __name__)
STATES = {
    "enabled": (say("Enabled"), "resolved"),
    "disabled": (say("Switched off"), "closed"),
    "quarantined": (say("In quarantine"), "new"),
    "installed": (say("Installed, not enabled"), "closed"),
    "aside": (say("Set aside"), "new"),
    "missing": (say("Not installed any more"), "new"),
}


@dataclass(slots=True)
class Line:
    """One plugin of the list. look: how its state is coloured."""

    name: str
    title: Label
    version: str = ""
    state: str = ""
    look: str = ""
    reasons: list[str] = field(default_factory=list)
    faults: int = 0
    on: bool = False


@pages.get("/plugins")
@needs("core.plugins")
def plugins() -> Response:
    """Everything installed or known, with its state."""
    with reading() as uow:
        lines = _lines(uow, cast(Desk, desk()))
        return render(uow, "machinery/plugins.html", plugins=lines)


def _lines(uow: UnitOfWork, now: Desk) -> list[Line]:
    known, rows = installed(), plugin_states(uow)
    faults = count_faults(uow)
    titles = {member.name: member.about.title for member in now.members if not member.built_in}
    versions = {member.name: member.version for member in now.members} | {n: m.version for n, m in known.items()}
    lines = []
    for name in sorted({*known, *rows, *titles}):
        row = rows.get(name)
        wanted = row.state if row is not None else "enabled" if name in titles else "installed"
        state = "aside" if wanted == "enabled" and name in now.aside else wanted
        state = "missing" if name not in known and name not in titles else state
        reasons = [reason for reason in (row.reason if row else "", now.aside.get(name, "")) if reason]
        word, look = STATES[state]
        title = titles.get(name, {"en": name})
        version = versions.get(name, "")
        lines.append(
            Line(name, title, version, translated(word), look, reasons, faults.get(name, 0), wanted == "enabled")
        )
    return lines


@pages.get("/plugins/<name>")
@needs("core.plugins")
def plugin(name: str) -> Response:
    """One plugin: its newest failures."""
    with reading() as uow:
        line = next((line for line in _lines(uow, cast(Desk, desk())) if line.name == name), None)
        if line is None:
            raise Unknown(say("There is no plugin {name}.", name=name))
        return render(uow, "machinery/plugin.html", plugin=line, faults=recent_faults(uow, name=name))


@pages.post("/plugins/<name>/disable")
@needs("core.plugins")
def off(name: str) -> Response:
    """Switch a plugin off; its data stay, its jobs wait."""
    try:
        with writing() as uow:
            disable(uow, name=name)
    except Conflict as error:
        flash(translated(error.message))
    else:
        flash(translated(say("The plugin {name} is switched off.", name=name)))
    return redirect(url_for("machinery.plugins"))
