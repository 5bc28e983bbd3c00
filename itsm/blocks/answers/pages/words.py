"""What answers and macros are called, and what their forms offer."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from itsm.blocks.answers.rules import OWN_VALUES
from itsm.blocks.answers.verbs import DESK, ME, NOTE, REPLY, Entry, list_ready
from itsm.core.configuration.forms import Part
from itsm.core.configuration.verbs import document
from itsm.core.texts import Label, label_text, say
from itsm.core.tickets.models import Ticket
from itsm.core.tickets.pages.labels import Labels
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


def steps(uow: UnitOfWork) -> dict[str, str]:
    """The steps of all types of tickets by key."""
    found = (way for kind in uow.registry.kinds for way in document(uow, f"workflow.{kind}").body["transitions"])
    return {way["key"]: label_text(way["label"], locale()) for way in found if not way.get("hidden")}


def offer(uow: UnitOfWork, parts: Iterable[Part]) -> None:
    """Put into the inputs of a form what there is to choose of this block's own."""
    offered: Mapping[str, Options] = {
        "purpose": [*purposes(uow).items()],
        "transition": [*steps(uow).items()],
        **{name: _answers(uow, name) for name in (REPLY, NOTE)},
    }
    for part in parts:
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


def acts_of(uow: UnitOfWork, entry: Entry, ticket: Ticket | None = None) -> list[str]:
    """What a macro does, a line each; its texts stand elsewhere."""
    body, labels, told = entry.body, Labels(uow), []
    if body["take"]:
        told.append(translated(say("Take the ticket, if nobody has it")))
    for name, value in body["set"].items():
        told.append(f"{labels.name(name)}: {_shown(labels, name, value)}")
    if body["tags"]:
        told.append(translated(say("Tags: {tags}", tags=", ".join(body["tags"]))))
    if body["watch"]:
        told.append(translated(say("Watch it")))
    if body["transition"]:
        step = steps(uow).get(body["transition"], body["transition"])
        told.append(translated(say("Step: {step}", step=step)))
    return told


def _shown(labels: Labels, name: str, value: Any) -> str:
    """A value as people read it; groups and services stand there by their keys."""
    keyed = name in OWN_VALUES and name not in ("priority", "topic", "closing_topic")
    if keyed or isinstance(value, list):
        return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    return labels.shown(name, value)
