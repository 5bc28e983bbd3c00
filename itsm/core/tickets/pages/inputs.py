"""The inputs of a ticket's values, and reading them back: through the same schema as the API."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from marshmallow import ValidationError

from itsm.core.errors import Invalid, Refusal
from itsm.core.fields.conditions import Standing, is_demanded, visible
from itsm.core.fields.guarded import read_only
from itsm.core.fields.inputs import field_input, field_values
from itsm.core.fields.verbs import clean_fields, fields_in_order
from itsm.core.hookspecs.declarations import Field
from itsm.core.people.names import list_teams, marked, typed_organisation, typed_person
from itsm.core.refusals import refusals_of
from itsm.core.texts import label_text, say
from itsm.core.tickets.forms import TicketValues
from itsm.core.tickets.models import Ticket
from itsm.core.tickets.pages.labels import Labels
from itsm.core.tickets.values import values_of
from itsm.core.tickets.verbs.demands import standing_of
from itsm.core.web.edge import translated
from itsm.core.web.inputs import Input, Texts, put_typed
from itsm.core.work.uow import UnitOfWork

PEOPLE = ("requested_for", "contact", "assignee")
OWN = (
    "title", "description", "requested_for", "contact", "organisation", "service", "topic", "closing_topic",
    "priority", "team", "assignee",
)  # fmt: skip


def fields_on(uow: UnitOfWork, kind: str) -> list[Field]:
    """The fields that tickets of a type have."""
    return [f for f in fields_in_order(uow, "ticket") if not f.kinds or kind in f.kinds]


def fields_here(uow: UnitOfWork, kind: str, values: Mapping[str, Any]) -> tuple[list[str], list[str]]:
    """(fields that apply to a ticket with these values and this actor, those of them that are mandatory)."""
    at = standing_of(uow, kind, values)
    shown = visible(uow.registry.fields_of("ticket"), at)
    here = [field for field in fields_on(uow, kind) if field.name in shown]
    return [field.name for field in here], [field.name for field in here if is_demanded(field, at)]


def inputs_of(
    uow: UnitOfWork, labels: Labels, names: Iterable[str], values: Mapping[str, Any], required: Iterable[str] = (),
    *, at: Sequence[Standing] = (),
) -> list[Input]:  # fmt: skip
    """An input for each of `names` that people may fill in, holding the ticket's value.

    at: what is read-only at all of these standings is shown as text.
    """
    needed = set(required)
    closed = read_only(uow, *at) if at else set()
    declared = uow.registry.fields_of("ticket")
    made = []
    for name in names:
        if name in declared and declared[name].written_by == "plugin":
            continue
        if name in declared:
            item = field_input(uow, declared[name], values.get(name))
        elif name in OWN:
            item = _own_input(uow, labels, name, values.get(name))
        else:
            continue
        item.fixed = name in closed
        item.required = name in needed and not item.fixed and not (item.type == "file" and item.text)
        made.append(item)
    return made


def inputs_on(uow: UnitOfWork, ticket: Ticket, names: Iterable[str]) -> list[Input]:
    """Inputs for these values of a ticket as it is; a priority that nobody chose is left to the rules."""
    people = (ticket.contact_id, ticket.requested_for_id, ticket.assignee_id)
    labels = Labels(uow, people=people, organisations=[ticket.organisation_id], teams=[ticket.team_id])
    values = values_of(ticket)
    at = standing_of(uow, ticket.kind, values)
    if not ticket.priority_pinned:
        values["priority"] = None
    inputs = inputs_of(uow, labels, names, values, ("title",), at=[at])
    for item in inputs:
        if item.name == "priority" and not ticket.priority_pinned:
            item.empty = f"{item.empty} ({labels.shown('priority', ticket.priority)})"
    return inputs


def texts_of(inputs: Iterable[Input]) -> Texts:
    """What the inputs hold, by name."""
    return {item.name: list(item.chosen) if item.type in ("choice", "choices") else [item.text] for item in inputs}


def plain(texts: Iterable[str]) -> list[str]:
    """Browsers send line ends as CR LF, and nothing for what is empty."""
    return [text.replace("\r\n", "\n") for text in texts if text]


def put_over(item: Input, typed: Sequence[str], before: Sequence[str]) -> bool:
    """Let an input with the newest value hold what was typed over an earlier one; whether two have changed it, then
    the input tells what the other made of it."""
    newest = texts_of([item])[item.name]
    if plain(typed) == plain(before):
        return False
    both = plain(newest) not in (plain(before), plain(typed))
    if both:
        words = dict(item.options)
        item.now = ", ".join(words.get(value, value) for value in newest)
    put_typed([item], {item.name: typed})
    return both


def _own_input(uow: UnitOfWork, labels: Labels, name: str, value: Any) -> Input:
    item = Input(name, labels.name(name), text="" if value is None else str(value), maximum=300)
    item.chosen = [item.text]
    if name == "description":
        item.type, item.maximum, item.rows = "long_text", 100_000, 8
    elif name in PEOPLE:
        item.type, item.text = "person", marked(labels.person(value), value)
    elif name == "organisation":
        item.type, item.text = "organisation", marked(labels.shown(name, value), value)
    elif name in CHOICES:
        item.type, item.options = "choice", CHOICES[name](uow, labels)
        if name == "priority":
            item.empty = translated(say("By the rules"))
    return item


def _teams(uow: UnitOfWork, labels: Labels) -> list[tuple[str, str]]:
    return [(str(team.id), label_text(team.label, labels.locale)) for team in list_teams(uow)]


def _services(_: UnitOfWork, labels: Labels) -> list[tuple[str, str]]:
    return [
        (str(s.id), "\u2003" * s.depth + label_text(s.label, labels.locale))
        for s in labels.services.values()
        if s.active
    ]


def _topics(_: UnitOfWork, labels: Labels) -> list[tuple[str, str]]:
    return list(labels.topics.items())


def _priorities(_: UnitOfWork, labels: Labels) -> list[tuple[str, str]]:
    return [(str(rank), text) for rank, text in labels.priorities.items()]


CHOICES: Mapping[str, Callable[[UnitOfWork, Labels], Sequence[tuple[str, str]]]] = {
    "team": _teams,
    "service": _services,
    "topic": _topics,
    "closing_topic": _topics,
    "priority": _priorities,
}


def values_from(
    uow: UnitOfWork, typed: Mapping[str, Sequence[str]], held: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Typed texts as the values that verbs take; raises `Invalid` with every refusal at once. held: the fields now."""
    declared = uow.registry.fields_of("ticket")
    own: dict[str, Any] = {}
    values, refusals = field_values(uow, declared, {name: texts for name, texts in typed.items() if name in declared})
    for name, texts in typed.items():
        text = texts[0] if texts else ""
        try:
            if name in declared:
                continue
            if name in PEOPLE:
                own[name] = typed_person(uow, text)
            elif name == "organisation":
                own[name] = typed_organisation(uow, text)
            else:
                own[name] = text if text or name in ("title", "description") else None
        except Invalid as error:
            refusals += [Refusal(name, refusal.message) for refusal in error.refusals]
    try:
        own = TicketValues().load(own)
    except ValidationError as error:
        refusals += refusals_of(error.messages)
    refusals += clean_fields(uow, "ticket", values, held)[1]
    if refusals:
        raise Invalid(refusals=refusals)
    return own | values
