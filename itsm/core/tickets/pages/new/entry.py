"""Which forms somebody may register tickets by, and the inputs of one as far as it is filled in."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from itsm.core.errors import Unknown
from itsm.core.fields.verbs import default_of
from itsm.core.hookspecs.declarations import Kind
from itsm.core.texts import say
from itsm.core.tickets.offered import Form, forms_of
from itsm.core.tickets.pages.inputs import fields_here, fields_on, inputs_of
from itsm.core.tickets.pages.labels import Labels
from itsm.core.tickets.verbs.demands import preset_of, service_path, standing_of
from itsm.core.tickets.verbs.draft import workflow_of
from itsm.core.web import actor
from itsm.core.web.inputs import Input, number_in
from itsm.core.work.uow import UnitOfWork

STAFF = ("requested_for", "title", "description", "service", "topic", "team", "assignee", "priority")
REQUESTER = ("title", "description", "service", "topic")
Typed = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Begun:
    """A form that is being filled in; kinds: the types among which it asks. resolution: what resolves the ticket in the
    same act, where the form offers it."""

    form: Form
    kind: Kind
    kinds: Sequence[Kind]
    inputs: list[Input]
    resolution: list[Input]

    @property
    def all(self) -> list[Input]:
        """Every input."""
        return [*self.inputs, *self.resolution]


def my_forms(uow: UnitOfWork) -> list[Form]:
    """The forms of the actor's roles; who has none uses one for each type, with all its fields."""
    me = actor()
    mine = forms_of(uow, me.roles | {role for role, _ in me.roles_within})
    return mine or [_plain(uow, kind) for kind in sorted(uow.registry.kinds.values(), key=lambda k: (k.order, k.name))]


def _plain(uow: UnitOfWork, kind: Kind) -> Form:
    staff = actor().holds("tickets.work")
    more = [field.name for field in fields_on(uow, kind.name) if field.on_form and (staff or field.public)]
    return Form(
        "", kind.label, (kind.name,), (*(STAFF if staff else REQUESTER), *more), resolve=staff, bound=False
    )  # fmt: skip


def begin(
    uow: UnitOfWork, key: str, kind: str, typed: Typed | None = None, shown: Collection[str] = ()
) -> Begun | None:
    """The form of this key, or the first for this type; None where no plugin brings a type. Raises `Unknown`.

    typed: only the inputs that apply to what was typed so far, and those `shown`; without it all it may ever ask for.
    """
    mine = my_forms(uow)
    form = next((one for one in mine if key in ("", one.key) and (not kind or kind in one.kinds)), None)
    if form is None and (mine or key or kind):
        raise Unknown(say("There is no type {kind}.", kind=kind) if kind else say("There is no form {key}.", key=key))
    if form is None:
        return None
    kinds = [uow.registry.kinds[name] for name in form.kinds if name in uow.registry.kinds]
    chosen = next((one for one in kinds if one.name == kind), kinds[0])
    steps = _resolution_names(uow, form, chosen.name)
    inputs = _inputs(uow, form, chosen.name, typed, set(shown) - set(steps))
    more = [f.name for f in fields_on(uow, chosen.name) if typed is None or f.name in shown] if steps else []
    there = {item.name for item in inputs}
    names = [name for name in dict.fromkeys([*steps, *more]) if name not in there]
    return Begun(form, chosen, kinds, inputs, inputs_of(uow, Labels(uow), names, {}))


def _resolution_names(uow: UnitOfWork, form: Form, kind: str) -> list[str]:
    """What the step to *resolved* asks for, and the topic; nothing where the actor may not take that step at once."""
    ways = workflow_of(uow, kind)[1].at_once() if form.resolve and actor().holds("tickets.work") else None
    return [*ways[1].requires, *ways[1].offers, "closing_topic"] if ways else []


def _inputs(uow: UnitOfWork, form: Form, kind: str, typed: Typed | None, shown: Collection[str]) -> list[Input]:
    declared = {field.name: field for field in fields_on(uow, kind)}
    held = {name: default_of(uow, f) for name, f in declared.items() if f.default is not None} | preset_of(uow, form)
    begun = held | _begun(uow, kind, typed or {})
    here, mandatory = fields_here(uow, kind, begun)
    asked = [name for name, field in declared.items() if field.mandatory] if typed is None else [
        *mandatory, *(name for name in shown if name in declared)
    ]  # fmt: skip
    names = [
        name for name in dict.fromkeys([*form.fields, *asked])
        if name not in uow.registry.fields_of("ticket")
        or (name in declared and (typed is None or name in here or name in shown))
    ]  # fmt: skip
    required = ["title", *mandatory, *form.demands(service_path(uow, begun.get("service")))]
    at = standing_of(uow, kind, begun)
    inputs = [item for item in inputs_of(uow, Labels(uow), names, held, required, at=[at]) if not item.fixed]
    for item in inputs:
        if item.name == "service" and form.services:
            item.options = [(id_, text) for id_, text in item.options if form.takes(service_path(uow, int(id_)))]
    return inputs


def _begun(uow: UnitOfWork, kind: str, typed: Typed) -> dict[str, Any]:
    """The values that conditions are judged by while a form is filled in: the first status, and what is typed."""
    workflow = workflow_of(uow, kind)[1]
    values: dict[str, Any] = {}
    for name, texts in typed.items():
        text = texts[0] if texts else ""
        if name == "service":
            values[name] = number_in(text)
        elif "." in name:
            values[name] = [t for t in texts if t] if len(texts) > 1 else text or None
    return values | {"state": workflow.initial, "category": workflow.states[workflow.initial].category}
