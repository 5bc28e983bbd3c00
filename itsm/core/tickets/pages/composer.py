"""Writing on a ticket: a reply or an internal note, its preview, and the step that it may bring with it."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from itsm.core.errors import Conflict, Invalid
from itsm.core.fields.inputs import take_uploads
from itsm.core.intake.verbs import settle, take_in
from itsm.core.schemas import Body, Line, Strict, Verbatim, YesNo
from itsm.core.texts import say
from itsm.core.tickets.pages.acts import attach, only, refused, step_again, step_inputs
from itsm.core.tickets.pages.blueprint import pages
from itsm.core.tickets.pages.inputs import values_from
from itsm.core.tickets.pages.ticket import place_of
from itsm.core.tickets.verbs import add_comment, find_ticket, move_ticket
from itsm.core.tickets.verbs.page.window import read_comment
from itsm.core.web import actor, needs, reading, writing
from itsm.core.web.edge import translated
from itsm.core.web.frame import render
from itsm.core.web.inputs import Texts, parse, typed_in
from itsm.core.work.uow import UnitOfWork

OWN_NAMES = ("body", "public", "key", "then")


class CommentForm(Strict):
    """A reply or a note; `key` makes a form that is sent twice count once. then: the step that follows it."""

    body = Body(load_default="")
    public = YesNo(required=True)
    key = Verbatim(64, minimum=8, required=True)
    then = Line(60, blank=True, load_default="")


class PreviewForm(Strict):
    """A text."""

    body = Body(load_default="")


@pages.post("/tickets/<int:number>/comments")
@needs("tickets.comment")
def comment(number: int) -> Response:
    """A public reply or an internal note, with files; or files alone; and with it a step."""
    data: dict[str, Any] = {}
    try:
        data = parse(CommentForm, only(OWN_NAMES))
        typed, held = _typed(number, data)
        uploads = [upload for upload in request.files.getlist("files") if upload.filename]
        if not data["body"].strip() and not uploads:
            raise Invalid.field("body", say("Write something first."))
        there = _send(number, data, typed, held, uploads)
    except Invalid as error:
        return step_again(number, data.get("then", ""), error, said=True)
    except Conflict as error:
        return refused(number, "comment", error)
    if there != number:
        flash(translated(say("The ticket #{old} is finished, so your message opened a new one.", old=number)))
        return redirect(url_for("tickets.page", number=there, _anchor="end"))
    return redirect(place_of(number, _anchor="end"))


def _typed(number: int, data: dict[str, Any]) -> tuple[Texts, dict[str, Any]]:
    """What was typed for the step, and the fields as they are."""
    with reading() as uow:
        ticket = find_ticket(uow, number=number)
        inputs, held = step_inputs(uow, ticket), ticket.fields
    typed = typed_in(inputs, request.form, OWN_NAMES)
    if not data["then"]:
        return {}, held
    take_uploads(inputs, typed)
    return typed, held


def _send(number: int, data: dict[str, Any], typed: Texts, held: dict[str, Any], uploads: list[Any]) -> int:
    """Message, files and step in one act; the number of the ticket on which they stand."""
    with writing() as uow:
        content = [number, data["body"], data["public"], [u.filename for u in uploads]]
        earlier = take_in(uow, source=f"page:{actor().person_id}", key=data["key"], content=content)
        if earlier is not None:
            return int(earlier["number"])
        there = _say(uow, number, data, uploads)
        if data["then"]:
            move_ticket(uow, number=number, transition=data["then"], changes=values_from(uow, typed, held))
        settle(uow, outcome="added", ticket_id=there, answer={"number": there})
        return there


def _say(uow: UnitOfWork, number: int, data: dict[str, Any], uploads: list[Any]) -> int:
    """Write the message and its files; the number of the ticket on which it stands."""
    said = add_comment(uow, number=number, body=data["body"], public=data["public"]) if data["body"].strip() else None
    there = said.ticket.id if said is not None else number
    comment_id = said.comment.id if said is not None and said.comment is not None else None
    attach(uow, there, uploads, public=data["public"], comment_id=comment_id)
    return there


@pages.post("/tickets/preview")
@needs("tickets.comment")
def preview() -> Response:
    """How a text will look, by the same function as everywhere."""
    body = parse(PreviewForm, only(("body",)))["body"]
    return Response(render_template("core/ticket_preview.html", body=body), content_type="text/html")


@pages.get("/tickets/<int:number>/comments/<int:comment_id>")
@needs("tickets.read")
def whole_comment(number: int, comment_id: int) -> Response:
    """One message from its first line to its last."""
    with reading() as uow:
        find_ticket(uow, number=number)
        found = read_comment(uow, number=number, comment_id=comment_id)
        return render(uow, "core/ticket_text.html", number=number, id=f"text-{comment_id}", text=found.body)


@pages.get("/tickets/<int:number>/description")
@needs("tickets.read")
def whole_description(number: int) -> Response:
    """The description from its first line to its last."""
    with reading() as uow:
        found = find_ticket(uow, number=number)
        return render(uow, "core/ticket_text.html", number=number, id="text-description", text=found.description)
