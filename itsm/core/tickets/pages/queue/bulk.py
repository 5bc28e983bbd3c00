"""One act on the selected tickets: first what would become of each, then the act."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from flask import flash, redirect, render_template, request
from marshmallow import fields
from werkzeug.wrappers import Response

from itsm.core.errors import Invalid, Refusal
from itsm.core.people.names import typed_person
from itsm.core.schemas import Among, Body, Ident, Line, Size, Strict, Verbatim, YesNo
from itsm.core.texts import say
from itsm.core.tickets.pages.blueprint import pages
from itsm.core.tickets.pages.inputs import CHOICES, values_from
from itsm.core.tickets.pages.labels import Labels
from itsm.core.tickets.pages.queue.asked import Asked
from itsm.core.tickets.pages.steps import step_names, step_of
from itsm.core.tickets.verbs.draft import workflow_of
from itsm.core.tickets.verbs.lists.bulk import MOST, BulkAct, Outcome, do_on_each, try_on_each
from itsm.core.web import actor, needs, reading, writing
from itsm.core.web.edge import translated
from itsm.core.web.frame import render, safe_next
from itsm.core.web.inputs import FRAME, Input, by_field, number_in, parse, put_typed
from itsm.core.work.uow import UnitOfWork

ACTS = {
    "mine": say("Assign to me"),
    "assignee": say("Assign to"),
    "team": say("Pass to the group"),
    "priority": say("Set the priority"),
    "step": say("Run the step"),
    "tag": say("Add the tag"),
    "note": say("Write an internal note"),
    "reply": say("Reply to the customer"),
}


class BulkForm(Strict):
    """Which tickets, what to do, and whether it was looked at before (`sure`). What a step asks for comes besides."""

    number = fields.List(Ident(), load_default=list, validate=Size(0, MOST))
    act = fields.String(required=True, validate=Among(ACTS))
    assignee = Line(240, blank=True, load_default="")
    team = Line(20, blank=True, load_default="")
    priority = Line(20, blank=True, load_default="")
    step = Line(80, blank=True, load_default="")
    tag = Line(60, blank=True, load_default="")
    body = Body(load_default="")
    reason = Line(500, blank=True, load_default="")
    key = Verbatim(64, minimum=8, required=True)
    sure = YesNo(load_default=False)


PLAIN = ("", "transition", "body", "tag")  # what needs no name beside the sentence
OWN = (*BulkForm().fields, *FRAME)


@dataclass(slots=True)
class Bar:
    """The choices of the bar under the list."""

    acts: Sequence[tuple[str, str]]
    teams: Sequence[tuple[str, str]]
    priorities: Sequence[tuple[str, str]]
    steps: Sequence[tuple[str, str]]
    key: str = field(default_factory=lambda: uuid4().hex)


def bar_of(uow: UnitOfWork, labels: Labels) -> Bar:
    """What may be done with selected tickets."""
    acts = [(name, translated(text)) for name, text in ACTS.items()]
    return Bar(acts, CHOICES["team"](uow, labels), CHOICES["priority"](uow, labels), list(step_names(uow).items()))


@pages.get("/tickets/bulk")
@needs("tickets.work")
def bar() -> Response:
    """The bar by itself: it is fetched when the first ticket is selected."""
    asked = Asked.of(request.args)
    with reading() as uow:
        return Response(render_template("core/queue_bar.html", bar=bar_of(uow, Labels(uow)), here=asked.here()))


@pages.post("/tickets/bulk")
@needs("tickets.work")
def bulk() -> Response:
    """Try an act on the selected tickets and show what would become of each; or, when that was seen, do it."""
    own, typed = request.form.copy(), request.form.copy()
    for name in request.form:
        (typed if name in OWN else own).poplist(name)
    back = safe_next(request.form.get("next"))
    try:
        data = parse(BulkForm, own)
        with reading() as uow:
            act = _act(uow, data, {name: typed.getlist(name) for name in typed})
        if not data["sure"]:
            return _preview(data, act, try_on_each(lambda: writing(data["reason"]), numbers=data["number"], act=act))
        source = f"bulk:{actor().person_id}"
        done = do_on_each(
            lambda: writing(data["reason"]), numbers=data["number"], act=act, source=source, key=data["key"]
        )
    except Invalid as error:
        for sentences in by_field(error).values():
            flash(" ".join(sentences), "bad")
        return redirect(back)
    _tell(done)
    return redirect(back)


def _act(uow: UnitOfWork, data: Mapping[str, Any], typed: Mapping[str, Sequence[str]]) -> BulkAct:
    """What the form says; raises `Invalid` where what the act needs is missing."""
    name = data["act"]
    if name == "mine":
        return BulkAct("change", changes={"assignee": actor().person_id})
    if name == "assignee":
        return BulkAct("change", changes={"assignee": typed_person(uow, data["assignee"])})
    if name in ("team", "priority"):
        value = number_in(data[name])
        if data[name] and value is None:
            raise Invalid.field(name, say("Not a valid integer."))
        return BulkAct("change", changes={name: value})
    if name == "step":
        if not data["step"]:
            raise Invalid.field("step", say("Choose a step."))
        return BulkAct("step", data["step"], values_from(uow, typed))
    text = data["tag"] if name == "tag" else data["body"]
    if not text.strip():
        raise Invalid.field(name, say("Write something first."))
    return BulkAct(name, text)


def _preview(data: Mapping[str, Any], act: BulkAct, outcomes: Sequence[Outcome]) -> Response:
    good = [one for one in outcomes if not one.refusals and not one.same]
    with reading() as uow:
        changed = act.changes or {}
        labels = Labels(uow, people=[changed.get("assignee")], teams=[changed.get("team")])
        return render(
            uow,
            "core/queue_bulk.html",
            title=f"{translated(ACTS[data['act']])}: {_what(labels, data['act'], act)}".removesuffix(": "),
            good=good,
            same=[one for one in outcomes if one.same],
            refused=[(one, _why(labels, one.refusals)) for one in outcomes if one.refusals],
            inputs=_inputs(uow, labels, act, outcomes),
            data=data,
            back=safe_next(request.form.get("next")),
        )


def _what(labels: Labels, name: str, act: BulkAct) -> str:
    """With what it is done, as people read it."""
    if name == "mine":
        return ""
    if act.name == "change":
        value = (act.changes or {})[name]
        return translated(say("By the rules")) if name == "priority" and not value else labels.shown(name, value)
    if act.name == "step":
        return step_names(labels.uow).get(act.value, act.value)
    return act.value[:200]


def _why(labels: Labels, refusals: Sequence[Refusal]) -> list[str]:
    named = [(labels.name(r.field) if r.field not in PLAIN else "", translated(r.message)) for r in refusals]
    return [f"{name}: {sentence}" if name else sentence for name, sentence in named]


def _inputs(uow: UnitOfWork, labels: Labels, act: BulkAct, outcomes: Sequence[Outcome]) -> list[Input]:
    """What the step asks for, to be filled in once for all: as its type says, and as was asked for by rules."""
    if act.name != "step":
        return []
    asked = list(dict.fromkeys(refusal.field for one in outcomes for refusal in one.refusals))
    for kind in uow.registry.kinds:
        way = workflow_of(uow, kind)[1].transitions.get(act.value)
        if way is not None:
            inputs = step_of(uow, labels, kind, way, {}, more=asked).inputs
            put_typed(inputs, {name: request.form.getlist(name) for name in request.form if name not in OWN})
            for item in inputs:
                item.required, item.fixed = False, False
            return inputs
    return []


def _tell(outcomes: Sequence[Outcome]) -> None:
    done = sum(not one.refusals for one in outcomes)
    flash(translated(say("Done for {count}.", count=done)))
    for one in [one for one in outcomes if one.refusals][:10]:
        why = " ".join(translated(refusal.message) for refusal in one.refusals)
        flash(f"#{one.number}: {why}", "bad")
