"""What a ticket's page shows of rules: which ran for it, rule by rule, and why."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from itsm.blocks.rules.rules.run import Step
from itsm.blocks.rules.verbs import Trace, trace_of
from itsm.core.texts import label_text, say
from itsm.core.tickets.models import Ticket
from itsm.core.web.edge import locale, translated
from itsm.core.work.uow import UnitOfWork

LONGEST = 80
STATUS = {
    "matched": say("matched"),
    "not": say("did not match"),
    "error": say("could not be evaluated"),
    "skipped": say("not reached"),
}


class Shown(NamedTuple):
    """One rule as the panel shows it."""

    label: str
    status: str
    matched: bool
    when: str
    read: Sequence[tuple[str, str]]
    set: Sequence[tuple[str, str]]
    note: str


def why(uow: UnitOfWork, ticket: Ticket) -> Mapping[str, Any] | None:
    """The context of the panel; None for a ticket that no rule list has seen."""
    lists = []
    for name, declared in uow.registry.brought.get("register_rule_lists", {}).items():
        found = trace_of(uow, name, ticket)
        if found is not None:
            matched = len(found.outcome.matched)
            lists.append(
                (label_text(declared.label, locale()), f"rules.{name}", found.rules.revision, matched, shown(found))
            )
    return {"lists": lists} if lists else None


def shown(trace: Trace) -> list[Shown]:
    """The steps of a trace in words."""
    rules = {rule.key: rule for rule in trace.rules.rules}
    return [
        Shown(
            label_text(rules[step.rule].label, locale()),
            translated(STATUS[step.status]),
            step.status == "matched",
            rules[step.rule].when,
            _words(step.read),
            _words(step.set),
            _note(step),
        )
        for step in trace.outcome.steps
    ]


def _note(step: Step) -> str:
    if step.kept:
        return translated(say("already set: {names}", names=", ".join(step.kept)))
    return step.note


def _words(values: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(name, "–" if value is None else str(value)[:LONGEST]) for name, value in values.items()]
