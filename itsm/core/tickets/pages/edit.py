"""Change every value of a ticket in one form; a conflict keeps what was typed and shows what others made of it."""

import json
from collections.abc import Collection
from typing import Any

from flask import flash, redirect, request, url_for
from werkzeug.wrappers import Response

from itsm.core.errors import Invalid, Stale
from itsm.core.fields.inputs import take_uploads
from itsm.core.texts import say
from itsm.core.tickets.models import Ticket
from itsm.core.tickets.pages.blueprint import pages
from itsm.core.tickets.pages.inputs import (
    OWN,
    fields_here,
    fields_on,
    inputs_on,
    plain,
    put_over,
    texts_of,
    values_from,
)
from itsm.core.tickets.values import values_of
from itsm.core.tickets.verbs import change_ticket, find_ticket
from itsm.core.web import needs, reading, writing
from itsm.core.web.edge import translated
from itsm.core.web.frame import render
from itsm.core.web.inputs import Input, Texts, number_in, put_refusals, put_typed, typed_in, was_in
from itsm.core.work.uow import UnitOfWork

CONTROLS = ("version", "was", "reason")


@pages.get("/tickets/<int:number>/edit")
@needs("tickets.work")
def edit(number: int) -> Response:
    """The form."""
    with reading() as uow:
        ticket = find_ticket(uow, number=number)
        inputs = _inputs(uow, ticket)
        return _form(uow, ticket, inputs, texts_of(inputs))


def _inputs(uow: UnitOfWork, ticket: Ticket, *, asked: Collection[str] = (), all_of_them: bool = False) -> list[Input]:
    """Inputs for what applies to the ticket as it is, what it holds, and what a refusal `asked` for."""
    here = {*fields_here(uow, ticket.kind, values_of(ticket))[0], *ticket.fields, *asked}
    names = [field.name for field in fields_on(uow, ticket.kind) if all_of_them or field.name in here]
    return inputs_on(uow, ticket, [*OWN, *names])


def _form(uow: UnitOfWork, ticket: Ticket, inputs: list[Input], was: Texts, **more: Any) -> Response:
    context = {"errors": (), "status": 200, "conflict": False, **more}
    return render(uow, "core/ticket_edit.html", ticket=ticket, inputs=inputs, was=json.dumps(was), **context)


@pages.post("/tickets/<int:number>/edit")
@needs("tickets.work")
def save(number: int) -> Response:
    """Save what was changed in the form; what was not touched is left as others may have made it."""
    typed: Texts = {}
    was = was_in(request.form)
    version = request.form.get("version", "")
    try:
        with reading() as uow:
            ticket = find_ticket(uow, number=number)
            inputs, held = _inputs(uow, ticket, all_of_them=True), ticket.fields
        typed = typed_in(inputs, request.form, CONTROLS)
        take_uploads(inputs, typed)
        touched = {name: texts for name, texts in typed.items() if plain(texts) != plain(was.get(name, []))}
        reason = request.form.get("reason", "")[:500].strip()
        with writing(reason) as uow:
            match = number_in(version) or 0
            change_ticket(uow, number=number, changes=values_from(uow, touched, held), match=match)
    except Stale:
        return _conflict(number, typed, was)
    except Invalid as error:
        return _again(number, typed, was, error)
    if touched:
        flash(translated(say("Saved.")))
    return redirect(url_for("tickets.page", number=number))


def _again(number: int, typed: Texts, was: Texts, error: Invalid) -> Response:
    with reading() as uow:
        ticket = find_ticket(uow, number=number)
        inputs = _inputs(uow, ticket, asked=[refusal.field for refusal in error.refusals])
        put_typed(inputs, typed)
        errors = put_refusals(inputs, error.refusals)
        if error.message.msgid:
            errors = [translated(error.message), *errors]
        # The version stays the one that was read, so that a conflict is still seen at the next try.
        version = request.form.get("version", "")[:20]
        return _form(uow, ticket, inputs, was, errors=errors, status=422, version=version)


def _conflict(number: int, typed: Texts, was: Texts) -> Response:
    """The newest values, with what this person typed kept over them and both shown where both changed."""
    with reading() as uow:
        ticket = find_ticket(uow, number=number)
        inputs = _inputs(uow, ticket)
        current = texts_of(inputs)
        for item in inputs:
            put_over(item, typed.get(item.name, []), was.get(item.name, []))
        return _form(uow, ticket, inputs, current, conflict=True, status=Stale.status)
