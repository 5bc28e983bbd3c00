"""The page of one ticket."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from flask import render_template
from markupsafe import Markup
from werkzeug.wrappers import Response

from itsm.core.errors import Unknown
from itsm.core.fields.conditions import Standing
from itsm.core.fields.shown import fields_shown
from itsm.core.hookspecs.declarations import Panel
from itsm.core.texts import label_text, say
from itsm.core.tickets.models import Ticket
from itsm.core.tickets.pages.blueprint import pages
from itsm.core.tickets.pages.inputs import inputs_of
from itsm.core.tickets.pages.labels import LINKS, Labels
from itsm.core.tickets.pages.timeline import Told, ids_in, timeline
from itsm.core.tickets.rules import Transition
from itsm.core.tickets.seen import is_staff, may_on
from itsm.core.tickets.values import COLUMNS, values_of
from itsm.core.tickets.verbs import find_ticket, read_attachment
from itsm.core.tickets.verbs.around import Around, around_ticket, conversation, visible_history
from itsm.core.tickets.verbs.demands import standing_of
from itsm.core.tickets.verbs.draft import workflow_of
from itsm.core.tickets.verbs.relate import LINK_TYPES
from itsm.core.web import actor, needs, reading
from itsm.core.web.downloads import download
from itsm.core.web.edge import locale, translated
from itsm.core.web.frame import render
from itsm.core.web.inputs import Input
from itsm.core.work.uow import UnitOfWork

FACTS = ("requested_for", "contact", "organisation", "service", "topic", "closing_topic", "source", "registered_by")


@dataclass(slots=True)
class Step:
    """A transition as the page offers it: at once, or with a form of what it asks for."""

    key: str
    label: str
    inputs: list[Input]
    main: bool
    open: bool = False
    errors: Sequence[str] = ()


@pages.get("/tickets/<int:number>")
@needs("tickets.read")
def page(number: int) -> Response:
    """One ticket: head, timeline, what can be done, what hangs around it."""
    with reading() as uow:
        return show_ticket(uow, number)


@pages.get("/tickets/<int:number>/files/<int:attachment_id>")
@needs("tickets.read")
def file(number: int, attachment_id: int) -> Response:
    """A file under its real name, always as a download and never as something that a browser runs."""
    with reading() as uow:
        found = read_attachment(uow, attachment_id=attachment_id)
        if found.ticket_id != number:
            raise Unknown(say("There is no such file."))
        return download(found.sha256, found.name)


def show_ticket(uow: UnitOfWork, number: int, *, status: int = 200, **kept: Any) -> Response:
    """The page; after a refusal with `alert` (sentences), `step` (the refused one) or `typed` (form → what it held)."""
    ticket = find_ticket(uow, number=number)
    events: Sequence[Told] = visible_history(uow, ticket)
    around = around_ticket(uow, ticket)
    labels = _labels(uow, ticket, events, around)
    comments, files = conversation(uow, ticket)
    staff, worker = is_staff(actor(), ticket), may_on(actor(), "tickets.work", ticket)
    steps = _steps(uow, labels, ticket, kept.get("step")) if worker else []
    return render(
        uow,
        "core/ticket.html",
        status=status,
        ticket=ticket,
        labels=labels,
        staff=staff,
        worker=worker,
        parked=ticket.kind not in uow.registry.kinds,
        entries=timeline(events, comments, files, labels, staff),
        steps=steps,
        facts=_facts(labels, ticket, staff),
        fields=fields_shown(uow, "ticket", ticket, staff=staff),
        around=around,
        link_words={(link.type, link.forward): translated(LINKS[link.type, link.forward]) for link in around.links},
        link_types=[(type, translated(LINKS[type, True])) for type in LINK_TYPES],
        badges=_badges(uow, ticket),
        panels=panels(uow, "ticket", ticket),
        side_panels=panels(uow, "ticket_side", ticket),
        key=uuid4().hex,
        alert=kept.get("alert", ()),
        typed=kept.get("typed", {}),
    )


def _labels(uow: UnitOfWork, ticket: Ticket, events: Sequence[Told], around: Around) -> Labels:
    """One gathering of all ids on the page, so that names cost three queries."""
    ids = ids_in(events)
    ids["people"] |= {ticket.contact_id, ticket.requested_for_id, ticket.assignee_id, ticket.registered_by_id}
    ids["people"] |= {*around.watchers, *(person for person, _ in around.work)}
    ids["organisations"].add(ticket.organisation_id)
    ids["teams"].add(ticket.team_id)
    return Labels(uow, **ids)


def _facts(labels: Labels, ticket: Ticket, staff: bool) -> list[tuple[str, str, int | None, str]]:
    """(name, text, id to link to, what it is) of what is known of a ticket; the empty is left out."""
    shown = FACTS if staff else ("requested_for", "service")
    found = []
    for name in shown:
        value = getattr(ticket, COLUMNS[name])
        same = name in ("contact", "registered_by") and value == ticket.requested_for_id
        if value is not None and not same:
            found.append((labels.name(name), labels.shown(name, value), value, name))
    return found


def _steps(uow: UnitOfWork, labels: Labels, ticket: Ticket, refused: Step | None) -> list[Step]:
    if ticket.kind not in uow.registry.kinds:
        close = Step("close", translated(say("Close")), [], main=True)
        return [close] if ticket.category != "closed" else []
    workflow = workflow_of(uow, ticket.kind)[1]
    ways = [t for t in workflow.leaving(ticket.state) if not t.hidden and _may(t, ticket)]
    steps = [
        step_of(uow, labels, ticket.kind, way, values_of(ticket), main=number == 0) for number, way in enumerate(ways)
    ]
    return [refused if refused is not None and refused.key == step.key else step for step in steps]


def _may(way: Transition, ticket: Ticket) -> bool:
    return not way.permission or may_on(actor(), way.permission, ticket)


def step_of(
    uow: UnitOfWork, labels: Labels, kind: str, way: Transition, values: Mapping[str, Any], *, main: bool = False,
    more: Sequence[str] = (),
) -> Step:  # fmt: skip
    """A transition with the inputs it asks for; `more`: names that its guards asked for besides."""
    names = list(dict.fromkeys([*way.requires, *way.offers, *more]))
    inputs = inputs_of(uow, labels, names, values, way.requires, at=_before_and_after(uow, kind, way, values))
    return Step(way.key, label_text(way.label, labels.locale), inputs, main)


def _before_and_after(uow: UnitOfWork, kind: str, way: Transition, values: Mapping[str, Any]) -> list[Standing]:
    """What may be set with a step is what may be changed where it begins or where it leads."""
    target = workflow_of(uow, kind)[1].states[way.target]
    after = {**values, "state": target.key, "category": target.category}
    return [standing_of(uow, kind, one) for one in (values, after)]


def _badges(uow: UnitOfWork, ticket: Ticket) -> list[tuple[str, str]]:
    """(text, tone); a plugin whose marks failed is named."""
    told = uow.hook.call("ticket_badges", uow=uow, ticket_id=ticket.id)
    marks = sorted((mark for _, mark in told if mark is not None), key=lambda mark: mark.order)
    failed = [(translated(say("{plugin}: failed", plugin=plugin)), "warn") for plugin, mark in told if mark is None]
    return [(label_text(mark.text, locale()), mark.tone) for mark in marks] + failed


def panels(uow: UnitOfWork, place: str, ticket: Ticket) -> list[tuple[str, Markup | None, str]]:
    """(title, html, plugin) of the panels at a place; html None for one that failed, which becomes a card."""
    shown = []
    for panel in uow.registry.panels_at(place):
        if not may_on(actor(), panel.permission, ticket):
            continue
        plugin = uow.registry.owners.get(f"panel:{panel.key}", "")
        html = uow.hook.show(plugin, f"panel {panel.key}", _panel_html, uow, panel, ticket)
        if html is not None:
            shown.append((label_text(panel.title, locale()), html if isinstance(html, Markup) else None, plugin))
    return shown


def _panel_html(uow: UnitOfWork, panel: Panel, subject: Any) -> Markup | None:
    """Context and template of a panel in one guarded call: a broken template is the plugin's fault too."""
    context = panel.context(uow, subject)
    return None if context is None else Markup(render_template(panel.template, subject=subject, **context))  # noqa: S704
