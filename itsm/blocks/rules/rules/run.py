"""A list of rules as it runs: once through, in order, each rule traced.

`first` stops at the first rule that matches. In `all` every rule that matches applies; the rules after it read what it
has set, and what an earlier rule (or a person) has set stays. `stop` ends the list after a rule that matched. A
condition that cannot be evaluated (a value is missing) does not match, and says so.
"""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from itsm.blocks.rules.rules.conditions import Alternatives, alternatives
from itsm.blocks.rules.rules.language import Node, parse
from itsm.blocks.rules.rules.types import reads as read_by
from itsm.core.texts import Label

# Seconds of this thread's own work: a busy machine must not change what rules decide.
LIMIT = 0.05
Status = Literal["matched", "not", "error", "skipped"]


class Program(Protocol):
    """A compiled condition."""

    def execute(self, context: Any) -> Any:
        """Its value in a context."""
        ...


class Context(Protocol):
    """The values of one subject, as the engine holds them."""

    def add_variable(self, name: str, value: Any) -> None:
        """Give a value to a name."""
        ...


class Engine(Protocol):
    """What runs conditions."""

    def compile(self, text: str) -> Program:
        """Compile a condition; raises ValueError."""
        ...

    def context(self, values: Mapping[str, Any]) -> Context:
        """The values of one subject."""
        ...


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: if `when` holds, set what `then` says."""

    key: str
    label: Label
    when: str
    then: Mapping[str, Any]
    stop: bool
    place: int
    node: Node
    cases: Alternatives
    reads: frozenset[str]
    program: Program


@dataclass(frozen=True, slots=True)
class RuleList:
    """The active rules of one revision, compiled. reads, names: all that any rule reads, and reads or sets."""

    name: str
    mode: Literal["first", "all"]
    revision: int
    rules: Sequence[Rule]
    engine: Engine
    reads: frozenset[str]
    names: frozenset[str]


@dataclass(frozen=True, slots=True)
class Step:
    """What became of one rule. read: the values that its condition names. set: what it set, kept: what it would have
    set, had it not been there already."""

    rule: str
    status: Status
    read: Mapping[str, Any] = field(default_factory=dict)
    set: Mapping[str, Any] = field(default_factory=dict)
    kept: Sequence[str] = ()
    note: str = ""


@dataclass(slots=True)
class Outcome:
    """What a list says of one subject. effects: name → (value, the rule that set it); slow: it was cut off."""

    revision: int
    effects: dict[str, tuple[Any, str]] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)
    slow: bool = False

    @property
    def matched(self) -> list[str]:
        """The keys of the rules that matched."""
        return [step.rule for step in self.steps if step.status == "matched"]


def compile_list(
    name: str, mode: Literal["first", "all"], revision: int, body: Mapping[str, Any], engine: Engine
) -> RuleList:
    """Compile the active rules of a checked body."""
    rules = [_compiled(place, rule, engine) for place, rule in enumerate(body["rules"]) if rule["active"]]
    reads: frozenset[str] = frozenset().union(*(rule.reads for rule in rules))
    return RuleList(name, mode, revision, rules, engine, reads, reads.union(*(rule.then for rule in rules)))


def _compiled(place: int, rule: Mapping[str, Any], engine: Engine) -> Rule:
    node = parse(rule["when"])
    cases = [case for case in alternatives(node) if not case.never]
    return Rule(
        rule["key"], rule["label"], rule["when"], rule["then"], rule["stop"], place, node, cases,
        frozenset(read_by(node)), engine.compile(rule["when"]),
    )  # fmt: skip


def run(
    rules: RuleList, values: Mapping[str, Any], fields: Mapping[str, Any] | None = None, *, trace: bool = False
) -> Outcome:
    """Run a list over the values of one subject; what is set already (neither None nor empty) is never overwritten.

    values: every variable of the vocabulary that the list reads. fields: likewise, for `fields["…"]`.
    trace: note also the rules that did not match, with what they read.
    """
    outcome = Outcome(rules.revision)
    now = {**values, **(fields or {})}
    own = dict(fields or {})
    context = rules.engine.context({**values, "fields": own})
    limit, ended = _Limit(), False
    for rule in rules.rules:
        if ended or outcome.slow:
            _note(outcome, trace, lambda: Step(rule.key, "skipped", note="slow" if outcome.slow else ""))  # noqa: B023
            continue
        status, note = _evaluate(rule.program, context)
        if status == "matched":
            step = _apply(rule, now, outcome)
            outcome.steps.append(step)
            _tell(context, own, step.set)
            ended = rules.mode == "first" or rule.stop
        else:
            _note(outcome, trace or status == "error", lambda: Step(rule.key, status, _read(rule, now), note=note))  # noqa: B023
        outcome.slow = limit.passed
    return outcome


class _Limit:
    """Whether this thread has worked too long; its own time is asked for only once the clock on the wall says so,
    because asking costs as much as ten conditions."""

    def __init__(self) -> None:
        self.started, self.worked = time.perf_counter(), time.thread_time()

    @property
    def passed(self) -> bool:
        return time.perf_counter() - self.started > LIMIT and time.thread_time() - self.worked > LIMIT


def _note(outcome: Outcome, wanted: bool, step: Callable[[], Step]) -> None:
    if wanted:
        outcome.steps.append(step())


def _evaluate(program: Program, context: Context) -> tuple[Status, str]:
    try:
        return ("matched" if program.execute(context) is True else "not"), ""
    except Exception as error:  # whatever the engine says of missing values and types: the rule does not match
        return "error", f"{type(error).__name__}: {str(error)[:200]}"


def _apply(rule: Rule, now: dict[str, Any], outcome: Outcome) -> Step:
    read = _read(rule, now)
    done, kept = {}, []
    for name, value in rule.then.items():
        if now.get(name) in (None, "", []) and name not in outcome.effects:
            now[name] = done[name] = value
            outcome.effects[name] = (value, rule.key)
        elif now.get(name) != value:
            kept.append(name)
    return Step(rule.key, "matched", read, done, kept)


def _tell(context: Context, fields: dict[str, Any], done: Mapping[str, Any]) -> None:
    """Let the rules after it read what a rule has set."""
    for name, value in done.items():
        if "." in name:
            fields[name] = value
        else:
            context.add_variable(name, value)
    if any("." in name for name in done):
        context.add_variable("fields", fields)


def _read(rule: Rule, now: Mapping[str, Any]) -> Mapping[str, Any]:
    return {name: now.get(name) for name in sorted(rule.reads)}


def difference(old: Outcome, new: Outcome) -> dict[str, tuple[Any, Any]]:
    """Effect → (value by the old list, value by the new one) where they differ; None for none."""
    names: Iterable[str] = dict.fromkeys([*old.effects, *new.effects])
    pairs = {n: (old.effects.get(n, (None, ""))[0], new.effects.get(n, (None, ""))[0]) for n in names}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}
