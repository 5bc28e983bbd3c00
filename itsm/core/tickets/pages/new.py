"""Register a ticket: choose a type, fill in its form; a form that is sent twice makes one ticket."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import uuid4

from flask import flash, redirect, request, url_for
from werkzeug.wrappers import Response

from itsm.core.errors import Conflict, Invalid, Unknown
from itsm.core.fields.inputs import take_uploads
from itsm.core.fields.verbs import default_of
from itsm.core.hookspecs.declarations import Kind
from itsm.core.intake.verbs import settle, take_in
from itsm.core.schemas import Line, Strict, Verbatim
from itsm.core.texts import say
from itsm.core.tickets.pages.acts import attach
from itsm.core.tickets.pages.blueprint import pages
from itsm.core.tickets.pages.inputs import fields_here, fields_on, inputs_of, values_from
from itsm.core.tickets.pages.labels import Labels
from itsm.core.tickets.pages.requester import choose_requester, meet_stranger, requester_of
from itsm.core.tickets.verbs import open_ticket
from itsm.core.tickets.verbs.alike import similar_tickets
from itsm.core.tickets.verbs.demands import standing_of
from itsm.core.tickets.verbs.draft import workflow_of
from itsm.core.web import actor, needs, reading, writing
from itsm.core.web.edge import translated
from itsm.core.web.frame import render
from itsm.core.web.inputs import Input, by_field, number_in, parse, put_refusals, put_typed, typed_in
from itsm.core.work.uow import UnitOfWork

STAFF = ("requested_for", "title", "description", "service", "topic", "team", "assignee", "priority")
REQUESTER = ("title", "description", "service", "topic")
CONTROLS = ("kind", "key", "look", "new_who", "new_name", "new_address")
Typed = Mapping[str, Sequence[str]]


class KeyForm(Strict):
    """What a new form carries besides the values."""

    kind = Line(40, required=True)
    key = Verbatim(64, minimum=8, required=True)


@pages.get("/tickets/new")
@needs("tickets.open")
def new() -> Response:
    """The form of a type; `title`, `requested_for` and other values may be given in the address."""
    with reading() as uow:
        kind = _kind(uow, request.args.get("kind", ""))
        typed = {name: request.args.getlist(name) for name in request.args}
        inputs = _inputs(uow, kind, typed)
        put_typed(inputs, typed)
        return _form(uow, kind, inputs)


def _kinds(uow: UnitOfWork) -> list[Kind]:
    return sorted(uow.registry.kinds.values(), key=lambda kind: (kind.order, kind.name))


def _kind(uow: UnitOfWork, name: str) -> Kind | None:
    """The chosen type, or the first; None where no plugin brings one."""
    kinds = _kinds(uow)
    chosen = next((kind for kind in kinds if kind.name == name), None)
    if name and chosen is None:
        raise Unknown(say("There is no type {kind}.", kind=name))
    return chosen or (kinds[0] if kinds else None)


def _inputs(uow: UnitOfWork, kind: Kind | None, typed: Typed | None = None, asked: Collection[str] = ()) -> list[Input]:
    """The form's inputs; with `typed`, only those that apply to what was typed so far, and those `asked` for."""
    if kind is None:
        return []
    staff = actor().holds("tickets.work")
    own = STAFF if staff else REQUESTER
    defaults = {f.name: default_of(uow, f) for f in fields_on(uow, kind.name) if f.default is not None}
    begun = defaults | _begun(uow, kind, typed or {})
    here, mandatory = fields_here(uow, kind.name, begun)
    more = [
        f.name for f in fields_on(uow, kind.name)
        if (f.on_form or f.name in mandatory) and (staff or f.public or f.name in mandatory)
        and (typed is None or f.name in here or f.name in asked)
    ]  # fmt: skip
    at = standing_of(uow, kind.name, begun)
    inputs = inputs_of(uow, Labels(uow), [*own, *more], defaults, ("title", *mandatory), at=[at])
    return [item for item in inputs if not item.fixed]


def _begun(uow: UnitOfWork, kind: Kind, typed: Typed) -> dict[str, Any]:
    """The values that conditions are judged by while a form is filled in: the first status, and what is typed."""
    workflow = workflow_of(uow, kind.name)[1]
    values: dict[str, Any] = {}
    for name, texts in typed.items():
        text = texts[0] if texts else ""
        if name == "service":
            values[name] = number_in(text)
        elif "." in name:
            values[name] = [t for t in texts if t] if len(texts) > 1 else text or None
    return values | {"state": workflow.initial, "category": workflow.states[workflow.initial].category}


