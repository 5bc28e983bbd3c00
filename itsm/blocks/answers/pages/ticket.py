"""Answers on a ticket: the panel above the message, the list to choose from, and the page with one put in."""

from collections.abc import Mapping
from typing import Any

from flask import jsonify, request
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from itsm.blocks.answers.pages.blueprint import STAFF, pages, ticket_of
from itsm.blocks.answers.pages.words import whose
from itsm.blocks.answers.rules import put_around
from itsm.blocks.answers.verbs import NOTE, REPLY, Filled, find_ready, frame_of, list_ready, offered_texts
from itsm.blocks.answers.verbs import filled as filled_in
from itsm.core.errors import Unknown
from itsm.core.texts import label_text, say
from itsm.core.tickets.models import Ticket
from itsm.core.tickets.pages.ticket import show_ticket
from itsm.core.tickets.verbs.draft import draft_of
from itsm.core.web import needs, reading
from itsm.core.web.edge import locale
from itsm.core.web.frame import render
from itsm.core.work.uow import UnitOfWork

FOUND, LISTED = 12, 200
LONGEST = 100


def composer(uow: UnitOfWork, ticket: Ticket) -> Mapping[str, Any] | None:
    """The panel above the text of a message; nothing where nothing is ready for it."""
    there = any(entry.body["purpose"] in (REPLY, NOTE) for entry in list_ready(uow, "answer"))
    return {} if there else None


@pages.get("/tickets/<int:number>/answers")
@needs(STAFF)
def pick(number: int) -> Response:
    """The answers for a ticket as they read for it; each leads to the ticket's page with it put in."""
    words = request.args.get("q", "")[:LONGEST]
    with reading() as uow:
        ticket = ticket_of(uow, number)
        found = offered_texts(uow, draft_of(uow, ticket), (REPLY, NOTE), words=words)[:LISTED]
        named = [(one, *_named(one)) for one in found]
        return render(uow, "answers/pick.html", ticket=ticket, found=named, words=words)


@pages.get("/tickets/<int:number>/answers/find")
@needs(STAFF)
def find(number: int) -> Response:
    """What suits while somebody types: `{"items": [{name, hint, text}], "salutation": …, "signature": …}`."""
    purpose = NOTE if request.args.get("for") == NOTE else REPLY
    with reading() as uow:
        draft = draft_of(uow, ticket_of(uow, number))
        found = offered_texts(uow, draft, (purpose,), words=request.args.get("q", "")[:LONGEST])[:FOUND]
        salutation, signature = frame_of(uow, draft) if purpose == REPLY else ("", "")
        items = [{"name": name, "hint": hint, "text": one.text} for one in found for name, hint in (_named(one),)]
        return jsonify(items=items, salutation=salutation, signature=signature)


def _named(one: Filled) -> tuple[str, str]:
    return label_text(one.entry.label, locale()), whose(one.entry)


@pages.get("/tickets/<int:number>/answers/<int:ready_id>")
@needs(STAFF)
def put(number: int, ready_id: int) -> Response:
    """The page of the ticket with an answer in the form of the message. bare: without salutation and signature."""
    with reading() as uow:
        draft, entry = draft_of(uow, ticket_of(uow, number)), find_ready(uow, id_=ready_id)
        if entry.what != "answer":
            raise Unknown(say("There is nothing ready with the number {id}.", id=ready_id))
        text, is_note = filled_in(uow, draft, entry), entry.body["purpose"] == NOTE
        if not is_note and "bare" not in request.args:
            text = put_around(text, *frame_of(uow, draft))
        said = MultiDict({"body": text, "public": "false" if is_note else "true"})
        return show_ticket(uow, number, typed={"comment": said})
