"""The plugins of the desk: which there are, their state and why; switching one on or off."""

from collections.abc import Mapping
from typing import Any, cast

from flask import Blueprint, flash, redirect, url_for
from werkzeug.wrappers import Response

from itsm.core.errors import Conflict
from itsm.core.texts import say
from itsm.core.web import desk, needs, reading, writing
from itsm.core.web.edge import translated
from itsm.core.web.frame import render
from itsm.core.work.uow import UnitOfWork
from itsm.plugins.machinery.desk import Desk
from itsm.plugins.machinery.lifecycle import is_embedded
from itsm.plugins.machinery.see.standing import standings
from itsm.plugins.machinery.switch import ask_to_enable, being_enabled, disable

pages = Blueprint("machinery", __name__)
STATES = {
    "enabled": (say("Enabled"), "resolved"),
    "disabled": (say("Switched off"), "closed"),
    "quarantined": (say("In quarantine"), "new"),
    "installed": (say("Installed, not enabled"), "closed"),
    "aside": (say("Set aside"), "new"),
    "missing": (say("Not installed any more"), "new"),
    "house": (say("A part of the desk itself"), "resolved"),
}


def worded(state: str) -> tuple[str, str]:
    """A state in the reader's words, and how it is coloured."""
    word, look = STATES[state]
    return translated(word), look


def enabling(uow: UnitOfWork) -> Mapping[str, Any]:
    """What the button or the command that enables a plugin needs to know."""
    return {"embedded": is_embedded(cast(Desk, desk())), "being_enabled": being_enabled(uow)}


@pages.get("/plugins")
@needs("core.plugins")
def plugins() -> Response:
    """Everything installed or known, with its state."""
    with reading() as uow:
        lines = standings(uow, cast(Desk, desk()))
        house = [member.name for member in cast(Desk, desk()).members if member.built_in]
        return render(uow, "machinery/plugins.html", plugins=lines, worded=worded, house=house, **enabling(uow))


@pages.post("/plugins/<name>/enable")
@needs("core.plugins")
def on(name: str) -> Response:
    """Have a plugin enabled in the background, where this process may have the schema changed."""
    try:
        with writing() as uow:
            ask_to_enable(uow, name=name)
            if not is_embedded(cast(Desk, desk())):  # after it is known that there is such a plugin; undoes the asking
                raise Conflict(say("Here a plugin is enabled by a command: `itsm plugins enable {name}`.", name=name))
    except Conflict as error:
        flash(translated(error.message))
    else:
        flash(translated(say("The plugin {name} is being enabled; this takes some seconds.", name=name)))
    return redirect(url_for("machinery.plugins"))


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
