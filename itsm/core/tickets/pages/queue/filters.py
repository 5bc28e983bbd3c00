"""The filters of the queue as inputs, and as words beside the list."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from itsm.core.errors import Invalid, Refusal
from itsm.core.fields.rules import NUMERIC
from itsm.core.fields.verbs import choices_of
from itsm.core.hookspecs.declarations import Field
from itsm.core.people.names import marked, typed_organisation, typed_person
from itsm.core.texts import label_text, say
from itsm.core.tickets.pages.inputs import CHOICES
from itsm.core.tickets.pages.labels import CATEGORIES, Labels
from itsm.core.tickets.pages.queue.asked import Asked
from itsm.core.tickets.verbs.lists.filters import MOMENTS, RANGED
from itsm.core.web.edge import translated
from itsm.core.web.inputs import Input
from itsm.core.work.uow import UnitOfWork

ALWAYS = ("q", "kind", "state_category", "team", "assignee", "priority")
PERSONS = ("assignee", "requested_for", "contact")
PLAIN = ("q", "tag", "state", "incomplete", "premium")
READY = {"none": say("None"), "me": say("I myself"), "unfinished": say("Unfinished"), "all": say("All")}


def resolved(uow: UnitOfWork, filters: Mapping[str, str]) -> dict[str, str]:
    """The filters with whom somebody typed as numbers; raises `Invalid` naming the filter where that is nobody."""
    found = dict(filters)
    for name, finder in (*((name, typed_person) for name in PERSONS), ("organisation", typed_organisation)):
        if name not in filters or all(part.strip() in READY or _is_id(part) for part in filters[name].split(",")):
            continue
        try:
            found[name] = str(finder(uow, filters[name]))
        except Invalid as error:
            raise Invalid(refusals=[Refusal(name, refusal.message) for refusal in error.refusals]) from error
    return found


def ids_in(filters: Mapping[str, str], name: str) -> set[int]:
    """The numbers among the values of a filter."""
    return {int(part) for part in filters.get(name, "").split(",") if _is_id(part)}


def _is_id(part: str) -> bool:
    return part.strip().isascii() and part.strip().isdigit() and len(part) < 16


def inputs_of_filters(
    uow: UnitOfWork, labels: Labels, filters: Mapping[str, str], errors: Mapping[str, Sequence[str]]
) -> list[Input]:
    """The filter form: the common ones, and every filterable field that plugins brought."""
    nobody = [("none", translated(say("None")))]
    inputs = [
        Input("q", labels.name("q")),
        Input("kind", labels.name("kind"), "choices", options=[(k, labels.kind(k)) for k in uow.registry.kinds]),
        Input("state_category", labels.name("state_category"), "choices", options=_stages()),
        Input("team", labels.name("team"), "choices", options=[*CHOICES["team"](uow, labels), *nobody]),
        Input("assignee", labels.name("assignee"), "person", help=translated(say("A name; or me, or none."))),
        Input("priority", labels.name("priority"), "choices", options=CHOICES["priority"](uow, labels)),
        Input("requested_for", labels.name("requested_for"), "person"),
        Input("organisation", labels.name("organisation"), "organisation"),
        Input("service", labels.name("service"), "choices", options=[*CHOICES["service"](uow, labels), *nobody]),
        Input("topic", labels.name("topic"), "choices", options=[*CHOICES["topic"](uow, labels), *nobody]),
        Input("tag", labels.name("tag")),
        Input("premium", labels.name("premium"), "choice", options=_yes_no()),
        Input("incomplete", labels.name("incomplete"), "choice", options=_yes_no()),
        *(item for name in MOMENTS for item in _bounds(name, labels.name(name), "date")),
        *(item for declared in _filterable(uow) for item in _of_field(uow, labels, declared)),
    ]  # fmt: skip
    for item in inputs:
        item.empty = translated(say("any"))
        _put(item, filters.get(item.name, ""), labels)
        item.errors = list(errors.get(item.name, ()))
    return inputs


def _filterable(uow: UnitOfWork) -> list[Field]:
    """What is not public may be asked for by staff alone."""
    staff = uow.act.actor.holds("tickets.internal")
    return [f for f in uow.registry.fields_of("ticket").values() if f.filterable and (staff or f.public)]


def _stages() -> list[tuple[str, str]]:
    stages = {"unfinished": READY["unfinished"], **CATEGORIES, "all": READY["all"]}
    return [(name, translated(word)) for name, word in stages.items()]


def _bounds(name: str, label: str, type: str) -> list[Input]:
    return [Input(f"{name}.{side}", _side(label, side), type) for side in ("from", "to")]


def _side(label: str, side: str) -> str:
    return translated(say("{name}, from", name=label) if side == "from" else say("{name}, to", name=label))


def _put(item: Input, value: str, labels: Labels) -> None:
    """Show the filter's value, also one that is not among the ready ones."""
    item.text = value
    item.chosen = [part.strip() for part in value.split(",") if part.strip()] if item.type == "choices" else [value]
    if item.name in PERSONS or item.name == "organisation":
        item.text = ", ".join(_marked(labels, item.name, part.strip()) for part in value.split(",") if part.strip())
    strange = [part for part in item.chosen if part and part not in dict(item.options)]
    if item.type in ("choice", "choices") and strange:
        item.options = [*item.options, *((part, _word(labels, item.name, part)) for part in strange)]


def _marked(labels: Labels, name: str, part: str) -> str:
    return marked(_word(labels, name, part), int(part)) if _is_id(part) else part


def _yes_no() -> list[tuple[str, str]]:
    return [("true", translated(say("yes"))), ("false", translated(say("no")))]


def _of_field(uow: UnitOfWork, labels: Labels, declared: Field) -> list[Input]:
    """One input, or two for what is bounded."""
    name, label = declared.name, labels.name(declared.name)
    if declared.type in RANGED:
        return _bounds(name, label, "number" if declared.type in NUMERIC else "date")
    item = Input(name, label)
    if declared.type in ("choice", "choices"):
        item.type = "choices"
        item.options = [(c.value, label_text(c.label, labels.locale)) for c in choices_of(uow, declared)]
    elif declared.type == "yes_no":
        item.type, item.options = "choice", _yes_no()
    return [item]


def chips(labels: Labels, asked: Asked) -> list[tuple[str, str, str]]:
    """(name, value, address without it) of each filter in force, for people."""
    found = []
    for name, value in asked.filters.items():
        rest = {n: v for n, v in asked.filters.items() if n != name} or {"state_category": "all"}
        url = replace(asked, filters=rest, after="", before="").url()
        found.append((_name(labels, name), _value_text(labels, name, value), url))
    return found


def _name(labels: Labels, name: str) -> str:
    whole, _, side = name.rpartition(".")
    return _side(labels.name(whole), side) if side in ("from", "to") and whole else labels.name(name)


def _value_text(labels: Labels, name: str, value: str) -> str:
    return ", ".join(_word(labels, name, part.strip()) for part in value.split(","))


def _word(labels: Labels, name: str, part: str) -> str:
    if part in READY and name not in ("q", "tag"):
        return translated(READY[part])
    if name == "kind":
        return labels.kind(part)
    if name == "state_category":
        return translated(CATEGORIES[part]) if part in CATEGORIES else part
    if part in ("true", "false"):
        return translated(say("yes") if part == "true" else say("no"))
    declared = labels.uow.registry.fields_of("ticket").get(name)
    if name in PLAIN or (declared is not None and declared.type not in ("choice", "choices")):
        return part
    return labels.shown(name, int(part) if _is_id(part) else part)
