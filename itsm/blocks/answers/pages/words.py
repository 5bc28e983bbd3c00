"""What answers and macros are called, and what their forms offer."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from itsm.blocks.answers.rules import OWN_VALUES
from itsm.blocks.answers.verbs import DESK, ME, NOTE, REPLY, Entry, list_ready, ready_by_key
from itsm.core.configuration.forms import Part
from itsm.core.people.names import list_teams
from itsm.core.texts import Label, label_text, say
from itsm.core.tickets.pages.labels import Labels
from itsm.core.tickets.pages.steps import step_names
from itsm.core.web.edge import locale, translated
from itsm.core.work.uow import UnitOfWork

Options = Sequence[tuple[str, str]]
PURPOSES = {REPLY: say("Reply to the requester"), NOTE: say("Internal note")}
KINDS = {"answer": say("Answer"), "macro": say("Macro")}


def purposes(uow: UnitOfWork) -> dict[str, str]:
    """What answers are used as: a reply, a note, or one of the long texts of tickets that people fill in."""
    fields = sorted(uow.registry.fields_of("ticket").values(), key=lambda field: (field.order, field.name))
    long = {f.name: label_text(f.label, locale()) for f in fields if f.type == "long_text" and f.written_by == "people"}
    return {name: translated(word) for name, word in PURPOSES.items()} | long


def settable(uow: UnitOfWork) -> list[tuple[str, str]]:
    """The names of what a macro may set, each with what it is called."""
    fields = sorted(uow.registry.fields_of("ticket").values(), key=lambda field: (field.order, field.name))
    names = [*OWN_VALUES, *(field.name for field in fields if field.written_by == "people" and field.type != "file")]
    labels = Labels(uow)
    return [(name, labels.name(name)) for name in names]


def offer(uow: UnitOfWork, parts: Iterable[Part]) -> None:
    """Put into the inputs of a form what there is to choose of this block's own; a key is made where none is given."""
    offered: Mapping[str, Options] = {
        "purpose": [*purposes(uow).items()],
        "transition": [*step_names(uow).items()],
        **{name: _answers(uow, name) for name in (REPLY, NOTE)},
    }
    for part in parts:
        if part.name == "key":
            part.required, part.more = False, True
        if part.kind == "choice" and part.name in offered:
            known = {value for value, _ in offered[part.name]}
            part.options = [*offered[part.name], *((one, one) for one in part.chosen if one and one not in known)]


def _answers(uow: UnitOfWork, purpose: str) -> Options:
    fitting = (entry for entry in list_ready(uow, "answer") if entry.body["purpose"] == purpose)
    return [(entry.key, label_text(entry.label, locale())) for entry in fitting]


def owner_word(key: str, label: Label | None) -> str:
    """For whom somebody writes."""
    if key in (ME, DESK):
        return translated(say("Only me") if key == ME else say("Everybody"))
    return label_text(label, locale()) or key


def whose(entry: Entry) -> str:
    """Whose an entry is."""
    return owner_word(entry.owner, entry.group)


def acts_of(uow: UnitOfWork, entry: Entry, *, texts: bool = False) -> list[str]:
    """What a macro does, a line each; what it writes only with `texts`, for where it runs that stands there whole."""
    body, told = entry.body, []
    if body["take"]:
        told.append(translated(say("Take the ticket, if nobody has it")))
    if texts:
        written = {translated(PURPOSES[name]): body[name] for name in (REPLY, NOTE) if body[name]}
        labels = Labels(uow)
        written |= {labels.name(name): key for name, key in body["texts"].items()}
        told += [f"{name}: {_answer(uow, key)}" for name, key in written.items()]
    told += [f"{name}: {value}" for name, value in _values(uow, body["set"])]
    if body["tags"]:
        told.append(translated(say("Tags: {tags}", tags=", ".join(body["tags"]))))
    if body["watch"]:
        told.append(translated(say("Watch it")))
    if body["transition"]:
        step = step_names(uow).get(body["transition"], body["transition"])
        told.append(translated(say("Step: {step}", step=step)))
    return told


def _answer(uow: UnitOfWork, key: str) -> str:
    """What an answer is called; its key where the reader has none of that key."""
    found = ready_by_key(uow, "answer", key)
    return label_text(found.label, locale()) if found else key


def _values(uow: UnitOfWork, values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Values as people read them; groups and services stand in a macro by their keys."""
    labels = Labels(uow)
    for name, value in values.items():
        keyed: Mapping[str, Label] = {}
        if name == "team":
            keyed = {team.key: team.label for team in list_teams(uow)}
        elif name == "service":
            keyed = {service.key: service.label for service in labels.services.values()}
        known = label_text(keyed.get(str(value)), locale())
        yield labels.name(name), known or (str(value) if name in ("team", "service") else labels.shown(name, value))
