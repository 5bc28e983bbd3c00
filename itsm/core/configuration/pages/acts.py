"""An entry of a document moved or removed: at once, each a revision with its reason."""

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, request
from werkzeug.wrappers import Response

from itsm.core.configuration.forms.table import title_of
from itsm.core.configuration.pages.blueprint import pages
from itsm.core.configuration.pages.forms import Shown, show_spot
from itsm.core.configuration.pages.spots import Spot, find_spot, home_of
from itsm.core.configuration.verbs import change_document
from itsm.core.errors import Conflict, Invalid
from itsm.core.texts import Message, say
from itsm.core.tickets.rules import without_state
from itsm.core.web import needs, reading, writing
from itsm.core.web.edge import translated
from itsm.core.web.inputs import number_in


@pages.post("/configuration/<name>/form/<part>/<entry>/move")
@needs("core.configure")
def move_entry(name: str, part: str, entry: str) -> Response:
    """Put an entry one place higher or lower."""
    step = -1 if request.form.get("to") == "up" else 1

    def moved(spot: Spot) -> dict[str, Any]:
        rest = [one for place, one in enumerate(spot.entries) if place != spot.place]
        rest.insert(min(max(spot.place + step, 0), len(rest)), spot.value)
        return {**spot.body, part: rest}

    return _acted(name, part, entry, moved, lambda spot: say("Moved: {name}", name=title_of(spot.value, spot.place)))


@pages.post("/configuration/<name>/form/<part>/<entry>/remove")
@needs("core.configure")
def remove_entry(name: str, part: str, entry: str) -> Response:
    """Remove an entry; for a status of tickets `instead` tells where those stand from now on that stand in it."""

    def removed(spot: Spot) -> dict[str, Any]:
        if name.startswith("workflow.") and part == "states":
            return without_state(spot.body, spot.value["key"], request.form.get("instead", ""))
        return {**spot.body, part: [one for place, one in enumerate(spot.entries) if place != spot.place]}

    return _acted(name, part, entry, removed, None)


def _acted(
    name: str, part: str, entry: str, act: Callable[[Spot], dict[str, Any]], why: Callable[[Spot], Message] | None
) -> Response:
    """Do it and return to the list; a refusal shows the entry and says why not."""
    reason, match = request.form.get("reason", "")[:500], number_in(request.form.get("match", ""))
    try:
        with writing(reason) as uow:
            spot = find_spot(uow, name, part, entry)
            told = translated(why(spot)) if why else reason
            change_document(uow, name=name, body=act(spot), reason=told, match=match)
    except (Invalid, Conflict) as error:
        with reading() as uow:
            spot = find_spot(uow, name, part, entry)
            whole = [translated(error.message)] if error.message.msgid else []
            return show_spot(uow, spot, Shown(spot.value, error.refusals, whole, status=error.status))
    flash(translated(say("Saved and in force.")))
    return redirect(home_of(name))
