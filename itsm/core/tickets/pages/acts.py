"""What people do on a ticket's page: claim, pass on; and the page again after a refusal, with what was typed."""

from collections.abc import Callable, Iterable
from typing import Any

from flask import flash, redirect, request
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from itsm.core.errors import Conflict, Invalid, Stale
from itsm.core.fields.inputs import take_uploads
from itsm.core.schemas import Line, Strict
from itsm.core.texts import Message, say
from itsm.core.tickets.models import Ticket
from itsm.core.tickets.pages.blueprint import pages
from itsm.core.tickets.pages.inputs import OWN, fields_on, inputs_of, put_over, values_from
from itsm.core.tickets.pages.labels import Labels
from itsm.core.tickets.pages.steps import Step, step_of
from itsm.core.tickets.pages.ticket import place_of, show_ticket
from itsm.core.tickets.values import values_of
from itsm.core.tickets.verbs import attach_file, claim_ticket, find_ticket, move_ticket
from itsm.core.tickets.verbs.draft import lock_ticket, workflow_of
from itsm.core.web import desk, needs, reading, writing
from itsm.core.web.edge import translated
from itsm.core.web.inputs import Input, Texts, by_field, number_in, parse, put_refusals, put_typed, typed_in, was_in
from itsm.core.work.uow import UnitOfWork

CONTROLS = ("version", "state", "was", "reason", "key")


class ReasonForm(Strict):
    """Why, in a few words."""

    reason = Line(500, blank=True, load_default="")


def act(number: int, form: str, work: Callable[[UnitOfWork], Any], done: Message | None = None) -> Response:
    """Do `work` and go back to the ticket; a refusal shows the page again with what `form` held."""
    try:
        with writing() as uow:
            work(uow)
    except (Invalid, Conflict) as error:
        return refused(number, form, error)
    if done is not None:
        flash(translated(done))
    return redirect(place_of(number))


def refused(number: int, form: str, error: Invalid | Conflict) -> Response:
    """The page of the ticket with the refusal on it and what was typed in its place."""
    if isinstance(error, Invalid):
        alert = [sentence for found in by_field(error).values() for sentence in found]
    else:
        alert = [translated(error.message)]
    with reading() as uow:
        return show_ticket(uow, number, status=error.status, alert=alert, typed={form: request.form})


@pages.post("/tickets/<int:number>/claim")
@needs("tickets.work")
def claim(number: int) -> Response:
    """Take a ticket that nobody has."""
    return act(number, "claim", lambda uow: claim_ticket(uow, number=number), say("The ticket is yours."))


def attach(uow: UnitOfWork, number: int, uploads: list[Any], *, public: bool, comment_id: int | None = None) -> None:
    """Attach what was sent with a form."""
    for upload in uploads:
        attach_file(
            uow, store=desk().files, number=number, name=upload.filename, content=upload.stream, public=public,
            comment_id=comment_id,
        )  # fmt: skip


def step_inputs(uow: UnitOfWork, ticket: Ticket) -> list[Input]:
    """All that may be sent with a step."""
    return inputs_of(uow, Labels(uow), [*OWN, *(field.name for field in fields_on(uow, ticket.kind))], {})


@pages.post("/tickets/<int:number>/moves/<transition>")
@needs("tickets.work")
def move(number: int, transition: str) -> Response:
    """Run a transition with the values it asks for; what is missing is asked for in place."""
    typed: Texts = {}
    with reading() as uow:
        ticket = find_ticket(uow, number=number)
        inputs, held = step_inputs(uow, ticket), ticket.fields
    try:
        typed = typed_in(inputs, request.form, CONTROLS)
        take_uploads(inputs, typed)
        reason = parse(ReasonForm, only(("reason",)))["reason"]
        match = number_in(request.form.get("version", ""))
        with writing(reason) as uow:
            if match is not None and _undisturbed(uow, number, transition, typed):
                match = None
            move_ticket(uow, number=number, transition=transition, changes=values_from(uow, typed, held), match=match)
    except Stale as error:
        return _overtaken(number, transition, error, typed)
    except Conflict as error:
        return refused(number, "move", error)
    except Invalid as error:
        return step_again(number, transition, error)
    return redirect(place_of(number))


def _undisturbed(uow: UnitOfWork, number: int, transition: str, typed: Texts) -> bool:
    """Whether the ticket stands where it stood when the form was made, and nobody has changed what the form changes."""
    ticket = lock_ticket(uow, number, "tickets.work")
    step = _step_now(uow, ticket, transition, typed)
    if step is None or request.form.get("state") != ticket.state:
        return False
    was = was_in(request.form)
    return not any(put_over(item, typed.get(item.name, []), was.get(item.name, [])) for item in step.inputs)


def only(names: Iterable[str]) -> MultiDict[str, str]:
    """These of what the form brought; the rest is read elsewhere."""
    return MultiDict([(name, value) for name in names for value in request.form.getlist(name)])


def _step_now(uow: UnitOfWork, ticket: Ticket, transition: str, more: Iterable[str]) -> Step | None:
    """The step as it stands now; None for one that is not possible any more."""
    if ticket.kind not in uow.registry.kinds:
        return None
    way = workflow_of(uow, ticket.kind)[1].transitions.get(transition)
    if way is None or ticket.state not in way.sources:
        return None
    people = (ticket.contact_id, ticket.requested_for_id, ticket.assignee_id)
    step = step_of(uow, Labels(uow, people=people), ticket.kind, way, values_of(ticket), more=list(more))
    step.open = True
    return step


def step_again(number: int, transition: str, error: Invalid, *, said: bool = False) -> Response:
    """The page with the step's form open, each refusal at its input, nothing of what was typed lost.

    said: the step came with a message, and stands where that is written.
    """
    with reading() as uow:
        ticket: Ticket = find_ticket(uow, number=number)
        step = _step_now(uow, ticket, transition, [refusal.field for refusal in error.refusals])
        if step is None:
            return refused(number, "comment" if said else "move", error)
        put_typed(step.inputs, {name: request.form.getlist(name) for name in request.form})
        step.errors = put_refusals(step.inputs, error.refusals)
        if error.message.msgid:
            step.errors = [translated(error.message), *step.errors]
        if not said:
            return show_ticket(uow, number, status=error.status, step=step)
        typed = {"comment": request.form}
        return show_ticket(uow, number, status=error.status, then=step, alert=step.errors, typed=typed)


def _overtaken(number: int, transition: str, error: Stale, typed: Texts) -> Response:
    """Somebody changed the ticket meanwhile: the step with what was typed over the newest values, both shown where
    both changed; where it is not possible any more, what was typed is shown beside the reason."""
    with reading() as uow:
        ticket: Ticket = find_ticket(uow, number=number)
        step = _step_now(uow, ticket, transition, typed)
        alert = [translated(error.message)]
        if step is None:
            lost = [text for texts in typed.values() for text in texts if text.strip()]
            return show_ticket(uow, number, status=error.status, alert=alert, lost=lost)
        was = was_in(request.form)
        for item in step.inputs:
            put_over(item, typed.get(item.name, []), was.get(item.name, []))
        if step.inputs:
            step.errors = [*alert, translated(say("Look at what is new, then send it again."))]
        return show_ticket(uow, number, status=error.status, step=step, alert=() if step.inputs else alert)
