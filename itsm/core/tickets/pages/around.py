"""What hangs around a ticket: tags, watchers, links, parent, merge, split, work time."""

from flask import flash, redirect, request, url_for
from marshmallow import fields
from werkzeug.wrappers import Response

from itsm.core.errors import Conflict, Invalid
from itsm.core.people.names import typed_person
from itsm.core.schemas import Among, Ident, Line, Size, Strict, Whole
from itsm.core.texts import say
from itsm.core.tickets.pages.acts import act, refused
from itsm.core.tickets.pages.blueprint import pages
from itsm.core.tickets.verbs import (
    add_tag,
    link_tickets,
    log_work,
    merge_ticket,
    remove_tag,
    set_parent,
    split_ticket,
    unlink_tickets,
    unwatch,
    watch,
)
from itsm.core.tickets.verbs.relate import LINK_TYPES
from itsm.core.web import actor, needs, writing
from itsm.core.web.edge import translated
from itsm.core.web.inputs import Typed, parse
from itsm.core.work.uow import UnitOfWork


class TagForm(Strict):
    """A tag."""

    tag = Line(60, required=True)


class LinkForm(Strict):
    """A link to another ticket."""

    to = Ident(required=True)
    type = fields.String(required=True, validate=Among(LINK_TYPES))


class NumberForm(Strict):
    """The number of another ticket, or none."""

    number = Ident(load_default=None, allow_none=True)


class WorkForm(Strict):
    """Time spent."""

    minutes = Whole(1, 24 * 60, required=True)
    note = Line(300, blank=True, load_default="")


class SplitForm(Strict):
    """Messages that go into a new ticket, and its subject."""

    comments = fields.List(Ident(), required=True, validate=Size(1, 500))
    title = Line(300, required=True)


def _form() -> Typed:
    """The form; `#12` is as good as 12."""
    form = request.form.copy()
    for name in ("to", "number"):
        if name in form:
            form[name] = form[name].strip().lstrip("#№").strip()
            if not form[name]:
                form.poplist(name)
    return form


@pages.post("/tickets/<int:number>/tags")
@needs("tickets.work")
def tag(number: int) -> Response:
    """Put a tag on."""
    return act(number, "tag", lambda uow: add_tag(uow, number=number, **parse(TagForm, request.form)))


@pages.post("/tickets/<int:number>/tags/remove")
@needs("tickets.work")
def untag(number: int) -> Response:
    """Take a tag off."""
    return act(number, "tag", lambda uow: remove_tag(uow, number=number, **parse(TagForm, request.form)))


@pages.post("/tickets/<int:number>/watchers")
@needs("tickets.comment")
def watching(number: int) -> Response:
    """Watch, or let another person watch."""

    def work(uow: UnitOfWork) -> None:
        text = request.form.get("person", "")[:240] if actor().holds("people.read") else ""
        watch(uow, number=number, person_id=typed_person(uow, text) if text else None)

    return act(number, "watch", work)


@pages.post("/tickets/<int:number>/watchers/remove")
@needs("tickets.comment")
def not_watching(number: int) -> Response:
    """End watching, one's own or another person's."""

    def work(uow: UnitOfWork) -> None:
        unwatch(uow, number=number, person_id=parse(NumberForm, _form())["number"])

    return act(number, "watch", work)


@pages.post("/tickets/<int:number>/links")
@needs("tickets.work")
def link(number: int) -> Response:
    """Link another ticket."""
    return act(number, "link", lambda uow: link_tickets(uow, number=number, **parse(LinkForm, _form())))


@pages.post("/tickets/<int:number>/links/remove")
@needs("tickets.work")
def unlink(number: int) -> Response:
    """Remove a link."""
    return act(number, "link", lambda uow: unlink_tickets(uow, number=number, **parse(LinkForm, _form())))


@pages.post("/tickets/<int:number>/parent")
@needs("tickets.work")
def parent(number: int) -> Response:
    """Make it the child of another ticket, or of none."""
    return act(number, "parent", lambda uow: set_parent(uow, number=number, parent=_number()))


def _number() -> int | None:
    found: int | None = parse(NumberForm, _form())["number"]
    return found


@pages.post("/tickets/<int:number>/merge")
@needs("tickets.work")
def merge(number: int) -> Response:
    """Merge it into another ticket, and go there."""
    try:
        into = _number()
        if into is None:
            raise Invalid.field("number", say("Give the number of the other ticket."))
        with writing() as uow:
            target = merge_ticket(uow, number=number, into=into).id
    except (Invalid, Conflict) as error:
        return refused(number, "merge", error)
    flash(translated(say("#{number} was merged into this ticket.", number=number)))
    return redirect(url_for("tickets.page", number=target))


@pages.post("/tickets/<int:number>/split")
@needs("tickets.work")
def split(number: int) -> Response:
    """Open a new ticket from some messages, and go there."""
    try:
        data = parse(SplitForm, request.form)
        with writing() as uow:
            fresh = split_ticket(uow, number=number, **data).id
    except (Invalid, Conflict) as error:
        return refused(number, "split", error)
    return redirect(url_for("tickets.page", number=fresh))


@pages.post("/tickets/<int:number>/work")
@needs("tickets.work")
def work(number: int) -> Response:
    """Record time spent."""
    return act(number, "work", lambda uow: log_work(uow, number=number, **parse(WorkForm, request.form)))
