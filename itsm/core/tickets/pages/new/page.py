"""Register a ticket: choose one of one's forms, fill it in; a form that is sent twice makes one ticket."""

from collections.abc import Collection, Mapping
from typing import Any
from uuid import uuid4

from flask import flash, redirect, request, url_for
from werkzeug.wrappers import Response

from itsm.core.errors import Conflict, Invalid
from itsm.core.fields.inputs import take_uploads
from itsm.core.hookspecs.guards import Draft
from itsm.core.intake.verbs import settle, take_in
from itsm.core.people.names import MARKED
from itsm.core.schemas import Line, Strict, Verbatim
from itsm.core.texts import label_text, say
from itsm.core.tickets.offered import Form
from itsm.core.tickets.pages.acts import attach
from itsm.core.tickets.pages.blueprint import pages
from itsm.core.tickets.pages.inputs import values_from
from itsm.core.tickets.pages.labels import Labels
from itsm.core.tickets.pages.new.cascade import SUB, choose_service, put
from itsm.core.tickets.pages.new.entry import Begun, begin, my_forms
from itsm.core.tickets.pages.new.requester import choose_requester, meet_stranger, requester_of
from itsm.core.tickets.pages.ready import put_ready
from itsm.core.tickets.verbs import open_and_resolve, open_ticket
from itsm.core.tickets.verbs.alike import similar_tickets
from itsm.core.web import actor, needs, reading, writing
from itsm.core.web.edge import locale, translated
from itsm.core.web.frame import render
from itsm.core.web.inputs import by_field, number_in, parse, put_refusals, typed_in
from itsm.core.work.uow import UnitOfWork

KEYS = ("form_key", "kind", "key")  # an input called `form` would hide the property `form` of its form from scripts
CONTROLS = (*KEYS, "look", "resolve", SUB, "new_who", "new_name", "new_address")


class KeyForm(Strict):
    """What a new form carries besides the values."""

    form_key = Line(40, blank=True, load_default="")
    kind = Line(40, required=True)
    key = Verbatim(64, minimum=8, required=True)


@pages.get("/tickets/new")
@needs("tickets.open")
def new() -> Response:
    """A form; `title`, `requested_for` and other values may be given in the address."""
    with reading() as uow:
        typed = {name: request.args.getlist(name) for name in request.args}
        begun = _begin(uow, request.args, typed)
        if begun is not None:
            put(uow, begun, typed)
        return _page(uow, begun)


def _begin(
    uow: UnitOfWork, asked: Mapping[str, str], typed: Mapping[str, list[str]] | None = None, shown: Collection[str] = ()
) -> Begun | None:
    return begin(uow, asked.get("form_key", asked.get("form", ""))[:40], asked.get("kind", "")[:40], typed, shown)


def _page(uow: UnitOfWork, begun: Begun | None, **more: Any) -> Response:
    held = {item.name: item.text for item in begun.inputs} if begun else {}
    context = {"errors": (), "status": 200, "key": uuid4().hex, "labels": Labels(uow), **more}
    if begun is not None:
        put_ready(uow, Draft(begun.kind.name, _so_far(begun)), begun.resolution)
    context["resolving"] = "resolve" in request.form or any(item.text for item in (begun.resolution if begun else ()))
    return render(
        uow, "core/ticket_new.html", begun=begun, buttons=_buttons(my_forms(uow), begun), held=held,
        requester=requester_of(uow, held.get("requested_for", ""), request.form),
        similar=similar_tickets(uow, words=held.get("title", "")[:300]), **context,
    )  # fmt: skip


def _so_far(begun: Begun) -> dict[str, Any]:
    """What is typed of that by which texts are chosen and filled in."""
    held = {item.name: next(iter(item.chosen), "") or item.text for item in begun.all}
    person = MARKED.search(held.get("requested_for", ""))
    ids = {name: number_in(held.get(name, "")) for name in ("team", "service")}
    texts = {name: held.get(name) or None for name in ("title", "topic", "closing_topic")}
    return {**texts, **ids, "requested_for": int(person.group(1)) if person else None}


