"""Life cycles and priority as pure rules."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from itsm.core.errors import Invalid, Refusal
from itsm.core.texts import Label, say

Category = Literal["new", "open", "waiting", "resolved", "closed"]
CATEGORIES: tuple[Category, ...] = ("new", "open", "waiting", "resolved", "closed")
UNFINISHED = ("new", "open", "waiting")
OUTCOMES = ("", "solved", "cancelled", "merged", "duplicate")
FIRST_CONTACT = "core.first_contact"  # the field that says: resolved in the act by which it was registered


@dataclass(frozen=True, slots=True)
class State:
    """A state of a kind. Logic asks its category and outcome, never its key."""

    key: str
    label: Label
    category: Category
    outcome: str = ""


@dataclass(frozen=True, slots=True)
class Transition:
    """A way from some states to another; `requires` names values that must be there once it is done.

    permission: what an actor needs besides `tickets.work`. hidden: for machines and verbs, not offered to people.
    offers: names of values that forms show with the step, because a guard may ask for them or they are often given.
    """

    key: str
    label: Label
    sources: tuple[str, ...]
    target: str
    requires: tuple[str, ...] = ()
    permission: str = ""
    hidden: bool = False
    offers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Workflow:
    """A kind's life cycle, as its document says. mapping: state that was removed → where its tickets stand now."""

    initial: str
    states: Mapping[str, State]
    transitions: Mapping[str, Transition]
    mapping: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def parse(cls, body: Mapping[str, Any]) -> "Workflow":
        """Read a document that passed `check_workflow`."""
        states = [State(s["key"], s["label"], s["category"], s.get("outcome", "")) for s in body["states"]]
        transitions = [
            Transition(
                t["key"], t["label"], tuple(t["from"]), t["to"], tuple(t.get("requires", ())), t.get("permission", ""),
                t.get("hidden", False), tuple(t.get("offers", ())),
            )
            for t in body["transitions"]
        ]  # fmt: skip
        mapping = dict(body.get("mapping", {}))
        return cls(body["initial"], {s.key: s for s in states}, {t.key: t for t in transitions}, mapping)

    def stand_in(self, state: str, category: str) -> State | None:
        """Where a ticket stands whose state is not here any more, None for one that stays as it is.

        Without a mapping it keeps its category; a closed one stays: merged and parked ones have states of their own.
        """
        if state in self.states:
            return None
        if state in self.mapping:
            return self.states[self.mapping[state]]
        if category == "closed":
            return None
        alike = (one for one in self.states.values() if one.category == category)
        return next(alike, self.states[self.initial])

    def leaving(self, state: str) -> Sequence[Transition]:
        """The transitions out of a state, in the document's order."""
        return [t for t in self.transitions.values() if state in t.sources]

    def at_once(self) -> tuple[Transition | None, Transition] | None:
        """(into work, if there is such a step, resolved) right after the beginning; None where that is no way."""
        take = self.find(self.initial, "open")
        resolve = self.find(take.target if take else self.initial, "resolved", "solved")
        return (take, resolve) if resolve else None

    def find(self, state: str, category: Category, outcome: str = "") -> Transition | None:
        """The first transition from `state` into a category (and outcome, where one is given)."""
        for transition in self.leaving(state):
            target = self.states[transition.target]
            if target.category == category and (not outcome or target.outcome == outcome):
                return transition
        return None


def check_workflow(body: Mapping[str, Any]) -> None:
    """Refuse a life cycle that names what it does not have, or that lacks a beginning or an end."""
    keys = [state["key"] for state in body["states"]]
    refusals = [
        Refusal("states", say("{key} is there twice.", key=k)) for k in sorted({k for k in keys if keys.count(k) > 1})
    ]
    if body["initial"] not in keys:
        refusals.append(Refusal("initial", say("There is no state {key}.", key=body["initial"])))
    names = [t["key"] for t in body["transitions"]]
    refusals += [
        Refusal("transitions", say("{key} is there twice.", key=k))
        for k in sorted({k for k in names if names.count(k) > 1})
    ]
    for number, transition in enumerate(body["transitions"]):
        for key in (*transition["from"], transition["to"]):
            if key not in keys:
                refusals.append(Refusal(f"transitions.{number}", say("There is no state {key}.", key=key)))
    for old, new in body.get("mapping", {}).items():
        if old in keys:
            refusals.append(Refusal(f"mapping.{old}", say("The state {key} is still there.", key=old)))
        if new not in keys:
            refusals.append(Refusal(f"mapping.{old}", say("There is no state {key}.", key=new)))
    if not any(state["category"] == "closed" for state in body["states"]):
        refusals.append(Refusal("states", say("A life cycle needs a state of the category closed.")))
    if refusals:
        raise Invalid(refusals=refusals)


def removed_states(old: Mapping[str, Any], new: Mapping[str, Any]) -> Sequence[str]:
    """The states in which tickets may stand by the old life cycle, its own mapping's included, but not by the new one.

    A mapping may be under way still when the next life cycle comes.
    """
    known = {state["key"] for state in new["states"]}
    stood = [*(state["key"] for state in old["states"]), *old.get("mapping", {})]
    return sorted({key for key in stood if key not in known})


def without_state(body: Mapping[str, Any], key: str, instead: str = "") -> dict[str, Any]:
    """The life cycle without a state and without what leads nowhere then. instead: where its tickets stand from now on;
    it also stands in for the state as the first one."""
    states = [state for state in body["states"] if state["key"] != key]
    ways = [{**way, "from": [one for one in way["from"] if one != key]} for way in body["transitions"]]
    mapping = {old: instead if new == key and instead else new for old, new in body.get("mapping", {}).items()}
    return {
        **body,
        "initial": instead if body["initial"] == key and instead else body["initial"],
        "states": states,
        "transitions": [way for way in ways if way["from"] and way["to"] != key],
        "mapping": mapping | ({key: instead} if instead else {}),
    }


def enter(values: dict[str, Any], target: State) -> None:
    """Set state, category and outcome; leaving a final category takes the outcome away, and that one contact did."""
    values["state"], values["category"] = target.key, target.category
    if target.category in UNFINISHED:
        values["outcome"] = ""
        if values.get(FIRST_CONTACT):
            values[FIRST_CONTACT] = None
    elif target.outcome:
        values["outcome"] = target.outcome


def most_urgent(ranks: Iterable[int], default: int) -> int:
    """The desk's rule for voices: the most urgent one wins; 1 is the most urgent."""
    return min(ranks, default=default)
