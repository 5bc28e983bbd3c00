"""Change one value of a ticket where it stands; when somebody else changed the same, both versions are shown."""

from flask import redirect, request
from werkzeug.wrappers import Response

from itsm.core.errors import Conflict, Invalid, Stale, Unknown
from itsm.core.fields.inputs import take_uploads
from itsm.core.texts import say
from itsm.core.tickets.pages.acts import refused
from itsm.core.tickets.pages.blueprint import pages
from itsm.core.tickets.pages.facts import Editing, editing_of
from itsm.core.tickets.pages.inputs import inputs_on, plain, put_over, texts_of, values_from
from itsm.core.tickets.pages.ticket import place_of, show_ticket
from itsm.core.tickets.verbs import change_ticket, find_ticket
from itsm.core.tickets.verbs.draft import lock_ticket
from itsm.core.web import needs, reading, writing
from itsm.core.web.edge import translated
from itsm.core.web.inputs import Texts, put_refusals, put_typed, typed_in, was_in

CONTROLS = ("was",)


@pages.post("/tickets/<int:number>/values/<name>")
@needs("tickets.work")
def set_value(number: int, name: str) -> Response:
    """Save one value; what others changed of the ticket meanwhile is no matter, unless it is this one."""
    typed: Texts = {}
    was = was_in(request.form).get(name, [])
    with reading() as uow:
        inputs = inputs_on(uow, find_ticket(uow, number=number), [name])
    if not inputs:
        raise Unknown(say("There is no such field."))
    try:
        typed = typed_in(inputs, request.form, CONTROLS)
        take_uploads(inputs, typed)
        if not _save(number, name, typed, was):
            return _both(number, name, typed.get(name, []), was)
    except Invalid as error:
        return _again(number, name, typed, error)
    except Conflict as error:
        return refused(number, "value", error)
    return redirect(place_of(number))


def _save(number: int, name: str, typed: Texts, was: list[str]) -> bool:
    """False when somebody else has changed it since the input was made, to something else."""
    with writing() as uow:
        ticket = lock_ticket(uow, number, "tickets.work")
        newest = plain(texts_of(inputs_on(uow, ticket, [name]))[name])
        if newest not in (plain(was), plain(typed.get(name, []))):
            return False
        change_ticket(uow, number=number, changes=values_from(uow, typed, ticket.fields))
        return True


def _again(number: int, name: str, typed: Texts, error: Invalid) -> Response:
    """The page with the input open and the refusals at it."""
    with reading() as uow:
        editing = editing_of(uow, find_ticket(uow, number=number), name)
        if editing is None:
            return refused(number, "value", error)
        put_typed([editing.input], typed)
        alert = put_refusals([editing.input], error.refusals)
        if error.message.msgid:
            alert = [translated(error.message), *alert]
        editing.was = request.form.get("was", "{}")[:200_000]  # a conflict is still seen at the next try
        return show_ticket(uow, number, status=error.status, editing=editing, alert=alert)


def _both(number: int, name: str, typed: list[str], was: list[str]) -> Response:
    """The page with the input open: what was typed is in it, what the other made of it below."""
    with reading() as uow:
        editing: Editing | None = editing_of(uow, find_ticket(uow, number=number), name)
        alert = [translated(say("Somebody changed this value while you were typing. Look, then save again."))]
        if editing is not None:
            put_over(editing.input, typed, was)
            return show_ticket(uow, number, status=Stale.status, editing=editing, alert=alert)
        return show_ticket(uow, number, status=Stale.status, alert=alert, lost=typed)
