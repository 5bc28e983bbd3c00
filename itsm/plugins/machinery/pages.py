"""The plugins of the desk: which there are, their state and why; switching one off."""

from typing import cast

from flask import Blueprint, flash, redirect, url_for
from werkzeug.wrappers import Response

from itsm.core.errors import Conflict
from itsm.core.texts import say
from itsm.core.web import desk, needs, reading, writing
from itsm.core.web.edge import translated
from itsm.core.web.frame import render
from itsm.plugins.machinery.desk import Desk
from itsm.plugins.machinery.see.standing import standings
from itsm.plugins.machinery.switch import disable

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


@pages.get("/plugins")
@needs("core.plugins")
def plugins() -> Response:
    """Everything installed or known, with its state."""
    with reading() as uow:
        lines = standings(uow, cast(Desk, desk()))
        house = [member.name for member in cast(Desk, desk()).members if member.built_in]
        return render(uow, "machinery/plugins.html", plugins=lines, worded=worded, house=house)


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
