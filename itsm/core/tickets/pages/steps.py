"""The steps that a ticket's life cycle offers, each with the inputs that it asks for."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from itsm.core.fields.conditions import Standing
from itsm.core.texts import label_text, say
from itsm.core.tickets.models import Ticket
from itsm.core.tickets.pages.inputs import inputs_of, texts_of
from itsm.core.tickets.pages.labels import Labels
from itsm.core.tickets.pages.ready import put_ready
from itsm.core.tickets.rules import Transition
from itsm.core.tickets.seen import may_on
from itsm.core.tickets.values import values_of
from itsm.core.tickets.verbs.demands import standing_of
from itsm.core.tickets.verbs.draft import draft_of, workflow_of
from itsm.core.web import actor
from itsm.core.web.edge import locale, translated
from itsm.core.web.inputs import Input
from itsm.core.work.uow import UnitOfWork


@dataclass(slots=True)
class Step:
    """A transition as the page offers it: at once, or with a form of what it asks for.

    was: what stood in its inputs when the form was made, as JSON.
    """

    key: str
    label: str
    inputs: list[Input]
    open: bool = False
    errors: Sequence[str] = ()
    was: str = "{}"


def steps_of(uow: UnitOfWork, labels: Labels, ticket: Ticket, refused: Step | None = None) -> list[Step]:
    """What this actor may do next; a refused step stands in its place as it was typed."""
    if ticket.kind not in uow.registry.kinds:
        return [Step("close", translated(say("Close")), [])] if ticket.category != "closed" else []
    ways = ways_of(uow, ticket)
    steps = [step_of(uow, labels, ticket.kind, way, values_of(ticket)) for way in ways]
    steps = [refused if refused is not None and refused.key == step.key else step for step in steps]
    put_ready(uow, draft_of(uow, ticket), [item for step in steps for item in step.inputs])
    return steps


def ways_of(uow: UnitOfWork, ticket: Ticket) -> list[Transition]:
    """The transitions out of the ticket's state that are offered to this actor."""
    leaving = workflow_of(uow, ticket.kind)[1].leaving(ticket.state)
    return [way for way in leaving if not way.hidden and _may(way, ticket)]


def step_names(uow: UnitOfWork) -> dict[str, str]:
    """The steps of all types by key; where types call one differently, as the first type does."""
    found: dict[str, str] = {}
    for kind in uow.registry.kinds:
        for way in workflow_of(uow, kind)[1].transitions.values():
            if not way.hidden:
                found.setdefault(way.key, label_text(way.label, locale()))
    return found


def _may(way: Transition, ticket: Ticket) -> bool:
    return not way.permission or may_on(actor(), way.permission, ticket)


def step_of(
    uow: UnitOfWork, labels: Labels, kind: str, way: Transition, values: Mapping[str, Any], *, more: Sequence[str] = ()
) -> Step:
    """A transition with the inputs it asks for; `more`: names that its guards asked for besides."""
    names = list(dict.fromkeys([*way.requires, *way.offers, *more]))
    inputs = inputs_of(uow, labels, names, values, way.requires, at=_before_and_after(uow, kind, way, values))
    return Step(way.key, label_text(way.label, labels.locale), inputs, was=json.dumps(texts_of(inputs)))


def _before_and_after(uow: UnitOfWork, kind: str, way: Transition, values: Mapping[str, Any]) -> list[Standing]:
    """What may be set with a step is what may be changed where it begins or where it leads."""
    target = workflow_of(uow, kind)[1].states[way.target]
    after = {**values, "state": target.key, "category": target.category}
    return [standing_of(uow, kind, one) for one in (values, after)]
