"""What each hook would say of one ticket now, in the order of an act; nothing is written, nothing is held against
a plugin, and what the reader may not see is left out."""

import inspect
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from itsm.core.errors import Refusal
from itsm.core.hookspecs.declarations import Panel
from itsm.core.hookspecs.guards import Draft
from itsm.core.hookspecs.shows import Badge
from itsm.core.hookspecs.voices import Voice
from itsm.core.texts import Label, Message, say
from itsm.core.tickets.models import Ticket
from itsm.core.tickets.rules import Transition, enter
from itsm.core.tickets.seen import is_staff_everywhere, may_on, seen
from itsm.core.tickets.values import difference
from itsm.core.tickets.verbs.draft import draft_of, workflow_of
from itsm.core.work.uow import UnitOfWork
from itsm.plugins.machinery.isolate import FAILED, Bound, Hooks, Point
from itsm.plugins.machinery.see.faults import shown_error

IN_ORDER = ("guards", "voices", "decides", "shows")
OPENING = "ticket_opening"  # asked once, before there is a ticket
PLACES = ("ticket", "ticket_side")
Words = Message | Label | str


@dataclass(frozen=True, slots=True)
class Asked:
    """One implementation and what became of asking it.

    answers: (what it is about, the words), none when it had nothing to say. completed: name → [old, new] of what a
    guard wrote into the draft. fault: what went wrong. seconds: None for one that was not asked.
    """

    hook: str
    kind: str
    plugin: str
    answers: Sequence[tuple[str, Words]] = ()
    completed: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    fault: str = ""
    seconds: float | None = None


def ways_of(uow: UnitOfWork, ticket: Ticket) -> Sequence[Transition]:
    """The transitions that a trace can be made for; none while the plugin of the type is off."""
    return workflow_of(uow, ticket.kind)[1].leaving(ticket.state) if ticket.kind in uow.registry.kinds else ()


def dry_run(uow: UnitOfWork, *, hooks: Hooks, ticket: Ticket, transition: str = "") -> Sequence[Asked]:
    """Ask for a plain change, or for a transition that leaves the ticket's state now."""
    uow.require("core.plugins")
    aside = hooks.aside()
    looking = UnitOfWork(
        session=uow.session, hook=aside, registry=uow.registry, now=uow.now, act=uow.act, write=False, epoch=uow.epoch
    )
    draft = _draft(uow, ticket, transition)
    given = {"uow": looking, "draft": draft, "ticket_id": ticket.id}
    asked = [_ask(aside, point, bound, given) for point in _points(aside, given) for bound in point.bound]
    panels = [p for place in PLACES for p in uow.registry.panels_at(place)]
    return [*asked, *(_panel(aside, looking, panel, ticket) for panel in panels), *_afterwards(uow, aside, transition)]


def _draft(uow: UnitOfWork, ticket: Ticket, transition: str) -> Draft:
    draft = deepcopy(draft_of(uow, ticket))
    way = next((way for way in ways_of(uow, ticket) if way.key == transition), None)
    if way is not None:
        target = workflow_of(uow, ticket.kind)[1].states[way.target]
        enter(draft.values, target)
        draft.transition, draft.category, draft.outcome = transition, target.category, draft.values["outcome"]
    return draft


def _points(hooks: Hooks, given: Mapping[str, Any]) -> Iterable[Point]:
    """Every hook that can be asked with a ticket and its draft alone, those of plugins' own specs too."""
    for kind in IN_ORDER:
        for point in hooks.points.values():
            wanted = set(inspect.signature(point.function).parameters)
            if point.spec.kind == kind and wanted <= set(given) and wanted - {"uow"} and point.name != OPENING:
                yield point


def _ask(hooks: Hooks, point: Point, bound: Bound, given: Mapping[str, Any]) -> Asked:
    draft, staff = given["draft"], is_staff_everywhere(given["uow"].act.actor)
    before = deepcopy(draft.values)
    answer, seconds, fault = _watched(hooks, given["uow"], lambda: hooks.read(point, bound, given))
    completed = difference(before, draft.values) if point.spec.kind == "guards" else {}
    declared = given["uow"].registry.fields_of("ticket")
    if answer is FAILED and bound.impl.on_fault == "refuse":
        answer = Refusal("", say("fails, and without it the act is refused"))
    answers = () if answer in (FAILED, None) else [_words(each, staff) for each in _several(answer)]
    return Asked(point.name, point.spec.kind, bound.plugin, answers, seen(staff, completed, declared), fault, seconds)


def _watched(hooks: Hooks, uow: UnitOfWork, call: Callable[[], Any]) -> tuple[Any, float, str]:
    """(answer, seconds, what went wrong)."""
    started = time.perf_counter()
    answer = call()
    seconds = time.perf_counter() - started
    faults = [shown_error(uow.act.actor, fault.error) for fault in hooks.faults.take()]
    return answer, seconds, "; ".join(faults)


def _several(answer: Any) -> Iterable[Any]:
    return answer if isinstance(answer, Iterable) and not isinstance(answer, str | Mapping) else (answer,)


def _words(value: Any, staff: bool) -> tuple[str, Words]:
    if isinstance(value, Refusal):
        return value.field, value.message
    if isinstance(value, Badge):
        return "", value.text
    if not staff:
        return "", say("answered")
    if isinstance(value, Voice):
        return str(value.value), value.reason
    return "", repr(value)[:300]


def _panel(hooks: Hooks, looking: UnitOfWork, panel: Panel, ticket: Ticket) -> Asked:
    plugin, name = looking.registry.owners.get(f"panel:{panel.key}", ""), f"panel {panel.key}"
    if not may_on(looking.act.actor, panel.permission, ticket):
        why = say("not asked: it is for those with the permission {permission}", permission=panel.permission)
        return Asked(name, "shows", plugin, [("", why)])
    context, seconds, fault = _watched(hooks, looking, lambda: hooks.show(plugin, name, panel.context, looking, ticket))
    shown = [("", say("shown"))] if context not in (FAILED, None) else []
    return Asked(name, "shows", plugin, shown, {}, fault, seconds)


def _afterwards(uow: UnitOfWork, hooks: Hooks, transition: str) -> Iterable[Asked]:
    """Those that an act would call, and a look does not."""
    recorded = say("not asked: it writes with the change, in the same transaction")
    for bound in hooks.points["ticket_recorded"].bound:
        yield Asked("ticket_recorded", "records", bound.plugin, [("", recorded)])
    told = say("not asked: it is told after the change, in the background")
    name = "ticket_moved" if transition else "ticket_changed"
    for observer in uow.registry.observers.get(name, ()):
        yield Asked(name, "observes", observer.plugin, [("", told)])
