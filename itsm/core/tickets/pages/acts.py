"""What people do on a ticket's page: write, claim, pass on."""

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, request, url_for
from werkzeug.wrappers import Response

from itsm.core.errors import Conflict, Invalid
from itsm.core.fields.inputs import take_uploads
from itsm.core.intake.verbs import settle, take_in
from itsm.core.schemas import Body, Line, Strict, Verbatim, YesNo
from itsm.core.texts import Message, say
from itsm.core.tickets.models import Ticket
from itsm.core.tickets.pages.blueprint import pages
from itsm.core.tickets.pages.inputs import OWN, fields_on, inputs_of, values_from
from itsm.core.tickets.pages.labels import Labels
from itsm.core.tickets.pages.ticket import show_ticket, step_of
from itsm.core.tickets.values import values_of
from itsm.core.tickets.verbs import add_comment, attach_file, claim_ticket, find_ticket, move_ticket
from itsm.core.tickets.verbs.draft import workflow_of
from itsm.core.web import actor, desk, needs, reading, writing
from itsm.core.web.edge import translated
from itsm.core.web.inputs import by_field, number_in, parse, put_refusals, put_typed, typed_in
from itsm.core.work.uow import UnitOfWork

CONTROLS = ("version", "reason", "key")


class CommentForm(Strict):
    """A reply or a note; `key` makes a form that is sent twice count once."""

    body = Body(load_default="")
    public = YesNo(required=True)
    key = Verbatim(64, minimum=8, required=True)


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
    return redirect(url_for("tickets.page", number=number))


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


@pages.post("/tickets/<int:number>/comments")
@needs("tickets.comment")
def comment(number: int) -> Response:
    """A public reply or an internal note, with files; or files alone."""
    there = number
    try:
        data = parse(CommentForm, request.form)
        uploads = [upload for upload in request.files.getlist("files") if upload.filename]
        if not data["body"].strip() and not uploads:
            raise Invalid.field("body", say("Write something first."))
        with writing() as uow:
            content = [number, data["body"], data["public"], [u.filename for u in uploads]]
            if take_in(uow, source=f"page:{actor().person_id}", key=data["key"], content=content) is None:
                there = _say(uow, number, data, uploads)
                settle(uow, outcome="added", ticket_id=there, answer={"number": there})
    except (Invalid, Conflict) as error:
        return refused(number, "comment", error)
    if there != number:
        flash(translated(say("The ticket #{old} is finished, so your message opened a new one.", old=number)))
    return redirect(url_for("tickets.page", number=there, _anchor="end"))


def _say(uow: UnitOfWork, number: int, data: dict[str, Any], uploads: list[Any]) -> int:
    """Write the message and its files; the number of the ticket on which it stands."""
    said = add_comment(uow, number=number, body=data["body"], public=data["public"]) if data["body"].strip() else None
    there = said.ticket.id if said is not None else number
    comment_id = said.comment.id if said is not None and said.comment is not None else None
    attach(uow, there, uploads, public=data["public"], comment_id=comment_id)
    return there


def attach(uow: UnitOfWork, number: int, uploads: list[Any], *, public: bool, comment_id: int | None = None) -> None:
    """Attach what was sent with a form."""
    for upload in uploads:
        attach_file(
            uow, store=desk().files, number=number, name=upload.filename, content=upload.stream, public=public,
            comment_id=comment_id,
        )  # fmt: skip


@pages.post("/tickets/<int:number>/moves/<transition>")
@needs("tickets.work")
def move(number: int, transition: str) -> Response:
    """Run a transition with the values it asks for; what is missing is asked for in place."""
    with reading() as uow:
        ticket = find_ticket(uow, number=number)
        held = ticket.fields
        inputs = inputs_of(uow, Labels(uow), [*OWN, *(field.name for field in fields_on(uow, ticket.kind))], {})
    try:
        typed = typed_in(inputs, request.form, CONTROLS)
        take_uploads(inputs, typed)
        reason = parse(ReasonForm, _only(("reason",)))["reason"]
        with writing(reason) as uow:
            match = number_in(request.form.get("version", ""))
            move_ticket(uow, number=number, transition=transition, changes=values_from(uow, typed, held), match=match)
    except Conflict as error:
        return refused(number, "move", error)
    except Invalid as error:
        return _step_again(number, transition, error)
    return redirect(url_for("tickets.page", number=number))


def _only(names: tuple[str, ...]) -> Any:
    form = request.form.copy()
    for name in list(form):
        if name not in names:
            form.poplist(name)
    return form


def _step_again(number: int, transition: str, error: Invalid) -> Response:
    """The page with the step's form open, each refusal at its input, nothing of what was typed lost."""
    with reading() as uow:
        ticket: Ticket = find_ticket(uow, number=number)
        way = workflow_of(uow, ticket.kind)[1].transitions.get(transition)
        if way is None or ticket.state not in way.sources:
            return refused(number, "move", error)
        more = [refusal.field for refusal in error.refusals]
        people = (ticket.contact_id, ticket.requested_for_id, ticket.assignee_id)
        step = step_of(uow, Labels(uow, people=people), ticket.kind, way, values_of(ticket), more=more)
        put_typed(step.inputs, {name: request.form.getlist(name) for name in request.form})
        step.errors, step.open = put_refusals(step.inputs, error.refusals), True
        if error.message.msgid:
            step.errors = [translated(error.message), *step.errors]
        return show_ticket(uow, number, status=422, step=step)
