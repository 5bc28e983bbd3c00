"""The bodies of the core's configuration documents: life cycles, priorities, topics."""

from typing import Any

from marshmallow import fields

from itsm.core.errors import Invalid, Refusal
from itsm.core.schemas import Among, Key, LabelField, Line, Size, Strict, Whole, YesNo
from itsm.core.texts import say
from itsm.core.tickets.rules import CATEGORIES, OUTCOMES

CATEGORY_WORDS = {
    "new": say("New: nobody works on it yet"), "open": say("In progress"), "waiting": say("Waiting"),
    "resolved": say("Resolved"), "closed": say("Closed"),
}  # fmt: skip
OUTCOME_WORDS = {
    "solved": say("solved"), "cancelled": say("cancelled"), "merged": say("merged"), "duplicate": say("duplicate"),
}  # fmt: skip
OF_TICKETS = {"offers": "ticket_values"}


class StateSchema(Strict):
    """One state."""

    key = Key(required=True)
    label = LabelField(required=True)
    category = fields.String(required=True, validate=Among(CATEGORIES), metadata={"words": CATEGORY_WORDS})
    outcome = fields.String(load_default="", validate=Among(OUTCOMES), metadata={"words": OUTCOME_WORDS})


_from = fields.List(Key(), required=True, metadata={"offers": ".states.key"})


class TransitionSchema(Strict.from_dict({"from": _from})):  # type: ignore[misc]
    """One transition; `from` is a word of Python and so cannot stand here as an attribute."""

    key = Key(required=True)
    label = LabelField(required=True)
    to = Key(required=True, metadata={"offers": ".states.key"})
    requires = fields.List(Line(80), load_default=list, metadata=OF_TICKETS)
    permission = Line(80, blank=True, load_default="", metadata={"offers": "permissions"})
    hidden = YesNo(load_default=False)
    offers = fields.List(Line(80), load_default=list, metadata=OF_TICKETS)


class WorkflowSchema(Strict):
    """The document `workflow.<kind>`. mapping: a state that is removed → where its tickets stand from now on."""

    initial = Key(required=True, metadata={"offers": ".states.key"})
    states = fields.List(fields.Nested(StateSchema), required=True, validate=Size(2, 60))
    transitions = fields.List(fields.Nested(TransitionSchema), required=True, validate=Size(1, 200))
    mapping = fields.Dict(keys=Key(), values=Key(), load_default=dict)


class RankSchema(Strict):
    """One priority."""

    rank = Whole(1, 9, required=True)
    key = Key(required=True)
    label = LabelField(required=True)


class PrioritiesSchema(Strict):
    """The document `core.priorities`: the ranks, and the one that holds where no voice speaks."""

    ranks = fields.List(fields.Nested(RankSchema), required=True, validate=Size(2, 9))
    default = Whole(1, 9, required=True, metadata={"offers": ".ranks.rank"})


def check_priorities(body: Any) -> None:
    """Refuse a rank or a key that is there twice, and a default that is none of the ranks."""
    refusals = []
    for name in ("rank", "key"):
        values = [entry[name] for entry in body["ranks"]]
        doubled = [place for place, value in enumerate(values) if value in values[:place]]
        refusals += [Refusal(f"ranks.{p}.{name}", say("{key} is there twice.", key=values[p])) for p in doubled]
    if body["default"] not in [entry["rank"] for entry in body["ranks"]]:
        refusals.append(Refusal("default", say("There is no priority {rank}.", rank=body["default"])))
    if refusals:
        raise Invalid(refusals=refusals)


class EntrySchema(Strict):
    """One entry of an editable list; a `parent` makes the list a tree."""

    key = Key(required=True)
    label = LabelField(required=True)
    parent = Key(load_default=None, allow_none=True, metadata={"offers": ".entries.key"})
    active = YesNo(load_default=True)


class EntriesSchema(Strict):
    """A document that is a list or tree of entries, such as `core.topics`."""

    entries = fields.List(fields.Nested(EntrySchema), required=True, validate=Size(0, 5000))


def check_entries(body: Any) -> None:
    """Refuse doubled keys, parents that are not there, and circles."""
    from_key = {entry["key"]: entry.get("parent") for entry in body["entries"]}
    refusals = []
    if len(from_key) < len(body["entries"]):
        refusals.append(Refusal("entries", say("A key is there twice.")))
    for key in from_key:
        seen, parent = {key}, from_key[key]
        while parent is not None and parent not in seen:
            seen.add(parent)
            if parent not in from_key:
                refusals.append(Refusal(f"entries.{key}", say("There is no parent {parent}.", parent=parent)))
                break
            parent = from_key[parent]
        if parent in seen and parent is not None and parent in from_key:
            refusals.append(Refusal(f"entries.{key}", say("Its parents form a circle.")))
    if refusals:
        raise Invalid(refusals=refusals)