def _form(uow: UnitOfWork, kind: Kind | None, inputs: list[Input], **more: Any) -> Response:
    held = {item.name: item.text for item in inputs}
    context = {"errors": (), "status": 200, "key": uuid4().hex, "labels": Labels(uow), **more}
    return render(
        uow, "core/ticket_new.html", kind=kind, kinds=_kinds(uow), inputs=inputs, held=held,
        requester=requester_of(uow, held.get("requested_for", ""), request.form),
        similar=similar_tickets(uow, words=held.get("title", "")[:300]), **context,
    )  # fmt: skip


@pages.post("/tickets/new")
@needs("tickets.open")
def register() -> Response:
    """Open the ticket with its files; the same form again leads to the same ticket."""
    if "look" in request.form:
        return _look()
    typed: dict[str, list[str]] = {}
    with reading() as uow:
        kind = _kind(uow, request.form.get("kind", "")[:40])
        inputs = _inputs(uow, kind)
    try:
        control = parse(KeyForm, _controls())
        typed = typed_in(inputs, request.form, CONTROLS)
        take_uploads(inputs, typed)
        choose_requester(typed, request.form)
        uploads = [upload for upload in request.files.getlist("files") if upload.filename]
        with writing() as uow:
            number = _register(uow, control, typed, uploads)
    except (Invalid, Conflict) as error:
        return _again(request.form.get("kind", "")[:40], typed, error)
    flash(translated(say("The ticket #{number} is registered.", number=number)))
    return redirect(url_for("tickets.page", number=number))


def _look() -> Response:
    """The page as what was typed so far lets it be: who the requester is, what resembles the subject, which fields
    apply. Nothing is written and nothing refused."""
    with reading() as uow:
        kind = _kind(uow, request.form.get("kind", "")[:40])
        typed = {name: request.form.getlist(name) for name in request.form}
        choose_requester(typed, request.form)
        inputs = _inputs(uow, kind, typed)
        put_typed(inputs, typed)
        return _form(uow, kind, inputs, key=request.form.get("key", "")[:64])


def _controls() -> Any:
    form = request.form.copy()
    for name in list(form):
        if name not in ("kind", "key"):
            form.poplist(name)
    return form


def _register(uow: UnitOfWork, control: dict[str, Any], typed: dict[str, list[str]], uploads: list[Any]) -> int:
    content = [control["kind"], typed, [upload.filename for upload in uploads]]
    earlier = take_in(uow, source=f"page:{actor().person_id}", key=control["key"], content=content)
    if earlier is not None:
        return int(earlier["number"])
    meet_stranger(uow, typed, request.form)
    values = {name: value for name, value in values_from(uow, typed).items() if value not in (None, "", [])}
    own = {name: value for name, value in values.items() if "." not in name}
    given = {name: value for name, value in values.items() if "." in name}
    ticket = open_ticket(uow, kind=control["kind"], title=own.pop("title", ""), fields=given, source="web", **own)
    attach(uow, ticket.id, uploads, public=True)
    settle(uow, outcome="opened", ticket_id=ticket.id, answer={"number": ticket.id})
    return ticket.id


def _again(name: str, typed: dict[str, list[str]], error: Invalid | Conflict) -> Response:
    """The form with what was typed, each refusal at its input, and a new key."""
    with reading() as uow:
        kind = _kind(uow, name)
        asked = [refusal.field.removeprefix("fields.") for refusal in getattr(error, "refusals", ())]
        inputs = _inputs(uow, kind, typed, asked)
        put_typed(inputs, typed)
        if not isinstance(error, Invalid):
            return _form(uow, kind, inputs, errors=[translated(error.message)], status=error.status)
        if any(refusal.field == "Idempotency-Key" for refusal in error.refusals):
            sent = say("This form was sent already, with other values. Send it again if you want one more ticket.")
            return _form(uow, kind, inputs, errors=[translated(sent)], status=422)
        errors = [*by_field(error).get("", ()), *put_refusals(inputs, [r for r in error.refusals if r.field])]
        return _form(uow, kind, inputs, errors=errors, status=422)