def _buttons(forms: list[Form], begun: Begun | None) -> list[tuple[str, str, bool]]:
    """(address, words, whether it is this one) of the forms that the actor may use."""
    return [
        (_address(form), label_text(form.label, locale()), begun is not None and form == begun.form) for form in forms
    ]


def _address(form: Form) -> str:
    if form.key:
        return url_for("tickets.new", form=form.key)
    return url_for("tickets.new", kind=form.kinds[0])


@pages.post("/tickets/new")
@needs("tickets.open")
def register() -> Response:
    """Open the ticket with its files; the same form again leads to the same ticket."""
    if "look" in request.form:
        return _look()
    typed: dict[str, list[str]] = {}
    with reading() as uow:
        begun = _begin(uow, request.form)
    try:
        control = parse(KeyForm, _only(KEYS))
        assert begun is not None  # noqa: S101  (a type that nobody brings is refused by `begin`)
        typed = typed_in(begun.all, request.form, CONTROLS)
        take_uploads(begun.all, typed)
        choose_requester(typed, request.form)
        uploads = [upload for upload in request.files.getlist("files") if upload.filename]
        with writing() as uow:
            choose_service(uow, typed, request.form)
            number = _register(uow, begun, control, typed, uploads)
    except (Invalid, Conflict) as error:
        return _again(typed, error)
    flash(translated(say("The ticket #{number} is registered.", number=number)))
    return redirect(url_for("tickets.page", number=number))


def _look() -> Response:
    """The page as what was typed so far lets it be: who the requester is, what resembles the subject, which fields
    apply. Nothing is written and nothing refused."""
    with reading() as uow:
        typed = {name: request.form.getlist(name) for name in request.form}
        choose_requester(typed, request.form)
        choose_service(uow, typed, request.form)
        begun = _begin(uow, request.form, typed)
        if begun is not None:
            put(uow, begun, typed)
        return _page(uow, begun, key=request.form.get("key", "")[:64])


def _only(names: Collection[str]) -> Any:
    form = request.form.copy()
    for name in list(form):
        if name not in names:
            form.poplist(name)
    return form


def _register(
    uow: UnitOfWork, begun: Begun, control: dict[str, Any], typed: dict[str, list[str]], uploads: list[Any]
) -> int:
    resolving = "resolve" in request.form
    content = [control["form_key"], control["kind"], typed, [upload.filename for upload in uploads], resolving]
    earlier = take_in(uow, source=f"page:{actor().person_id}", key=control["key"], content=content)
    if earlier is not None:
        return int(earlier["number"])
    meet_stranger(uow, typed, request.form)
    values = {name: value for name, value in values_from(uow, typed).items() if value not in (None, "", [])}
    resolution = {item.name: values.pop(item.name) for item in begun.resolution if item.name in values}
    own = {name: value for name, value in values.items() if "." not in name}
    own["fields"] = {name: value for name, value in values.items() if "." in name}
    own |= {"title": own.get("title", ""), "source": begun.form.source, "form": begun.form.key or True}
    if resolving:
        ticket = open_and_resolve(uow, kind=control["kind"], resolution=resolution, **own)
    else:
        ticket = open_ticket(uow, kind=control["kind"], **own)
    attach(uow, ticket.id, uploads, public=True)
    settle(uow, outcome="opened", ticket_id=ticket.id, answer={"number": ticket.id})
    return ticket.id


def _again(typed: dict[str, list[str]], error: Invalid | Conflict) -> Response:
    """The form with what was typed, each refusal at its input, and a new key."""
    with reading() as uow:
        asked = [refusal.field.removeprefix("fields.") for refusal in getattr(error, "refusals", ())]
        begun = _begin(uow, request.form, typed, asked)
        if begun is not None:
            put(uow, begun, typed)
        inputs = begun.all if begun else []
        if not isinstance(error, Invalid):
            return _page(uow, begun, errors=[translated(error.message)], status=error.status)
        if any(refusal.field == "Idempotency-Key" for refusal in error.refusals):
            sent = say("This form was sent already, with other values. Send it again if you want one more ticket.")
            return _page(uow, begun, errors=[translated(sent)], status=422)
        errors = [*by_field(error).get("", ()), *put_refusals(inputs, [r for r in error.refusals if r.field])]
        return _page(uow, begun, errors=errors, status=422)
