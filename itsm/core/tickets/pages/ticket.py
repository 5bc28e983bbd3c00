"""The page of one ticket."""

from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

from flask import request, url_for
from werkzeug.wrappers import Response

from itsm.core.errors import Unknown
from itsm.core.texts import say
from itsm.core.tickets.models import Ticket
from itsm.core.tickets.pages.blueprint import pages
from itsm.core.tickets.pages.facts import editing_of, facts_of
from itsm.core.tickets.pages.labels import LINKS, Labels
from itsm.core.tickets.pages.panels import badges_on, panels
from itsm.core.tickets.pages.steps import Step, steps_of
from itsm.core.tickets.pages.timeline import folded, ids_in, timeline
from itsm.core.tickets.seen import is_staff, may_on
from itsm.core.tickets.verbs import find_ticket, read_attachment
from itsm.core.tickets.verbs.around import Around, Told, around_ticket, conversation
from itsm.core.tickets.verbs.page.presence import ticket_news
from itsm.core.tickets.verbs.page.undo import undo_for
from itsm.core.tickets.verbs.page.window import Window, history_window
from itsm.core.tickets.verbs.relate import LINK_TYPES
from itsm.core.web import actor, needs, reading
from itsm.core.web.downloads import download
from itsm.core.web.edge import translated
from itsm.core.web.frame import render
from itsm.core.web.inputs import number_in
from itsm.core.work.uow import UnitOfWork

TALK = "talk"


@pages.get("/tickets/<int:number>")
@needs("tickets.read")
def page(number: int) -> Response:
    """One ticket: head, timeline, what can be done, what hangs around it.

    edit: the value whose input is shown in its place; then: the step that is to follow the message.
    """
    with reading() as uow:
        return show_ticket(uow, number, edit=request.args.get("edit", ""))


@pages.get("/tickets/<int:number>/files/<int:attachment_id>")
@needs("tickets.read")
def file(number: int, attachment_id: int) -> Response:
    """A file under its real name, always as a download and never as something that a browser runs."""
    with reading() as uow:
        found = read_attachment(uow, attachment_id=attachment_id)
        if found.ticket_id != number:
            raise Unknown(say("There is no such file."))
        return download(found.sha256, found.name)


def place_of(number: int, **more: Any) -> str:
    """The address of the page, with the same part of the history as the reader looks at."""
    return url_for("tickets.page", number=number, show=TALK if talk_only() else None, **more)


def talk_only() -> bool:
    """Whether the reader wants the conversation alone: by the address, or that of the page a form was sent from."""
    if request.method == "GET":
        return request.args.get("show") == TALK
    return parse_qs(urlsplit(request.headers.get("HX-Current-URL", "")).query).get("show") == [TALK]


def show_ticket(uow: UnitOfWork, number: int, *, status: int = 200, **kept: Any) -> Response:
    """The page; `edit` names the value whose input is open.

    After a refusal with `alert` (sentences), `step` (the refused one), `then` (the one that came with a message),
    `editing` (the refused value), `typed` (form → what it held) or `lost` (texts whose form is not there any more).
    """
    ticket = find_ticket(uow, number=number)
    window = history_window(uow, ticket, talk=talk_only(), before=number_in(request.args.get("before", "")))
    around, news = around_ticket(uow, ticket), ticket_news(uow, number=number)
    labels = _labels(uow, ticket, window.told, around, [person for person, _ in news.others])
    staff, worker = is_staff(actor(), ticket), may_on(actor(), "tickets.work", ticket)
    editing = kept.get("editing")
    if worker and kept.get("edit"):
        editing = editing_of(uow, ticket, kept["edit"])
    return render(
        uow,
        "core/ticket.html",
        status=status,
        ticket=ticket,
        labels=labels,
        staff=staff,
        worker=worker,
        news=news,
        parked=ticket.kind not in uow.registry.kinds,
        **_told(uow, ticket, window, labels, staff),
        **_to_do(uow, ticket, labels, worker, kept),
        undo=undo_for(uow, ticket, window.told) if worker and not window.until else None,
        facts=facts_of(uow, labels, ticket, staff=staff, worker=worker, editing=editing),
        description=folded(ticket.description),
        around=around,
        link_words={(link.type, link.forward): translated(LINKS[link.type, link.forward]) for link in around.links},
        link_types=[(type, translated(LINKS[type, True])) for type in LINK_TYPES],
        badges=badges_on(uow, ticket),
        panels=panels(uow, "ticket", ticket),
        side_panels=panels(uow, "ticket_side", ticket),
        composer_panels=panels(uow, "composer", ticket),
        key=uuid4().hex,
        alert=kept.get("alert", ()),
        lost=kept.get("lost", ()),
        typed=kept.get("typed", {}),
    )


def _labels(uow: UnitOfWork, ticket: Ticket, told: list[Told], around: Around, here: list[int]) -> Labels:
    """One gathering of all ids on the page, so that names cost three queries."""
    ids = ids_in(told)
    ids["people"] |= {ticket.contact_id, ticket.requested_for_id, ticket.assignee_id, ticket.registered_by_id}
    ids["people"] |= {actor().person_id, *here, *around.watchers, *(person for person, _ in around.work)}
    ids["organisations"].add(ticket.organisation_id)
    ids["teams"].add(ticket.team_id)
    return Labels(uow, **ids)


def _told(uow: UnitOfWork, ticket: Ticket, window: Window, labels: Labels, staff: bool) -> dict[str, Any]:
    """What the timeline needs."""
    comments, files = conversation(uow, ticket, window.told)
    customers = (ticket.requested_for_id, ticket.contact_id)
    entries = timeline(window.told, comments, files, labels, staff, customers)
    return {"entries": entries, "window": window, "talk": talk_only(), "now": uow.now}


def _to_do(uow: UnitOfWork, ticket: Ticket, labels: Labels, worker: bool, kept: dict[str, Any]) -> dict[str, Any]:
    """The steps, and the one that is to follow the message."""
    refused: Step | None = kept.get("step")
    steps = steps_of(uow, labels, ticket, refused) if worker else []
    wanted = kept.get("then") or next((step for step in steps if step.key == request.values.get("then")), None)
    return {"steps": steps, "then": wanted}
