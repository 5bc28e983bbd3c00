"""Undo: offered for some seconds after an act, and in the timeline at one's own newest one."""

from flask import flash, redirect, request
from werkzeug.wrappers import Response

from itsm.core.errors import Conflict, Invalid
from itsm.core.schemas import Ident, Strict
from itsm.core.texts import say
from itsm.core.tickets.pages.acts import refused
from itsm.core.tickets.pages.blueprint import pages
from itsm.core.tickets.pages.ticket import place_of
from itsm.core.tickets.verbs.page.undo import undo_act
from itsm.core.web import needs, writing
from itsm.core.web.edge import translated
from itsm.core.web.inputs import parse


class UndoForm(Strict):
    """The event of the act."""

    event = Ident(required=True)


@pages.post("/tickets/<int:number>/undo")
@needs("tickets.work")
def undo(number: int) -> Response:
    """Take one's own newest act back."""
    try:
        event = parse(UndoForm, request.form)["event"]
        with writing(translated(say("Undone"))) as uow:
            undo_act(uow, number=number, event_id=event)
    except (Invalid, Conflict) as error:
        return refused(number, "undo", error)
    flash(translated(say("Undone.")))
    return redirect(place_of(number))
