"""Macros on a ticket: the panel that offers them, what one would do with its texts to be changed, and doing it."""

from collections.abc import Iterable, Mapping
from typing import Any

from flask import flash, redirect, request, url_for
from werkzeug.wrappers import Response

from itsm.blocks.answers.pages.blueprint import STAFF, pages, ticket_of
from itsm.blocks.answers.pages.words import acts_of
from itsm.blocks.answers.rules import is_for
from itsm.blocks.answers.verbs import NOTE, REPLY, Plan, list_ready, plan_macro, run_macro
from itsm.core.errors import Conflict, Forbidden, Invalid
from itsm.core.fields.inputs import take_uploads
from itsm.core.schemas import Body, Strict
from itsm.core.texts import label_text, say
from itsm.core.tickets.models import Ticket
from itsm.core.tickets.pages.acts import only
from itsm.core.tickets.pages.inputs import inputs_of, values_from
from itsm.core.tickets.pages.labels import Labels
from itsm.core.tickets.values import values_of
from itsm.core.tickets.verbs.draft import workflow_of
from itsm.core.web import needs, reading, writing
from itsm.core.web.edge import locale, translated
from itsm.core.web.frame import render
from itsm.core.web.inputs import Input, Texts, by_field, number_in, parse, put_refusals, put_typed, typed_in
from itsm.core.work.uow import UnitOfWork

CONTROLS = (REPLY, NOTE, "version")


class RunForm(Strict):
    """The texts as they were changed."""

    reply = Body(load_default="")
    note = Body(load_default="")


def side(uow: UnitOfWork, ticket: Ticket) -> Mapping[str, Any] | None:
    """The panel beside a ticket; nothing where no macro is for it."""
    fitting = [entry for entry in list_ready(uow, "macro") if is_for(entry.kinds, ticket.kind)]
    if not fitting or ticket.category == "closed" or ticket.kind not in uow.registry.kinds:
        return None
    return {"macros": [(one.key, label_text(one.label, locale()), one.body["shortcut"]) for one in fitting]}


@pages.get("/tickets/<int:number>/macros/<macro>")
@needs(STAFF)
def preview(number: int, macro: str) -> Response:
    """What a macro would do, its texts filled in and open to change."""
    with reading() as uow:
        return _page(uow, ticket_of(uow, number), macro)


def _page(
    uow: UnitOfWork, ticket: Ticket, key: str, *, typed: Texts | None = None, error: Exception | None = None
) -> Response:
    """The page; after a refusal with what was typed."""
    try:
        plan = plan_macro(uow, number=ticket.id, macro=key)
    except Invalid as lacking:
        sentences = [sentence for found in by_field(lacking).values() for sentence in found]
        return render(uow, "answers/macro.html", status=lacking.status, ticket=ticket, plan=None, errors=sentences)
    more = [refusal.field for refusal in error.refusals] if isinstance(error, Invalid) else []
    inputs, errors, status = _inputs(uow, ticket, plan, more), [], 200
    if typed is not None:
        put_typed(inputs, typed)
    if isinstance(error, Invalid):
        errors = [*by_field(error).get("", ()), *put_refusals(inputs, [r for r in error.refusals if r.field])]
        status = error.status
    elif isinstance(error, Conflict | Forbidden):
        errors, status = [translated(error.message)], error.status
    said = [(n, request.form.get(n, getattr(plan, n))) for n in (REPLY, NOTE) if plan.body[n]]
    return render(
        uow, "answers/macro.html", status=status, ticket=ticket, plan=plan, errors=errors, inputs=inputs, said=said,
        title=label_text(plan.entry.label, locale()), acts=acts_of(uow, plan.entry),
    )  # fmt: skip


def _inputs(uow: UnitOfWork, ticket: Ticket, plan: Plan, more: Iterable[str] = ()) -> list[Input]:
    """The macro's long texts, and what its step asks for and neither the ticket nor the macro has; `more`: what its
    guards asked for."""
    held = {**values_of(ticket), **plan.changes}
    way = workflow_of(uow, ticket.kind)[1].transitions.get(plan.body["transition"])
    lacking = [name for name in (way.requires if way else ()) if held.get(name) in (None, "", [])]
    names = dict.fromkeys([*plan.body["texts"], *lacking, *more, *request.form])
    return inputs_of(uow, Labels(uow), names, held, lacking)


@pages.post("/tickets/<int:number>/macros/<macro>")
@needs(STAFF)
def run(number: int, macro: str) -> Response:
    """Run it with the texts as they were changed; a refusal undoes all and names what is missing."""
    typed: Texts = {}
    with reading() as uow:
        ticket = ticket_of(uow, number)
        plan = plan_macro(uow, number=number, macro=macro)
        inputs, held, label = _inputs(uow, ticket, plan), ticket.fields, label_text(plan.entry.label, locale())
    try:
        typed = typed_in(inputs, request.form, CONTROLS)
        take_uploads(inputs, typed)
        said = parse(RunForm, only((REPLY, NOTE)))
        with writing(translated(say("Macro: {name}", name=label))) as uow:
            changes = values_from(uow, typed, held)
            run_macro(uow, number=number, macro=macro, **said, changes=changes,
                      match=number_in(request.form.get("version", "")))  # fmt: skip
    except (Invalid, Conflict, Forbidden) as error:
        with reading() as uow:
            return _page(uow, ticket_of(uow, number), macro, typed=typed, error=error)
    flash(translated(say("Done: {name}", name=label)))
    return redirect(url_for("tickets.page", number=number))
